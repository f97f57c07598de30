// VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE. A handle is known while lowering, wherever it is passed on to: its bytes are the variable's name. What
// a variable holds lies where variable tensors lie, and is copied out and in, as a value that was read stays what it was when another is assigned.
// Source of the semantics: TFLM micro/kernels/var_handle.cc, read_variable.cc, assign_variable.cc, micro_resource_variable.cc.
import type { Tensor } from "../graph/tensor";
import { emitCopyAll, MOVABLE } from "./copy";
import type { Emitter, Lowering } from "./lowering";
import { describe, type Op } from "./op";

const varHandle: Lowering = {
  operator: "VAR_HANDLE",
  signatures: [{ inputs: [], outputs: ["resource"] }],
  options: "known while lowering, in called subgraphs too",
  check() {},
  fold: (op) => [new TextEncoder().encode(`${op.option("container", "")}/${op.option("sharedName", "")}`)],
  lower() {}, // always folded
};

/** Refuses a handle that is not known, and values that are not whole bytes. */
function checkVariable(op: Op, value: Tensor): void {
  if (!op.input(0).data) op.refuse(`handle ${describe(op.input(0))} is not a VAR_HANDLE's`, "variables have to be known before anything runs");
  if (!(MOVABLE as readonly string[]).includes(value.type)) op.refuse(`a variable of ${value.type}`, `covered: ${MOVABLE.join(", ")}`);
}

const variable = (op: Op, emit: Emitter, value: Tensor): Tensor => emit.resource(new TextDecoder().decode(op.input(0).data!), value);

const readVariable: Lowering = {
  operator: "READ_VARIABLE",
  signatures: [{ inputs: ["resource"], outputs: ["any"] }],
  options: "starts at real zero where nothing was assigned",
  check: (op) => checkVariable(op, op.output()),
  lower: (op, emit) => emitCopyAll(op, emit, variable(op, emit, op.output()), op.output()),
};

const assignVariable: Lowering = {
  operator: "ASSIGN_VARIABLE",
  signatures: [{ inputs: ["resource", "any"], outputs: [] }],
  options: "every value of one variable has the same type and size",
  check: (op) => checkVariable(op, op.input(1)),
  lower: (op, emit) => emitCopyAll(op, emit, op.input(1), variable(op, emit, op.input(1))),
};

export const VARIABLES: readonly Lowering[] = [varHandle, readVariable, assignVariable];
