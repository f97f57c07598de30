import { ArenulaError } from "../errors";
import { bitsOf, elementCount, storedRange, type Tensor, type TensorType } from "../graph/tensor";

export type TypedArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array | Float32Array | Float64Array;

const ARRAYS: Partial<Record<TensorType, new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray>> = {
  int8: Int8Array, uint8: Uint8Array, bool: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array,
  int64: BigInt64Array, uint64: BigUint64Array, float32: Float32Array, float64: Float64Array, float16: Uint16Array,
};

/** The values in a tensor's bytes, which have to be aligned: a view. Null for types that are no array here (int4, strings). */
export function valuesIn(type: TensorType, bytes: Uint8Array): TypedArray | null {
  const array = ARRAYS[type];
  return array ? new array(bytes.buffer, bytes.byteOffset, bytes.length / (bitsOf(type)! / 8)) : null;
}

/** The planned shape with the first dimension that the running model wrote, if it writes one. */
export function actualShape(planned: readonly number[], buffer: ArrayBufferLike, extentAt: number | undefined): readonly number[] {
  if (extentAt === undefined) return planned;
  const extent = new DataView(buffer).getUint32(extentAt, true);
  return [Math.min(extent, planned[0]!), ...planned.slice(1)];
}

/** An input or output of an interpreter: what it means, and its bytes. */
export class TensorView {
  readonly name: string;
  readonly type: TensorType;
  /** real = (stored - zeroPoint) * scale; null where the tensor is not quantized. */
  readonly scale: number | null;
  readonly zeroPoint: number | null;
  /** All bytes that are planned for it: more than `bytes` where the model decides how many rows there are, and zero behind them. */
  readonly planned: Uint8Array;
  private readonly values: TypedArray;

  /** @param extentAt where an int32 holds the first dimension, if only the running model knows it: `tensor` then has the most that it can be */
  constructor(private readonly tensor: Tensor, buffer: ArrayBufferLike, byteOffset: number, private readonly extentAt?: number) {
    this.name = tensor.name;
    this.type = tensor.type;
    this.scale = tensor.quantization?.scale[0] ?? null;
    this.zeroPoint = tensor.quantization?.zeroPoint[0] ?? null;
    const array = ARRAYS[tensor.type];
    if (!array) throw new ArenulaError("MODEL_UNSUPPORTED", `tensor ${tensor.index} '${tensor.name}' is ${tensor.type}, which no input or output can be`);
    this.values = new array(buffer, byteOffset, elementCount(tensor.shape));
    this.planned = new Uint8Array(buffer, byteOffset, this.values.byteLength);
  }

  /** Where the data decide how many rows there are (lowering/extents.ts), it is the last inference's. */
  get shape(): readonly number[] {
    return actualShape(this.tensor.shape, this.planned.buffer, this.extentAt);
  }

  /** Stored values, row-major: a view into the arena, which the next `invoke` overwrites. */
  get data(): TypedArray {
    return this.extentAt === undefined ? this.values : this.values.subarray(0, elementCount(this.shape));
  }

  /** The same as bytes, little-endian. */
  get bytes(): Uint8Array {
    return this.extentAt === undefined ? this.planned : this.planned.subarray(0, this.data.byteLength);
  }

  /** Real values as float32: (stored - zeroPoint) * scale, or the values themselves where there is no scale. A copy. */
  dequantize(): Float32Array {
    const { scale, zeroPoint, data } = this, reals = new Float32Array(data.length);
    for (let i = 0; i < reals.length; i++) reals[i] = scale === null ? Number(data[i]) : (Number(data[i]) - zeroPoint!) * scale; // many times as fast as Float32Array.from
    return reals;
  }

  protected get place(): { where: string } {
    return { where: `'${this.name}' ${this.type}[${this.shape}]` };
  }
}

/** An input: set it before every `invoke`, as its bytes may be reused while the model runs. */
export class InputView extends TensorView {
  /**
   * Copies stored values into this input: quantized codes, not reals (`quantize` converts those).
   * @param values Row-major, in the tensor's own type, exactly its element count: an Int8Array of 490 for [1, 49, 10, 1].
   * @throws ArenulaError INPUT_TYPE, INPUT_LENGTH, INPUT_VALUE (NaN or infinity). The arena is unchanged then.
   */
  set(values: TypedArray): void {
    if (Object.prototype.toString.call(values) !== Object.prototype.toString.call(this.data))
      throw new ArenulaError("INPUT_TYPE", `this input takes ${kindOf(this.data)}, not ${kindOf(values)}`, {
        ...this.place, hint: this.scale === null ? "give its own type" : "`quantize` takes real values as a Float32Array",
      });
    this.checkLength(values.length);
    this.checkFinite(values);
    (this.data as Int8Array).set(values as Int8Array);
  }

  /**
   * Quantizes real values into this input: round(value / scale), half away from zero, plus the zero point, saturated.
   * The quotient is taken in float32, as TFLM's QUANTIZE does.
   * @throws ArenulaError INPUT_TYPE where the tensor has no scale, INPUT_LENGTH, INPUT_VALUE. The arena is unchanged then.
   */
  quantize(values: Float32Array | Float64Array | readonly number[]): void {
    const { scale, zeroPoint, data } = this;
    this.checkLength(values.length);
    this.checkFinite(values);
    if (this.type === "float32") {
      (data as Float32Array).set(values);
      return;
    }
    const range = storedRange(this.type);
    if (scale === null || !range) throw new ArenulaError("INPUT_TYPE", "this input has no scale to quantize with", { ...this.place, hint: "`set` takes stored values" });
    for (let i = 0; i < values.length; i++) {
      const quotient = Math.fround(Math.fround(values[i]!) / scale);
      const code = Math.sign(quotient) * Math.round(Math.abs(quotient)) + zeroPoint!;
      data[i] = Math.min(Math.max(code, range[0]), range[1]);
    }
  }

  /**
   * Sets every element to one stored value.
   * @throws ArenulaError INPUT_VALUE where the type cannot hold it.
   */
  fill(value: number): void {
    const range = storedRange(this.type);
    const fits = range ? Number.isInteger(value) && value >= range[0] && value <= range[1] : Number.isFinite(value);
    if (!fits) throw new ArenulaError("INPUT_VALUE", `${value} is no ${this.type}`, { ...this.place, hint: range ? `whole numbers from ${range[0]} to ${range[1]}` : "a finite number" });
    if (this.data instanceof BigInt64Array || this.data instanceof BigUint64Array) this.data.fill(BigInt(value));
    else this.data.fill(value);
  }

  private checkLength(length: number): void {
    if (length !== this.data.length)
      throw new ArenulaError("INPUT_LENGTH", `${length} values for ${this.data.length} elements`, { ...this.place, hint: `give ${this.data.length} values, row-major over [${this.shape}]` });
  }

  private checkFinite(values: ArrayLike<number | bigint>): void {
    if (!(values instanceof Float32Array || values instanceof Float64Array || Array.isArray(values))) return;
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) throw new ArenulaError("INPUT_VALUE", `value ${i} is ${String(values[i])}`, { ...this.place, hint: "every value has to be a finite number" });
    }
  }
}

/** "an Int8Array". */
function kindOf(values: unknown): string {
  const name = (values as object | null)?.constructor?.name ?? String(values);
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}
