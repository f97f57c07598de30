import { WITHIN_MOST } from "../../assembly/abi/within";
import { isCompiled, machineFor, type Engine } from "../device/machine";
import type { Graph } from "../graph/graph";
import type { Tensor } from "../graph/tensor";
import { byteLength } from "../graph/tensor";
import { ArenulaError } from "../errors";
import { lower } from "../lowering/lower";
import type { LoweringTarget } from "../lowering/lowering";
import type { Program } from "../lowering/program";
import { appendSections } from "./custom_sections";
import { DEVICE_ABI, type DeviceFacts, type DeviceTensor } from "./device_facts";
import { deviceImage, type DeviceImage } from "./image";
import { linkModule } from "./module";

export interface LinkOptions {
  /** Bytes of weights that are staged at once. */
  readonly sliceBytes: number;
  /** Operators that have to spare memory (LoweringTarget). */
  readonly sparing?: ReadonlyMap<number, number>;
  readonly engine: Engine;
  /** The core that runs it, as boards name it: decides about the forms of compiled kernels. */
  readonly core?: string;
  /** Whether weights may take more flash for fewer instructions. */
  readonly widened?: boolean;
  /** How forms are chosen, where not by their costs. */
  readonly choose?: LoweringTarget["choose"];
  /** What the module says it was made from. */
  readonly name: string;
  readonly sha256: string;
  readonly version: string;
}

/** A model as a device will hold it, before anything is linked. */
export interface LaidOut {
  readonly facts: DeviceFacts;
  readonly image: DeviceImage;
  readonly program: Program;
  /** Names of the kernels that the module will hold. */
  readonly kernels: readonly string[];
}

export interface Linked extends LaidOut {
  readonly module: Uint8Array;
  /** Names of its functions, by index. */
  readonly functions: readonly string[];
}

/**
 * Lowers a model for a device and plans its memory.
 * @throws ArenulaError OPERATOR_UNSUPPORTED, MODEL_INVALID
 */
export function layOutForDevice(model: Graph, options: LinkOptions): LaidOut {
  const subgraph = model.subgraphs[0]!;
  const program = lower(model, { core: "mcu", machine: machineFor(options.engine, options.core), widened: options.widened, sliceBytes: options.sliceBytes, sparing: options.sparing, choose: options.choose });
  const image = deviceImage(program, isCompiled(options.engine) ? WITHIN_MOST : 0);
  if (subgraph.outputs.length === 0) throw new ArenulaError("MODEL_UNSUPPORTED", "the model has no outputs", { hint: "a device would compute what nobody can read: name the outputs when converting" });
  const placed = (index: number): DeviceTensor => deviceTensor(program.subgraph.tensors[index]!, image, image.tensors.get(program.extents.get(index) ?? -1));
  const facts: DeviceFacts = {
    abi: DEVICE_ABI, version: options.version, model: { name: options.name, sha256: options.sha256, bytes: model.bytes }, engine: options.engine,
    linear_memory_bytes: image.bytes, activation_bytes: image.plan.activationBytes, scratch_bytes: image.plan.scratchBytes, staging_bytes: image.plan.stagingBytes,
    operators: subgraph.operators.map(({ index, name, outputs: [first] }) => ({ index, op: name, tensor: subgraph.tensors[first ?? -1]?.name ?? "" })),
    state: image.state.bytes > 0 ? { address: image.state.start, bytes: image.state.bytes } : null,
    inputs: program.subgraph.inputs.map(placed), outputs: program.subgraph.outputs.map(placed),
  };
  return { facts, image, program, kernels: [...new Set(program.steps.map(({ kernel }) => kernel))].sort() };
}

/**
 * Links what was laid out and the kernels it needs into one module.
 * @param core the `device` core
 */
export async function linkLaidOut(laidOut: LaidOut, core: Uint8Array): Promise<Linked> {
  const { default: binaryen } = await import("binaryen");
  const { facts, image } = laidOut;
  const { bytes, functions } = linkModule(binaryen, core, image, facts, isCompiled(facts.engine as Engine));
  return { ...laidOut, functions, module: appendSections(bytes, facts) };
}

/** Both at once. */
export async function link(model: Graph, core: Uint8Array, options: LinkOptions): Promise<Linked> {
  return linkLaidOut(layOutForDevice(model, options), core);
}

function deviceTensor(tensor: Tensor, image: DeviceImage, extent: number | undefined): DeviceTensor {
  const address = image.tensors.get(tensor.index);
  if (address === undefined)
    throw new ArenulaError("MODEL_UNSUPPORTED", `the model lists a constant among its inputs: nothing written there would change a result`, { where: `tensor ${tensor.index} '${tensor.name}'`, hint: "take it off the list of inputs" });
  return {
    name: tensor.name, dtype: tensor.type, shape: tensor.shape, scale: tensor.quantization?.scale[0] ?? null, zero_point: tensor.quantization?.zeroPoint[0] ?? null,
    address, bytes: byteLength(tensor), ...(extent !== undefined && { extent }),
  };
}
