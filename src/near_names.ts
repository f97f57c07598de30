import { distance } from "fastest-levenshtein";

/** Names that somebody may have meant by `name`, nearest first: at most three, at most a third of the letters away, or containing it. */
export function nearNames(name: string, candidates: Iterable<string>): string[] {
  const wanted = name.toLowerCase();
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return [...candidates]
    .map((candidate) => {
      const lower = candidate.toLowerCase();
      // a fragment ("f446", "nrf52840") is a likelier slip than a word of equal length
      const contained = wanted.length > 2 && lower.includes(wanted);
      return { candidate, far: contained ? 1 : distance(wanted, lower) };
    })
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far || a.candidate.localeCompare(b.candidate))
    .filter(({ far }, _, [nearest]) => far <= nearest.far + 1) // one letter off is meant, three are a guess
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** "did you mean 'a', 'b' or 'c'?", or "" where nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const near = nearNames(name, candidates).map((candidate) => `'${candidate}'`);
  return near.length === 0 ? "" : `did you mean ${near.join(", ").replace(/, ([^,]*)$/, " or $1")}?`;
}
