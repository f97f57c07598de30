/** What one case on one core came to. */
/** `ulps`: how far float32 outputs lay apart, where some may. */
export type Outcome = { status: "passed"; ulps?: number } | { status: "failed"; reason: string } | { status: "skipped"; reason: string };

export const passed: Outcome = { status: "passed" };
export const failed = (reason: string): Outcome => ({ status: "failed", reason });
export const skipped = (reason: string): Outcome => ({ status: "skipped", reason });
