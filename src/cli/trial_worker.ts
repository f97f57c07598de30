// The program of a worker of trial_pool.ts: an entry of its own in scripts/build.mjs.
export { runTask as default } from "../quantizer/trial";
