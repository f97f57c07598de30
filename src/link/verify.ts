// A module is not handed out before it has proved itself: memory as planned, and outputs equal to the desktop's, bit for bit.
import { ArenulaError } from "../errors";
import type { Graph } from "../graph/graph";
import { Lcg } from "../lcg";
import { Interpreter } from "../runtime/interpreter";
import type { Linked } from "./link";

/** Pseudo-random inferences that are compared. */
const INFERENCES = 3;

/** @throws ArenulaError INTERNAL: a defect of the linker */
export async function verifyLinked(model: Graph, { module, facts }: Linked): Promise<void> {
  const wasm = await WebAssembly.compile(module as BufferSource);
  const imports = WebAssembly.Module.imports(wasm);
  if (imports.length > 0) throw defect(`it imports ${imports.map(({ module: from, name }) => `${from}.${name}`).join(", ")}`);
  const exports = (await WebAssembly.instantiate(wasm)).exports as Record<string, unknown>;
  const value = (name: string) => (exports[name] as WebAssembly.Global).value as number;
  if (value("__heap_base") !== facts.linear_memory_bytes || value("__data_end") !== facts.linear_memory_bytes || facts.linear_memory_bytes % 16 !== 0)
    throw defect(`__heap_base ${value("__heap_base")} and __data_end ${value("__data_end")} for ${facts.linear_memory_bytes} bytes`);

  const memory = new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer);
  const net = await Interpreter.create(model, { core: "mcu" });
  const lcg = new Lcg(1);
  const { address: stateAt, bytes: stateBytes } = facts.state ?? { address: 0, bytes: 0 };
  memory.fill(0x5a, 0, facts.linear_memory_bytes);
  (exports["reset"] as (() => void) | undefined)?.();
  for (let n = 0; n < INFERENCES; n++) {
    // Nothing may rely on zeros, or on the inference before, but for the variables.
    memory.fill(0x5a, 0, stateAt);
    memory.fill(0x5a, stateAt + stateBytes, facts.linear_memory_bytes);
    net.inputs.forEach((input, i) => {
      input.bytes.set(lcg.fill(input));
      memory.set(input.bytes, facts.inputs[i]!.address);
    });
    net.invoke();
    (exports["invoke"] as () => void)();
    net.outputs.forEach((output, i) => {
      const { address, extent } = facts.outputs[i]!;
      const at = output.planned.findIndex((byte, k) => byte !== memory[address + k]);
      if (at >= 0) throw defect(`byte ${at} of output '${output.name}' is ${memory[address + at]}, the desktop computes ${output.planned[at]}`);
      const rows = extent === undefined ? output.shape[0] : new DataView(memory.buffer).getInt32(extent, true);
      if (rows !== output.shape[0]) throw defect(`output '${output.name}' has ${rows} rows, on the desktop ${output.shape[0]}`);
    });
  }
  if (memory.subarray(facts.linear_memory_bytes).some((byte) => byte !== 0)) throw defect("it writes beyond its own linear memory");
}

function defect(what: string): ArenulaError {
  return new ArenulaError("INTERNAL", `the linked module fails its own check: ${what}`, { hint: "report this with the model: nothing was written" });
}
