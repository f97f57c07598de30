/** What one case on one core came to. */
export type Outcome = { status: "passed" } | { status: "failed"; reason: string } | { status: "skipped"; reason: string };

export const passed: Outcome = { status: "passed" };
export const failed = (reason: string): Outcome => ({ status: "failed", reason });
export const skipped = (reason: string): Outcome => ({ status: "skipped", reason });
