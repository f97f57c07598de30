import { ArenulaError } from "../errors";
import { bitsOf, byteLength, type Tensor } from "../graph/tensor";
import type { Relocation, Step } from "./program";

/** Bytes shared by all records of a program, each distinct run once. */
export class ConstantPool {
  readonly constants: Uint8Array[] = [];
  private readonly known = new Map<Uint8Array, number>();

  /** The number of `bytes`; the same array gives the same number. */
  add(bytes: Uint8Array): number {
    let index = this.known.get(bytes);
    if (index === undefined) {
      index = this.constants.push(bytes) - 1;
      this.known.set(bytes, index);
    }
    return index;
  }
}

/** Fills one record: a field by its offset from assembly/abi/<operator>.ts. Addresses stay open until memory is laid out. */
export class RecordWriter {
  private readonly view: DataView;
  private readonly relocations: Relocation[] = [];
  private readonly reads: number[] = [];
  private readonly writes: number[] = [];
  private readonly scratchBytes: number[] = [];
  private sliceBytes = 0;
  private readonly pairs: [number, number][] = [];

  constructor(private readonly kernel: string, private readonly operator: number, size: number, private readonly pool: ConstantPool) {
    this.view = new DataView(new ArrayBuffer(size));
  }

  /** A field of 32 bits: a value that does not fit would run as another one. */
  i32(at: number, value: number): void {
    if ((value | 0) !== value) throw new ArenulaError("INTERNAL", `kernel ${this.kernel}: ${value} at byte ${at} of the record is no int32`);
    this.view.setInt32(at, value, true);
  }

  /** A field of 64 bits. */
  i64(at: number, value: bigint): void {
    this.view.setBigInt64(at, value, true);
  }

  f32(at: number, value: number): void {
    this.view.setFloat32(at, value, true);
  }

  /** int32 values one after another. */
  i32s(at: number, values: readonly number[]): void {
    values.forEach((value, i) => this.i32(at + 4 * i, value));
  }

  /** The address of a tensor that the kernel reads, an activation or a constant. */
  input(at: number, tensor: Tensor, byteOffset = 0): void {
    if (tensor.data) {
      this.constant(at, tensor.data, byteOffset);
      return;
    }
    if (!this.reads.includes(tensor.index)) this.reads.push(tensor.index);
    this.relocations.push({ at, target: { kind: "tensor", tensor: tensor.index, byteOffset } });
  }

  /** The address of a tensor that the kernel writes. */
  output(at: number, tensor: Tensor, byteOffset = 0): void {
    if (!this.writes.includes(tensor.index)) this.writes.push(tensor.index);
    this.relocations.push({ at, target: { kind: "tensor", tensor: tensor.index, byteOffset } });
  }

  /** The address of bytes that never change, or of one behind their beginning. */
  constant(at: number, bytes: Uint8Array, byteOffset = 0): void {
    this.relocations.push({ at, target: { kind: "constant", constant: this.pool.add(bytes), byteOffset } });
  }

  /** The address of `bytes` of scratch that this step alone uses; 0 bytes leave the field 0. */
  scratch(at: number, bytes: number): void {
    if (bytes === 0) return;
    const scratch = this.scratchBytes.push(bytes) - 1;
    this.relocations.push({ at, target: { kind: "scratch", scratch } });
  }

  /**
   * The addresses of slices of weights and of the buffer that the kernel stages them in (assembly/inner/stage.ts).
   * @param largest bytes of the largest slice
   */
  slices(at: number, bufferAt: number, bytes: Uint8Array, largest: number): void {
    this.relocations.push({ at, target: { kind: "slices", constant: this.pool.add(bytes) } }, { at: bufferAt, target: { kind: "buffer" } });
    this.sliceBytes = largest;
  }

  /** The address of slices of weights that the kernel stages in scratch. */
  stagedSlices(at: number, bytes: Uint8Array): void {
    this.relocations.push({ at, target: { kind: "slices", constant: this.pool.add(bytes) } });
  }

  /**
   * Allows the output to lie where the input lies, if they have as many elements of one size: the kernel reads every element before it writes that one.
   * Larger elements that are broadcast may have as many bytes.
   */
  inPlace(input: Tensor, output: Tensor): void {
    if (!input.data && byteLength(input) === byteLength(output) && bitsOf(input.type) === bitsOf(output.type)) this.pairs.push([input.index, output.index]);
  }

  step(): Step {
    return {
      kernel: this.kernel, operator: this.operator, record: new Uint8Array(this.view.buffer), relocations: this.relocations,
      reads: this.reads, writes: this.writes, scratch: this.scratchBytes, sliceBytes: this.sliceBytes, inPlace: this.pairs,
    };
  }
}
