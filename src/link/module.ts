// The one module: the kernels that a model calls out of the device core, `invoke_range` that calls them, and the segment they are
// staged from. Everything else is dropped.
import type binaryenType from "binaryen";
import { ArenulaError } from "../errors";
import { DEVICE_ABI, type DeviceFacts, type DeviceTensor } from "./device_facts";
import type { Node } from "../lowering/program";
import { NO_OPERATOR, type DeviceImage } from "./image";

type Binaryen = typeof binaryenType;
type Module = binaryenType.Module;

const PAGE = 65536;
const MEMORY = "0";
const SEGMENT = "flash";
/** The operator that ended the last inference early. */
const ENDED = "ended";
/** Operators whose calls share a function: the fast interpreter keeps every constant of a function in its frame, so that hundreds would overflow its stack. */
const GROUP = 32;
/** What binaryen measures of the function that clamps an address. */
const CLAMP_SIZE = 12;

export interface LinkedModule {
  readonly bytes: Uint8Array;
  /** Names by index, which the bytes do without: what reports of compilers call functions by. */
  readonly functions: readonly string[];
}

/**
 * @param core the `device` core: kernels whose weights and bounds come through imports
 * @param compiled whether the module will be compiled ahead of time: kernels then clamp addresses, so that the compiler can prove them
 */
export function linkModule(binaryen: Binaryen, core: Uint8Array, image: DeviceImage, { engine, operators, inputs, outputs }: DeviceFacts, compiled: boolean): LinkedModule {
  const module = binaryen.readBinary(cutTo(binaryen, core, new Set(image.steps.map(({ kernel }) => kernel)))), inlined = binaryen.getAlwaysInlineMaxSize();
  try {
    module.setFeatures(binaryen.Features.MVP | binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt | binaryen.Features.SignExt | binaryen.Features.NontrappingFPToInt | binaryen.Features.MutableGlobals);
    const kernels = exportedFunctions(binaryen, module);
    const pages = Math.max(Math.ceil(image.bytes / PAGE), 1);
    module.setMemory(pages, pages, null, [{ name: SEGMENT, passive: true, data: image.segment, offset: 0 }] as never, false, false, MEMORY);
    replaceImports(binaryen, module, compiled ? image.bytes : null);
    dropExports(binaryen, module);
    addInvoke(binaryen, module, image, operators.length, kernels);
    addGlobals(binaryen, module, image, inputs, outputs);
    module.addMemoryExport(MEMORY, "memory");
    if (!module.validate()) throw new ArenulaError("INTERNAL", "the linked module is not valid WebAssembly");
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(1);
    binaryen.setOneCallerInlineMaxSize(0); // a call costs an interpreter 230 instructions; inlined inner loops would cost every call their locals' stack
    if (compiled) binaryen.setAlwaysInlineMaxSize(CLAMP_SIZE); // behind a call WAMR looks for an exception, which would follow every clamp
    binaryen.addPassToSkip("memory-packing"); // it would split the segment at runs of zeros
    module.optimize();
    // WAMR's fast loader lets an instruction write into the local that a `local.set` behind it names; a `local.tee` costs it a copy.
    if (engine === "wamr-fast") module.runPasses(["untee"]);
    checkCode(binaryen, module);
    return { bytes: module.emitBinary(), functions: functionNames(binaryen, module) };
  } finally {
    binaryen.clearPassesToSkip();
    binaryen.setAlwaysInlineMaxSize(inlined);
    module.dispose();
  }
}

/** What was cut of a core, by the names of the kernels: reading all of a core takes longer than linking, and models share their kernels. */
const cuts = new WeakMap<Uint8Array, Map<string, Uint8Array>>();

/** The core with these kernels and what they call. */
function cutTo(binaryen: Binaryen, core: Uint8Array, kernels: ReadonlySet<string>): Uint8Array {
  const known = cuts.get(core) ?? new Map<string, Uint8Array>(), key = [...kernels].sort().join();
  cuts.set(core, known);
  const cut = known.get(key);
  if (cut) return cut;
  const module = binaryen.readBinary(core), debugInfo = binaryen.getDebugInfo();
  try {
    for (const name of exportedFunctions(binaryen, module).keys()) if (!kernels.has(name)) module.removeExport(name);
    module.runPasses(["remove-unused-module-elements"]);
    binaryen.setDebugInfo(true); // names
    const bytes = module.emitBinary();
    known.set(key, bytes);
    return bytes;
  } finally {
    binaryen.setDebugInfo(debugInfo);
    module.dispose();
  }
}

/** Without the path of the source file that names come with. */
function functionNames(binaryen: Binaryen, module: Module): string[] {
  return Array.from({ length: module.getNumFunctions() }, (_, i) => binaryen.getFunctionInfo(module.getFunctionByIndex(i)).name.replace(/^.*\//, ""));
}

/** memory.grow or memory.size would cost WAMR's shrunk memory, SIMD 40 KB of interpreter: neither may come out of here. */
function checkCode(binaryen: Binaryen, module: Module): void {
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const { name, body } = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    const found = /memory\.(grow|size)|v128|[if]\d+x\d+/.exec(binaryen.emitText(body));
    if (found) throw new ArenulaError("INTERNAL", `function ${name} of the linked module contains ${found[0]}`);
  }
}

/** Internal names of the core's kernels, by the names they are exported under. */
function exportedFunctions(binaryen: Binaryen, module: Module): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let i = 0; i < module.getNumExports(); i++) {
    const info = binaryen.getExportInfo(module.getExportByIndex(i));
    if (info.kind === binaryen.ExternalFunction) found.set(info.name, info.value);
  }
  return found;
}

/** @param end of linear memory, where addresses are to be clamped to it */
function replaceImports(binaryen: Binaryen, module: Module, end: number | null): void {
  const { i32 } = module;
  const local = (index: number) => module.local.get(index, binaryen.i32);
  /** address, bytes: unsigned min(address, end - bytes), or the address as it is. */
  const clamped = () => {
    if (end === null) return local(0);
    const last = () => i32.sub(i32.const(end), local(1));
    return module.select(i32.lt_u(local(0), last()), local(0), last());
  };
  /** By the name of the import: what it returns, how many i32 it takes, its body. */
  const bodies: Record<string, readonly [number, number, () => number]> = {
    from_flash: [binaryen.none, 3, () => initFrom(module, local(0), local(1), local(2))],
    clamp_to_memory: [binaryen.i32, 2, clamped],
  };
  const imports = Array.from({ length: module.getNumFunctions() }, (_, i) => binaryen.getFunctionInfo(module.getFunctionByIndex(i))).filter(({ module: from }) => from === "arenula");
  for (const { name, base } of imports) {
    const [result, parameters, body] = bodies[base!]!;
    module.removeFunction(name);
    module.addFunction(name, binaryen.createType(Array<number>(parameters).fill(binaryen.i32)), result, [], body());
  }
}

function initFrom(module: Module, to: number, offset: number, bytes: number): number {
  return module.memory.init(SEGMENT, to, offset, bytes, MEMORY);
}

function dropExports(binaryen: Binaryen, module: Module): void {
  const names = Array.from({ length: module.getNumExports() }, (_, i) => binaryen.getExportInfo(module.getExportByIndex(i)).name);
  names.forEach((name) => module.removeExport(name));
}

/**
 * invoke_range(first, end): the operators of the file from `first` to before `end`, each with its index in the word while it runs. Behind the
 * last one come the outputs that are converted, or that nothing computes. An operator that ends the inference early leaves its index in the word, and
 * ranges behind it do nothing until one begins at 0. `reset`, where there is state: variables get their first values.
 */
function addInvoke(binaryen: Binaryen, module: Module, image: DeviceImage, operators: number, kernels: ReadonlyMap<string, string>): void {
  const { i32 } = module;
  const constant = (value: number) => i32.const(value | 0);
  const holds = (condition: number) => i32.load8_u(0, 1, constant(image.tensors.get(condition)!), MEMORY);
  let loops = 0;
  const block = (nodes: readonly Node[]): number => module.block(null, nodes.flatMap(expressions));
  const expressions = (node: Node): number[] => {
    switch (node.kind) {
      case "step": {
        const { kernel, address, offset, bytes } = image.steps[node.step]!;
        return [initFrom(module, constant(address), constant(offset), constant(bytes)), module.call(kernels.get(kernel)!, [constant(address)], binaryen.none)];
      }
      case "if":
        return [module.if(holds(node.condition), block(node.then), block(node.otherwise))];
      case "while": {
        const again = `turn${loops}`, over = `over${loops++}`;
        const turn = [...node.test.flatMap(expressions), module.br(over, i32.eqz(holds(node.condition))), ...node.body.flatMap(expressions), module.br(again)];
        return [module.block(over, [module.loop(again, module.block(null, turn))])];
      }
      case "endUnless": {
        const running = i32.load(0, 4, constant(image.operatorAt), MEMORY);
        return [module.if(i32.eqz(holds(node.condition)), module.block(null, [module.global.set(ENDED, running), module.return()]))];
      }
    }
  };
  const first = () => module.local.get(0, binaryen.i32), end = () => module.local.get(1, binaryen.i32);
  const range = binaryen.createType([binaryen.i32, binaryen.i32]);
  const operator = (index: number): number[] => {
    const nodes = image.code[index]!;
    if (nodes.length === 0) return [];
    const inRange = i32.and(i32.le_u(first(), constant(index)), i32.gt_u(end(), constant(index)));
    return [module.if(inRange, module.block(null, [i32.store(0, 4, constant(image.operatorAt), constant(index), MEMORY), ...nodes.flatMap(expressions)]))];
  };
  const known = image.constantOutputs.map(({ address, offset, bytes }) => initFrom(module, constant(address), constant(offset), constant(bytes)));
  const none = () => constant(NO_OPERATOR), ended = () => module.global.get(ENDED, binaryen.i32);
  const over = () => module.if(i32.ne(ended(), none()), module.return());
  const body: number[] = [];
  if (image.endsEarly) {
    module.addGlobal(ENDED, binaryen.i32, true, none());
    const begin = module.block(null, [module.global.set(ENDED, none()), ...known]);
    body.push(module.if(i32.eqz(first()), begin), i32.store(0, 4, constant(image.operatorAt), ended(), MEMORY), over());
  }
  for (let from = 0; from < operators; from += GROUP) {
    const group = Array.from({ length: Math.min(GROUP, operators - from) }, (_, i) => operator(from + i)).flat();
    if (operators <= GROUP) body.push(...group);
    else {
      const name = `operators_${from}`;
      module.addFunction(name, range, binaryen.none, [], module.block(null, group));
      body.push(module.call(name, [first(), end()], binaryen.none));
      if (image.endsEarly) body.push(over());
    }
  }
  const last = [...image.final.flatMap(expressions), ...(image.endsEarly ? [] : known)];
  if (last.length > 0) body.push(module.if(i32.ge_u(end(), constant(operators)), module.block(null, last)));
  body.push(i32.store(0, 4, constant(image.operatorAt), none(), MEMORY));
  module.addFunction("invoke_range", range, binaryen.none, [], module.block(null, body));
  module.addFunction("invoke", binaryen.none, binaryen.none, [], module.call("invoke_range", [constant(0), constant(operators)], binaryen.none));
  module.addFunctionExport("invoke", "invoke");
  module.addFunctionExport("invoke_range", "invoke_range");
  if (image.state.bytes === 0) return;
  const fills = image.variables.map(({ address, bytes, value }) => module.memory.fill(constant(address), constant(value), constant(bytes), MEMORY));
  module.addFunction("reset", binaryen.none, binaryen.none, [], module.block(null, [...fills, ...image.initial.flatMap(expressions)]));
  module.addFunctionExport("reset", "reset");
}

/** What the host reads without running anything: immutable i32 globals. */
function addGlobals(binaryen: Binaryen, module: Module, image: DeviceImage, inputs: readonly DeviceTensor[], outputs: readonly DeviceTensor[]): void {
  const add = (name: string, value: number) => {
    module.addGlobal(name, binaryen.i32, false, module.i32.const(value));
    module.addGlobalExport(name, name);
  };
  add("__heap_base", image.bytes);
  add("__data_end", image.bytes);
  add("arenula_abi", DEVICE_ABI);
  add("arenula_operator", image.operatorAt);
  if (image.state.bytes > 0) {
    add("arenula_state", image.state.start);
    add("arenula_state_bytes", image.state.bytes);
  }
  for (const [kind, tensors] of [["input", inputs], ["output", outputs]] as const) {
    add(`arenula_${kind}_count`, tensors.length);
    tensors.forEach(({ address, bytes, extent }, i) => {
      add(`arenula_${kind}_${i}`, address);
      add(`arenula_${kind}_${i}_bytes`, bytes);
      if (extent !== undefined) add(`arenula_${kind}_${i}_extent`, extent);
    });
  }
}
