import path from "node:path";
import type { Form } from "../forms";
import { failed, type Outcome } from "./result";
import { runGolden, runKernelCase, runModelCase } from "./run_case";

/** The files of a folder of cases. */
export interface Cases {
  readonly folder: string;
  readonly kernels: readonly string[];
  readonly models: readonly string[];
  readonly goldens: readonly string[];
  /** Where the models of goldens are looked for. */
  readonly modelFolders: readonly string[];
}

/** A case that cannot even be read has failed, and the others still run. */
const unreadable = (error: unknown): Outcome => failed(`${(error as Error).name}: ${(error as Error).message}`);

/** Runs every case in one form. @param count is told of each */
export async function runCases({ folder, kernels, models, goldens, modelFolders }: Cases, form: Form, count: (name: string, outcome: Outcome) => void): Promise<void> {
  for (const file of kernels) count(path.relative(folder, file), await runKernelCase(file, form).catch(unreadable));
  for (const file of models) count(path.relative(folder, path.dirname(file)), await runModelCase(file, form).catch(unreadable));
  for (const file of goldens) {
    const results = await runGolden(file, modelFolders, form).catch((error: unknown) => [{ name: "", outcome: unreadable(error) }]);
    for (const { name, outcome } of results) count(`${path.relative(folder, file)} ${name}`.trimEnd(), outcome);
  }
}
