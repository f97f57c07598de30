// What the page and its worker say to each other. Everything is plain data, which structured cloning takes.
import type { CoreChoice } from "../runtime/core";
import type { Scaling } from "../cli/inputs/types";

/** A file that was dropped, or came along. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the inputs are fed with. */
export interface Feeding {
  /** One for every input, in the model's order: the name of a file, "zeros" or "lcg:1". */
  readonly sources: readonly string[];
  readonly files: readonly NamedBytes[];
  /** How pixels become reals; null: as the model says. */
  readonly scaling: Scaling | null;
  /** Resize images. */
  readonly fit: boolean;
  readonly frontEnd: NamedBytes | null;
  /** Samples from one frame of the front end to the next; null: two thirds of a frame. */
  readonly stride: number | null;
  readonly labels: readonly string[] | null;
}

/** Whole in itself, so that a worker that was stopped loses nothing. */
export interface Task {
  readonly model: NamedBytes;
  readonly core: CoreChoice;
  /** null: only look at the model. */
  readonly feeding: Feeding | null;
}

/** HTML of the page's sections by their ids. */
export type Sections = Readonly<Partial<Record<SectionId, string>>>;
export const SECTIONS = ["prediction", "findings", "layers", "memory", "boards", "operators", "model"] as const;
export type SectionId = (typeof SECTIONS)[number];

export interface InputInfo {
  readonly name: string;
  /** Further names: the signature's. */
  readonly aliases: readonly string[];
  /** "int8 [1, 8, 8, 1]" */
  readonly tensor: string;
}

/** As `ArenulaError.toJSON` has it. */
export interface ErrorInfo {
  readonly code: string;
  readonly message: string;
  readonly where: string;
  readonly hint: string;
}

export type Reply =
  | { readonly kind: "opened"; readonly inputs: readonly InputInfo[]; readonly runs: boolean; readonly sections: Sections }
  | { readonly kind: "ran"; readonly notes: readonly string[]; readonly sections: Sections }
  | { readonly kind: "failed"; readonly during: "opening" | "running"; readonly error: ErrorInfo };
