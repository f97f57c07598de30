import { convertIndexedToRgb, decode as decodePng } from "fast-png";
import { decode as decodeJpeg } from "jpeg-js";
import { ArenulaError } from "../../errors";
import { integerRange, scaleText, tensorText } from "./quantize";
import { FAMILIAR_SCALINGS, type FamiliarScaling } from "./scalings";
import type { InputTensor, Scaling } from "./types";

/** Pixels in 0 to 255 (fractions only where a file has 16 bits, or after resizing), [height][width][channels], 1 or 3 channels. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly pixels: Float32Array;
}

/** @throws ArenulaError INPUT_FORMAT */
export function parseImage(bytes: Uint8Array, where: string): Image {
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (!isPng && !isJpeg) throw new ArenulaError("INPUT_FORMAT", "neither a PNG nor a JPEG file", { where, hint: "the first bytes decide, not the name of the file" });
  try {
    return isPng ? parsePng(bytes) : parseJpeg(bytes);
  } catch (error) {
    throw new ArenulaError("INPUT_FORMAT", `a damaged ${isPng ? "PNG" : "JPEG"} file: ${(error as Error).message}`, { where, hint: "open it in an image viewer and save it again" });
  }
}

function parsePng(bytes: Uint8Array): Image {
  const png = decodePng(bytes, { checkCrc: true });
  const { width, height, depth } = png;
  if (png.palette) return dropAlpha(convertIndexedToRgb(png), png.palette[0].length, width, height, 1);
  if (depth >= 8) return dropAlpha(png.data, png.channels, width, height, depth === 16 ? 1 / 257 : 1);
  // fewer than 8 bits are grey, packed from the left, every row on a new byte
  const rowBytes = Math.ceil((width * depth) / 8), most = (1 << depth) - 1;
  const pixels = Float32Array.from({ length: width * height }, (_, i) => {
    const x = i % width, bit = x * depth;
    const byte = png.data[Math.floor(i / width) * rowBytes + (bit >> 3)];
    return ((byte >> (8 - depth - (bit & 7))) & most) * (255 / most);
  });
  return { width, height, channels: 1, pixels };
}

function parseJpeg(bytes: Uint8Array): Image {
  const { width, height, data } = decodeJpeg(bytes, { useTArray: true, formatAsRGBA: false });
  return dropAlpha(data, 3, width, height, 1);
}

function dropAlpha(data: ArrayLike<number>, stored: number, width: number, height: number, factor: number): Image {
  const channels = stored < 3 ? 1 : 3;
  const pixels = new Float32Array(width * height * channels);
  for (let i = 0; i < pixels.length; i++) pixels[i] = data[Math.floor(i / channels) * stored + (i % channels)] * factor;
  return { width, height, channels, pixels };
}

/** How an image lies in an input; null where the input is none: [1, h, w, c], [h, w, c], [1, h, w] or [h, w], or channels first. */
export function imageLayout(shape: readonly number[]): { width: number; height: number; channels: 1 | 3; channelsFirst: boolean } | null {
  const isChannels = (n: number): n is 1 | 3 => n === 1 || n === 3;
  const dims = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (dims.length === 2) return { height: dims[0], width: dims[1], channels: 1, channelsFirst: false };
  if (dims.length !== 3) return null;
  const [a, b, c] = dims;
  if (isChannels(c) && a > 1 && b > 1) return { height: a, width: b, channels: c, channelsFirst: false };
  if (isChannels(a) && b > 1 && c > 1) return { height: b, width: c, channels: a, channelsFirst: true };
  return null;
}

/**
 * An image -> the real values of an input, row-major in its layout.
 * @throws ArenulaError INPUT_SHAPE where the input is no image or the sizes differ without `fit`; INPUT_SCALING without a scaling.
 */
export function imageToReal(image: Image, tensor: InputTensor, options: { scaling: Scaling | null; fit: boolean }, where: string): { real: Float64Array; notes: string[] } {
  const layout = imageLayout(tensor.shape);
  if (!layout) {
    throw new ArenulaError("INPUT_SHAPE", `an image of ${sizeText(image)} for input '${tensor.name}', ${tensorText(tensor)}, which is no image`, {
      where, hint: "an image input is [1, height, width, 1 or 3]; compute features as in training and give them as .npy",
    });
  }
  if (!options.scaling) {
    throw new ArenulaError("INPUT_SCALING", `nothing says how pixels become the values of input '${tensor.name}', ${tensorText(tensor)}`, { where, hint: `${likelyScalings(tensor)}; use the numbers of the training` });
  }
  const notes: string[] = [];
  let fitted = image;
  if (image.width !== layout.width || image.height !== layout.height) {
    if (!options.fit) {
      throw new ArenulaError("INPUT_SHAPE", `the image is ${sizeText(image)}, input '${tensor.name}' is ${sizeText(layout)}`, {
        where, hint: "--fit resizes it (bilinear); cropping is yours to do",
      });
    }
    const stretched = Math.abs(Math.log((image.width * layout.height) / (image.height * layout.width))) > 0.02;
    fitted = resize(image, layout.width, layout.height);
    notes.push(`resized from ${image.width}x${image.height} to ${layout.width}x${layout.height}${stretched ? ", which changes its proportions" : ""}`);
  }
  if (fitted.channels !== layout.channels) {
    notes.push(layout.channels === 1 ? "colour to grey" : "grey to three equal channels");
    fitted = convertChannels(fitted, layout.channels);
  }
  const { mean, std } = options.scaling;
  for (const [name, list] of [["mean", mean], ["std", std]] as const) {
    if (list.length !== 1 && list.length !== layout.channels) {
      throw new ArenulaError("INPUT_SCALING", `${list.length} values of ${name} for ${layout.channels} channel${layout.channels === 1 ? "" : "s"}`, { where, hint: `give one for all, or ${layout.channels}` });
    }
  }
  const area = layout.width * layout.height, channels = layout.channels;
  const real = new Float64Array(area * channels);
  for (let i = 0; i < real.length; i++) {
    const channel = i % channels;
    const value = (fitted.pixels[i] - mean[channel % mean.length]) / std[channel % std.length];
    real[layout.channelsFirst ? channel * area + Math.floor(i / channels) : i] = value;
  }
  notes.push(`pixels to reals with mean ${mean.join(",")}, std ${std.join(",")}`);
  return { real, notes };
}

/** "640x480 RGB" */
function sizeText({ width, height, channels }: { width: number; height: number; channels: number }): string {
  return `${width}x${height} ${channels === 1 ? "grey" : "RGB"}`;
}

/** Grey is ITU-R 601 luma in 16-bit fixed point, rounded, as Pillow's convert("L") has it: most training pipelines use that. */
export function convertChannels(image: Image, channels: 1 | 3): Image {
  if (image.channels === channels) return image;
  const { width, height } = image, pixels = new Float32Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    if (channels === 3) pixels.fill(image.pixels[i], 3 * i, 3 * i + 3);
    else pixels[i] = Math.floor((image.pixels[3 * i] * 19595 + image.pixels[3 * i + 1] * 38470 + image.pixels[3 * i + 2] * 7471 + 0x8000) / 0x10000);
  }
  return { width, height, channels, pixels };
}

/** Bilinear with pixel centres at halves; the triangle widens when shrinking, so that no pixel is skipped (Pillow's BILINEAR, without its rounding to bytes). */
export function resize(image: Image, width: number, height: number): Image {
  const { channels } = image;
  const across = taps(image.width, width), down = taps(image.height, height);
  const rows = new Float64Array(image.height * width * channels);
  for (let y = 0; y < image.height; y++) {
    across.forEach(({ first, weights }, x) => {
      for (let c = 0; c < channels; c++) {
        rows[(y * width + x) * channels + c] = weights.reduce((sum, weight, k) => sum + weight * image.pixels[(y * image.width + first + k) * channels + c], 0);
      }
    });
  }
  const pixels = new Float32Array(height * width * channels), rowLength = width * channels;
  down.forEach(({ first, weights }, y) => {
    for (let i = 0; i < rowLength; i++) pixels[y * rowLength + i] = weights.reduce((sum, weight, k) => sum + weight * rows[(first + k) * rowLength + i], 0);
  });
  return { width, height, channels, pixels };
}

/** Per output coordinate the input coordinates that it averages, with weights that sum to 1. */
function taps(from: number, to: number): { first: number; weights: number[] }[] {
  const scale = from / to, reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5)), end = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Array.from({ length: end - first }, (_, k) => Math.max(0, 1 - Math.abs((first + k + 0.5 - centre) / reach)));
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Which scaling the range of the input points to, as a sentence: quantization was calibrated on what the training fed. */
export function likelyScalings(tensor: InputTensor): string {
  const name = ({ mean, std, low, high }: FamiliarScaling) => `--mean ${mean} --std ${std} (pixels become ${low} to ${high})`;
  const range = integerRange(tensor.type);
  if (!range || tensor.scale === null || !(tensor.scale > 0)) return `usual are ${FAMILIAR_SCALINGS.slice(0, 3).map(name).join(", ")}`;
  const zeroPoint = tensor.zeroPoint ?? 0;
  const low = (range[0] - zeroPoint) * tensor.scale, high = (range[1] - zeroPoint) * tensor.scale;
  const holds = `scale ${scaleText(tensor.scale)}, zero point ${zeroPoint} hold ${Number(low.toPrecision(3))} to ${Number(high.toPrecision(3))}`;
  // 16-bit inputs are symmetric, so that 0 to 1 and -1 to 1 look the same
  const near = FAMILIAR_SCALINGS.filter((familiar) => {
    const slack = 0.03 * (familiar.high - familiar.low);
    const lowFits = Math.abs(low - familiar.low) <= slack || (tensor.type === "int16" && familiar.low === 0);
    return lowFits && Math.abs(high - familiar.high) <= slack;
  });
  if (near.length > 0) return `${holds}: most likely ${near.map(name).join(" or ")}`;
  const std = 255 / (high - low), mean = -low * std;
  return `${holds}: --mean ${Number(mean.toPrecision(4))} --std ${Number(std.toPrecision(4))} would fill that range`;
}
