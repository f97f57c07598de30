// Front ends: a model that makes features of a frame of samples runs over a sound, frame by frame, and its features become an input.
import { ArenulaError } from "../../errors";
import { elementCount } from "../../graph/tensor";
import type { Interpreter } from "../../runtime/interpreter";
import { quantizeValues, tensorText } from "./quantize";
import type { SoundDecoder } from "./types";
import { parseWave, toPcm } from "./wave";

/** From one frame to the next, in parts of a frame: 20 ms of 30, as micro_speech has it. */
const STRIDE = 2 / 3;

/**
 * A front end's decoder of sounds.
 * @param name The model's file. @param stride Samples from one frame to the next; null: two thirds of a frame. @param place Where the model was named, for messages.
 * @throws ArenulaError INPUT_TYPE for a model that is none
 */
export function frontEndOf(net: Interpreter, name: string, stride: number | null, place: string): SoundDecoder {
  const [frame, ...others] = net.inputs, [features] = net.outputs;
  if (!frame || others.length > 0 || frame.type !== "int16" || net.outputs.length !== 1)
    throw new ArenulaError("INPUT_TYPE", `${name} takes ${net.inputs.map(tensorText).join(", ")}, which is not one frame of int16 samples`, {
      where: place, hint: "a front end turns a frame of samples into features: TFLM's audio_preprocessor_int8.tflite is one",
    });
  const size = elementCount(frame.shape), each = elementCount(features!.shape), step = stride ?? Math.round(size * STRIDE);

  return (wave, tensor, where) => {
    const sound = parseWave(wave, where), pcm = toPcm(sound), wanted = elementCount(tensor.shape), frames = wanted / each;
    if (!Number.isInteger(frames))
      throw new ArenulaError("INPUT_SHAPE", `the front end gives ${each} features for a frame, input '${tensor.name}', ${tensorText(tensor)}, takes ${wanted}, which is no multiple`, { where, hint: "use the front end of the model's training" });
    if (features!.type !== tensor.type && features!.type !== "float32")
      throw new ArenulaError("INPUT_TYPE", `the front end gives ${features!.type}, input '${tensor.name}' is ${tensorText(tensor)}`, { where, hint: "use the front end of the model's training" });
    const needed = size + (frames - 1) * step;
    if (pcm.length < needed)
      throw new ArenulaError("INPUT_LENGTH", `the sound has ${pcm.length} samples, ${frames} frames of ${size}, ${step} apart, take ${needed}`, { where, hint: "give a longer sound, or a shorter --stride if the training had one" });
    const { bytes: row } = features!, bytes = new Uint8Array(frames * row.length);
    net.resetState();
    for (let i = 0; i < frames; i++) {
      frame.set(pcm.slice(i * step, i * step + size));
      net.invoke();
      bytes.set(row, i * row.length);
    }
    const ms = (samples: number) => `${Number(((1000 * samples) / sound.rate).toPrecision(3))} ms`;
    const decoded = features!.type === tensor.type ? { bytes, notes: [] } : quantizeValues(new Float32Array(bytes.buffer), tensor, where);
    return { bytes: decoded.bytes, notes: [`${frames} frames of ${ms(size)}, ${ms(step)} apart, at ${sound.rate} Hz: ${each} features each, by ${name}`, ...decoded.notes] };
  };
}
