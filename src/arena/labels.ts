import type { ArenaPlan } from "./plan";

// Names and numbers as both drawings print them.

/** What converters append to a layer's name for the operators that they fused into it. */
const OPERATION_SUFFIX = new RegExp(`^(${[
  "relu6?", "tanh", "sigmoid", "softmax", "biasadd", "add(v2)?", "mul", "matmul", "conv2d\\d*", "depthwise", "avgpool",
  "fusedbatchnormv3", "readvariableop", "resource", "squeeze", "reshape", "\\d*",
].join("|")})$`, "i");

/**
 * "model/activation_2/Relu;model/conv2d_2/BiasAdd" -> "activation_2": the layer that a fused tensor name starts with, without the
 * model around it and the operation behind it. A name that is only those keeps its last part.
 */
export function shortName(name: string): string {
  const layers = printable(name).split(";").map((fused) => {
    const parts = fused.split("/").filter((part) => part !== "");
    while (parts.length > 1 && OPERATION_SUFFIX.test(parts[parts.length - 1])) parts.pop();
    return parts[parts.length - 1] ?? "";
  });
  // Normalization vanishes into the convolution before it: the other name says more.
  return layers.find((layer) => layer !== "" && !layer.startsWith("batch_normalization")) ?? (layers[0] || printable(name));
}

/** Without control characters: a name from a file must not steer a terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "\ufffd");
}

/** At most `length` characters, cut in the middle, where a number at the end is kept: layers differ there. "" below three. */
export function ellipsize(text: string, length: number): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  if (length < 3) return "";
  const number = /\d*$/.exec(text)![0].length;
  const tail = Math.min(length - 2, Math.max(number <= 4 ? number : 0, Math.floor((length - 1) / 3)));
  return `${characters.slice(0, length - 1 - tail).join("")}…${characters.slice(characters.length - tail).join("")}`;
}

/** 55296 -> "55,296". */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 16384 -> "16 KiB": a tick on a byte axis. */
export function tickLabel(bytes: number): string {
  if (bytes === 0) return "0";
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`;
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} B`;
}

/** The power of two between ticks that leaves at most `most` of them below the end. */
export function tickStep(bytes: number, most: number): number {
  let step = 16;
  while (bytes / step > most) step *= 2;
  return step;
}

/** What a step of a plan belongs to: people know an operator by its index in the file, which has operators without a step, too. */
export interface StepName {
  readonly operator: number;
  /** "CONV_2D". */
  readonly name: string;
}

/** "3": the operator's index; a step that nothing is known of has its own. */
export function stepNumber(step: number, names: readonly StepName[]): string {
  return String(names[step]?.operator ?? step);
}

/** "3 CONV_2D". */
export function stepLabel(step: number, names: readonly StepName[]): string {
  return names[step] ? `${stepNumber(step, names)} ${names[step].name}` : stepNumber(step, names);
}

/** The figures of a plan in one line. */
export function summary(plan: ArenaPlan): string {
  const proof = plan.optimal ? "proven minimal" : `at least ${grouped(plan.lowerBoundBytes)}`;
  return [
    `arena ${grouped(plan.bytes)} bytes`,
    `activations ${grouped(plan.activationBytes)} (${proof})`,
    ...(plan.scratchBytes ? [`scratch up to ${grouped(plan.scratchBytes)}`] : []),
    ...(plan.stagingBytes ? [`staging up to ${grouped(plan.stagingBytes)}`] : []),
  ].join(" · ");
}
