import * as wavefile from "wavefile";
import { ArenulaError } from "../../errors";
import { elementCount } from "../../graph/tensor";
import { tensorText } from "./quantize";
import type { InputTensor, Values } from "./types";

/** Node sees the package as CommonJS, whose names it cannot tell; bundlers that take its ES module see them. */
const { WaveFile } = (Reflect.get(wavefile, "default") as typeof wavefile | undefined) ?? wavefile;

/** Sound in -1 to 1, one channel. */
export interface Sound {
  readonly rate: number;
  /** Channels of the file; `samples` is their mean. */
  readonly channels: number;
  readonly samples: Float64Array;
}

/** A .wav file: PCM of 8 to 32 bits, float, ADPCM, A-law, mu-law. @throws ArenulaError INPUT_FORMAT */
export function parseWave(bytes: Uint8Array, where: string): Sound {
  try {
    const wave = new WaveFile(bytes);
    if (wave.bitDepth === "4") wave.fromIMAADPCM("16");
    if (wave.bitDepth === "8a") wave.fromALaw("16");
    if (wave.bitDepth === "8m") wave.fromMuLaw("16");
    const { numChannels: channels, sampleRate: rate } = wave.fmt as { numChannels: number; sampleRate: number };
    const interleaved = wave.getSamples(true, Float64Array) as Float64Array;
    const isFloat = wave.bitDepth.endsWith("f") || wave.bitDepth === "64";
    const full = isFloat ? 1 : 2 ** (Number(wave.bitDepth) - 1);
    const centre = wave.bitDepth === "8" ? 128 : 0; // 8-bit samples are unsigned
    const samples = Float64Array.from({ length: Math.floor(interleaved.length / channels) }, (_, i) => {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += (interleaved[i * channels + c] - centre) / full;
      return sum / channels;
    });
    return { rate, channels, samples };
  } catch (error) {
    throw new ArenulaError("INPUT_FORMAT", `not a readable .wav file: ${(error as Error).message}`, { where, hint: "16-bit PCM is read everywhere" });
  }
}

/** Samples as 16-bit PCM has them. */
export function toPcm({ samples }: Sound): Int16Array<ArrayBuffer> {
  return Int16Array.from(samples, (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32768))));
}

/** Fewer values than a quarter of a second at 16 kHz are features, unless they are 16-bit: frames of PCM are. */
const LEAST_WAVEFORM = 4000;

/**
 * Sound for a waveform input: one axis, as many samples as the file. int16 inputs that are not quantized, or whose scale is 1, take PCM samples.
 * @throws ArenulaError INPUT_SHAPE into a feature input, INPUT_LENGTH where the number of samples differs.
 */
export function soundToValues(sound: Sound, tensor: InputTensor, where: string): { values: Values; notes: string[] } {
  const axes = tensor.shape.filter((n) => n !== 1);
  const wanted = elementCount(tensor.shape), found = sound.samples.length;
  if (axes.length > 1 || (wanted < LEAST_WAVEFORM && tensor.type !== "int16")) {
    throw new ArenulaError("INPUT_SHAPE", `sound for input '${tensor.name}', ${tensorText(tensor)}, which takes features, not a waveform`, {
      where, hint: "compute the features (spectrogram, MFCC) exactly as in training and give them as .npy, or let a front end's model do it: --front-end FILE.tflite",
    });
  }
  if (found !== wanted) {
    const seconds = (n: number) => `${n} samples (${Number((n / sound.rate).toPrecision(3))} s at ${sound.rate} Hz)`;
    throw new ArenulaError("INPUT_LENGTH", `the sound has ${seconds(found)}, input '${tensor.name}' takes ${seconds(wanted)}`, { where, hint: "cut or pad it, and resample it to the rate of the training" });
  }
  const notes = [`${found} samples at ${sound.rate} Hz${sound.channels > 1 ? `, ${sound.channels} channels mixed into one` : ""}`];
  if (tensor.type === "int16" && (tensor.scale === null || tensor.scale === 0 || tensor.scale === 1)) {
    return { values: { kind: "stored", shape: [found], type: "int16", data: toPcm(sound) }, notes };
  }
  return { values: { kind: "real", shape: [found], data: sound.samples }, notes };
}
