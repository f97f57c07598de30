/** Bins of one page: an octave of values. */
const PAGE_BITS = 7, PAGE = 2 ** PAGE_BITS;

/** Counts of up to 65,536 bins, of which few are used: pages appear with their first count. Exact up to 2^53. */
export class Counts {
  private readonly pages: (Float64Array | undefined)[] = [];

  add(bin: number, count: number): void {
    const page = (this.pages[bin >> PAGE_BITS] ??= new Float64Array(PAGE));
    page[bin & (PAGE - 1)]! += count;
  }

  merge(other: Counts): void {
    for (const [bin, count] of other.entries()) this.add(bin, count);
  }

  /** Bins that are not empty, in rising order. */
  entries(): [bin: number, count: number][] {
    const entries: [number, number][] = [];
    for (const [number, page] of this.pages.entries()) page?.forEach((count, i) => count > 0 && entries.push([number * PAGE + i, count]));
    return entries;
  }
}
