import { ArenulaError } from "../../errors";
import { bitsOf, byteLength, type TensorType } from "../../graph/tensor";
import { DEVICE_ABI, type DeviceFacts, type DeviceTensor } from "../../link/device_facts";

/** A module that is ours by its description and yet breaks the ABI: a defect of the tool that wrote or rewrote it. */
export function breaksAbi(message: string): ArenulaError {
  return new ArenulaError("DEVICE_MODULE_ABI", message, { hint: "link it again with `arenula build` of this version, and leave the file as it is" });
}

/** The custom section `arenula`. @throws ArenulaError DEVICE_MODULE_ABI */
export function readFacts(text: string): DeviceFacts {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw breaksAbi(`the \`arenula\` section is not JSON: ${(error as Error).message}`);
  }
  const root = new Fields(json, "the description");
  const abi = root.whole("abi");
  if (abi !== DEVICE_ABI) {
    throw new ArenulaError("DEVICE_MODULE_ABI", `the module is linked for device ABI ${abi}, and this version of Arenula runs ABI ${DEVICE_ABI}`, {
      hint: abi > DEVICE_ABI ? "use the version of Arenula that linked it, or a later one" : "link it again with `arenula build` of this version",
    });
  }
  const model = new Fields(root.any("model"), "model");
  const limit = root.whole("linear_memory_bytes");
  const tensors = (list: string): DeviceTensor[] => root.list(list).map((fields) => readTensor(fields, limit));
  return {
    abi, version: root.text("version"), model: { name: model.text("name"), sha256: model.text("sha256"), bytes: model.whole("bytes") }, engine: root.text("engine"),
    linear_memory_bytes: limit, activation_bytes: root.whole("activation_bytes"), scratch_bytes: root.whole("scratch_bytes"), staging_bytes: root.whole("staging_bytes"),
    operators: root.list("operators").map((fields) => ({ index: fields.whole("index"), op: fields.text("op"), tensor: fields.text("tensor") })),
    state: root.any("state") == null ? null : readState(new Fields(root.any("state"), "state"), limit),
    inputs: tensors("inputs"), outputs: tensors("outputs"),
  };
}

function readState(fields: Fields, limit: number): { address: number; bytes: number } {
  const address = fields.whole("address"), bytes = fields.whole("bytes");
  if (address + bytes > limit) throw breaksAbi(`the state ends at ${address + bytes}, and linear memory at ${limit}`);
  return { address, bytes };
}

function readTensor(fields: Fields, limit: number): DeviceTensor {
  const { place } = fields;
  const dtype = fields.text("dtype") as TensorType;
  const shape = fields.any("shape");
  if (!bitsOf(dtype)) throw breaksAbi(`${place}.dtype is '${dtype}'`);
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0)) throw breaksAbi(`${place}.shape is no list of sizes`);
  const address = fields.whole("address"), bytes = fields.whole("bytes");
  const taken = byteLength({ type: dtype, shape: shape as number[] });
  if (bytes !== taken) throw breaksAbi(`${place} has ${bytes} bytes, and ${dtype} [${shape.join(", ")}] takes ${taken}`);
  if (address + bytes > limit) throw breaksAbi(`${place} ends at ${address + bytes}, and linear memory at ${limit}`);
  const extent = fields.any("extent") === undefined ? undefined : fields.whole("extent");
  if (extent !== undefined && (extent + 4 > limit || shape.length === 0)) throw breaksAbi(`${place} has its extent at ${extent}, which is no place for it`);
  return { name: fields.text("name"), dtype, shape: shape as number[], scale: fields.number("scale"), zero_point: fields.number("zero_point"), address, bytes, ...(extent !== undefined && { extent }) };
}

/** An object of the description, whose fields are checked as they are read. */
class Fields {
  private readonly object: Readonly<Record<string, unknown>>;

  constructor(json: unknown, readonly place: string) {
    if (typeof json !== "object" || json === null || Array.isArray(json)) throw breaksAbi(`${place} is no object`);
    this.object = json as Record<string, unknown>;
  }

  any(name: string): unknown {
    return this.object[name];
  }

  text(name: string): string {
    const value = this.any(name);
    if (typeof value !== "string") throw this.wrong(name, "text");
    return value;
  }

  whole(name: string): number {
    const value = this.any(name);
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 0xffffffff) throw this.wrong(name, "a whole number");
    return value;
  }

  number(name: string): number | null {
    const value = this.any(name);
    if (value !== null && typeof value !== "number") throw this.wrong(name, "a number or null");
    return value;
  }

  list(name: string): Fields[] {
    const value = this.any(name);
    if (!Array.isArray(value)) throw this.wrong(name, "a list");
    return value.map((item, i) => new Fields(item, `${name}[${i}]`));
  }

  private wrong(name: string, wanted: string): ArenulaError {
    return breaksAbi(`${this.place}.${name} is ${JSON.stringify(this.any(name)) ?? "missing"}, where ${wanted} is wanted`);
  }
}
