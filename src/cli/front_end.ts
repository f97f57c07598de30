import type { SoundDecoder } from "./inputs/types";
import { frontEndOf } from "./inputs/front_end";
import { createInterpreter, openModel } from "./model";

/** `--front-end`: a front end's decoder of sounds. @param stride samples from one frame to the next; null: two thirds of a frame */
export async function openFrontEnd(file: string, stride: number | null): Promise<SoundDecoder> {
  const opened = await openModel(file);
  return frontEndOf(await createInterpreter(opened, {}), opened.name, stride, `--front-end ${file}`);
}
