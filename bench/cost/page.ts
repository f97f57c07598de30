import { COST_MODELS, type CostModel } from "../../src/device/simulate/cost";

const HEAD = "| engine | core | an operator, half of them within | at most | a whole model, at most |";
const BLOCK = new RegExp(`${HEAD.replace(/[|]/g, "\\|")}\n(\\|.*\n)+`);
const percent = (value: number) => `${Number((100 * value).toPrecision(2))} %`;

/** docs/device.md with the errors of these tables: of estimated cycles of models that had no part in the fit. */
export function withErrors(page: string, models: readonly CostModel[] = COST_MODELS): string {
  const rows = models.map(({ engine, core, cycles: { error } }) => `| ${[engine, core, percent(error.left_out_median), percent(error.left_out_max), percent(error.left_out_model_max)].join(" | ")} |\n`);
  if (!BLOCK.test(page)) throw new Error(`docs/device.md has no table that begins with ${HEAD}`);
  return page.replace(BLOCK, `${HEAD}\n|---|---|---|---|---|\n${rows.join("")}`);
}
