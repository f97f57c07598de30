import type { TensorType } from "../graph/tensor";

/** Version of the device ABI: exports, and this description. */
export const DEVICE_ABI = 1;

/** An input or output of a linked module. */
export interface DeviceTensor {
  readonly name: string;
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  readonly scale: number | null;
  readonly zero_point: number | null;
  readonly address: number;
  readonly bytes: number;
  /** Address of the int32 that holds the first dimension after an inference, where the model decides about it: `shape` has the most that it can be. */
  readonly extent?: number;
}

/** What a linked module says of itself, as JSON in its custom section `arenula`. */
export interface DeviceFacts {
  readonly abi: number;
  readonly version: string;
  readonly model: { readonly name: string; readonly sha256: string; readonly bytes: number };
  readonly engine: string;
  readonly linear_memory_bytes: number;
  readonly activation_bytes: number;
  readonly scratch_bytes: number;
  readonly staging_bytes: number;
  readonly operators: readonly { readonly index: number; readonly op: string; readonly tensor: string }[];
  /** The region of all variables; null for a model without state. */
  readonly state: { readonly address: number; readonly bytes: number } | null;
  readonly inputs: readonly DeviceTensor[];
  readonly outputs: readonly DeviceTensor[];
}
