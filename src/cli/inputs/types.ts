import type { TensorType } from "../../graph/tensor";

/** What a decoder has to know of an input of the model. */
export interface InputTensor {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** One scale for the tensor; null where the tensor is not quantized. */
  readonly scale: number | null;
  readonly zeroPoint: number | null;
}

/** real = (pixel - mean) / std; one number for all channels, or one per channel. */
export interface Scaling {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface DecodeOptions {
  /** From `--mean` and `--std`; null: not given. */
  readonly scaling: Scaling | null;
  /** From the model's own metadata; null: it says nothing. */
  readonly modelScaling: Scaling | null;
  /** Resize an image whose size differs. */
  readonly fit: boolean;
}

/** Numbers out of a file, before they meet the tensor. Row-major. */
export type Values =
  | { readonly kind: "stored"; readonly shape: readonly number[]; readonly type: TensorType; readonly data: NumberArray }
  | { readonly kind: "real"; readonly shape: readonly number[]; readonly data: ArrayLike<number> };

export type NumberArray = ArrayLike<number> | BigInt64Array | BigUint64Array;

/** One input, ready: the bytes that the tensor stores, and what was done to get there, in sentences for stderr. */
export interface DecodedInput {
  readonly bytes: Uint8Array;
  readonly notes: readonly string[];
}

/** The bytes of a .wav file -> an input of features. */
export type SoundDecoder = (bytes: Uint8Array, tensor: InputTensor, where: string) => DecodedInput;
