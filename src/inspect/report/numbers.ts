// Numbers as a report prints them.

export const count = (value: number): string => value.toLocaleString("en-US");
export const short = (value: number): string => String(Number(value.toPrecision(3)));
export const percent = (share: number): string => `${short(100 * share)} %`;
export const decibels = (value: number | null | undefined): string => (value === null || value === undefined ? "-" : Number.isFinite(value) ? value.toFixed(1) : "exact");
