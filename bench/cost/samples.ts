// What a cost model is fitted to: per operator of every model, the executed WebAssembly instructions of the simulation, and the
// instructions and modelled cycles of the same module, with the same inputs, on an emulated board.
import type { Engine } from "../../src/device/machine";
import type { OpcodeCounts } from "../../src/device/simulate/cost";
import { simulate, type Simulation } from "../../src/device/simulate/simulate";
import { readDeviceModule } from "../../src/device/simulate/device_module";
import { ArenulaError } from "../../src/errors";
import { measureCycles } from "../../src/firmware/cycles/measure";
import { buildFirmware } from "../../src/firmware/firmware";
import { Model } from "../../src/index";
import { Lcg } from "../../src/lcg";
import { build } from "../../src/link/build";
import type { BenchModel } from "../models";

export interface CostSample {
  readonly model: string;
  readonly operator: number;
  readonly op: string;
  readonly counts: OpcodeCounts;
  readonly instructions: number;
  readonly cycles: number;
}

export interface SimulatedModel {
  readonly name: string;
  /** All inputs, one after the other. */
  readonly inputs: Uint8Array;
  readonly simulation: Simulation;
}

/** Links models for an engine and a core, and simulates them. Inputs are lcg:1. */
export async function simulateModels(models: readonly BenchModel[], engine: Engine, core: string): Promise<SimulatedModel[]> {
  const simulated: SimulatedModel[] = [];
  for (const { name, bytes } of models) {
    const { module } = await build(Model.parse(bytes), { engine, core, ramBytes: Infinity, limit: "nothing", name, sha256: "", version: "" });
    const device = readDeviceModule(module), lcg = new Lcg(1);
    const inputs = device.facts.inputs.map(({ dtype, shape }) => lcg.fill({ type: dtype, shape }));
    simulated.push({ name, inputs: Buffer.concat(inputs), simulation: await simulate(device, inputs) });
  }
  return simulated;
}

export interface CostSamples {
  readonly source: string;
  readonly assumptions: readonly string[];
  /** Every operator that executes something. */
  readonly samples: readonly CostSample[];
}

export async function costSamples(simulated: readonly SimulatedModel[], board: string, engine: Engine): Promise<CostSamples> {
  const firmware = await buildFirmware({ board, engine, jobs: simulated.map(({ inputs, simulation: { module } }) => ({ module: module.bytes, inputs })) });
  const { source, assumptions, run, jobs } = await measureCycles(firmware, { timeoutMs: 600_000 });
  const samples = simulated.flatMap(({ name, simulation: { layers } }, i): CostSample[] => {
    const { error } = run.jobs[i]!;
    if (error) throw new ArenulaError("FIRMWARE_FAILED", `${name} ended in ${error.stage}: ${error.reason}`, { where: `${board}, ${engine}` });
    return jobs[i]!.operators.flatMap(({ operator, instructions, cycles }) => {
      const { op, wasmInstructions, classes, bulkBytes } = layers.find((layer) => layer.operator === operator)!;
      return wasmInstructions === 0 ? [] : [{ model: name, operator, op, counts: { classes, bulkBytes }, instructions, cycles }];
    });
  });
  return { source, assumptions, samples };
}
