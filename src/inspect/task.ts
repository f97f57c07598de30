// What a model is for: how often the right class comes first. Scores are real values of one output, one sample after the other.
import { ArenulaError } from "../errors";

/** Of one classifier over labelled data. */
export interface TaskMetrics {
  /** Share of samples whose class has the greatest score; of equal ones the first counts. */
  readonly top1: number;
  /** Share of samples whose class is among the `k` greatest. */
  readonly topk: number;
  readonly k: number;
  /** Area under the ROC curve, ties counted half: of one class against the rest, averaged over the classes that occur. */
  readonly auc: number | null;
  /** [class][predicted]: samples. */
  readonly confusion: readonly (readonly number[])[];
}

/** Two classifiers on the same samples. */
export interface PairedTask {
  readonly a: TaskMetrics;
  readonly b: TaskMetrics;
  /** top1 of b less that of a, with the interval that holds 95 % (normal approximation over paired outcomes). */
  readonly top1_difference: number;
  readonly interval: readonly [number, number];
  /** Samples that only a, and that only b has right. */
  readonly only_a: number;
  readonly only_b: number;
}

/** Class numbers out of labels. @throws ArenulaError INPUT_VALUE for a label that is no class of `classes` scores */
export function classesOf(labels: readonly string[], classes: number, where: string): number[] {
  const most = Math.max(2, classes); // one score tells two classes apart
  return labels.map((label, i) => {
    const value = Number(label);
    if (label.trim() !== "" && Number.isInteger(value) && value >= 0 && value < most) return value;
    throw new ArenulaError("INPUT_VALUE", `label '${label}' of sample ${i} is no class from 0 to ${most - 1}`, { where, hint: "labels are numbers of outputs, the first is 0" });
  });
}

/** Scores of one sample -> one per class: a single score s, a probability, is that of class 1 against 1 - s. */
function perClass(scores: ArrayLike<number>): ArrayLike<number> {
  return scores.length === 1 ? [1 - scores[0]!, scores[0]!] : scores;
}

/** Places of the classes by their score: how many are above it, or equal and before it. */
function rankOf(scores: ArrayLike<number>, label: number): number {
  let above = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i]! > scores[label]! || (scores[i] === scores[label] && i < label)) above++;
  return above;
}

/**
 * @param scores Of every sample.
 * @param labels The class of every sample.
 */
export function taskMetrics(scores: readonly ArrayLike<number>[], labels: readonly number[], k: number): TaskMetrics {
  const all = scores.map(perClass), classes = all[0]!.length;
  const ranks = all.map((row, i) => rankOf(row, labels[i]!));
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  all.forEach((row, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (row[c]! > row[best]!) best = c;
    confusion[labels[i]!]![best]!++;
  });
  const areas = Array.from({ length: classes }, (_, c) => areaUnderCurve(all.map((row) => row[c]!), labels.map((label) => label === c))).filter((area) => area !== null);
  const share = (below: number) => ranks.filter((rank) => rank < below).length / ranks.length;
  return { top1: share(1), topk: share(k), k, auc: areas.length === 0 ? null : areas.reduce((sum, area) => sum + area, 0) / areas.length, confusion };
}

/** The chance that a sample of the class scores higher than one of the rest (Mann-Whitney); null where one of both is empty. */
function areaUnderCurve(scores: readonly number[], isOfClass: readonly boolean[]): number | null {
  const order = scores.map((_, i) => i).sort((i, j) => scores[i]! - scores[j]!);
  let rankSum = 0, positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    const rank = (start + end + 1) / 2; // equal scores share their places
    for (; start < end; start++) if (isOfClass[order[start]!]) (rankSum += rank), positives++;
  }
  const negatives = scores.length - positives;
  return positives === 0 || negatives === 0 ? null : (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Both classifiers and what the change is worth. */
export function pairedTask(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[], labels: readonly number[], k: number): PairedTask {
  const right = (scores: readonly ArrayLike<number>[]) => scores.map((row, i) => rankOf(perClass(row), labels[i]!) === 0);
  const rightA = right(a), rightB = right(b), n = labels.length;
  const onlyA = rightA.filter((is, i) => is && !rightB[i]).length, onlyB = rightB.filter((is, i) => is && !rightA[i]).length;
  const difference = (onlyB - onlyA) / n;
  const half = (1.96 * Math.sqrt(Math.max(0, onlyA + onlyB - (onlyB - onlyA) ** 2 / n))) / n;
  return { a: taskMetrics(a, labels, k), b: taskMetrics(b, labels, k), top1_difference: difference, interval: [difference - half, difference + half], only_a: onlyA, only_b: onlyB };
}
