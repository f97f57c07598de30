/**
 * Arenula: int8 networks in WebAssembly, exact to the bit. The same import works in Node, browsers and workers; nothing here
 * touches the file system or the network.
 *
 *     const model = Model.parse(bytes);
 *     const net = await Interpreter.create(model);
 *     net.inputs[0].set(int8Array);
 *     net.invoke();
 *     net.outputs[0].dequantize();
 */
import { fitBoard } from "./device/fit";
import type { Board } from "./device/boards";
import { ModelError } from "./errors";
import type { Graph } from "./graph/graph";
import { Interpreter as Runtime, type InterpreterOptions } from "./runtime/interpreter";
import { readModel } from "./tflite/read";

export { ArenulaError, ModelError, type ErrorCode } from "./errors";
export type { Graph, Operator, Signature, Subgraph } from "./graph/graph";
export type { Quantization, Tensor, TensorType } from "./graph/tensor";
export { checkModel, operatorMacs, type OperatorCheck } from "./lowering/check";
export { drawPlanSvg } from "./arena/draw_svg";
export { drawPlanText } from "./arena/draw_text";
export { planArena, type ArenaPlan, type Block, type PlacedBlock } from "./arena/plan";
export { boardByName, boards, type Board } from "./device/boards";
export { InputView, TensorView, type TypedArray } from "./runtime/tensor_view";
export type { MemoryUse, Profile, StepInfo, TraceEntry } from "./runtime/interpreter";
export { crc32 } from "./crc32";

/** A verified model. */
export type Model = Graph;
export const Model = {
  /**
   * Reads a `.tflite` file. Constants stay views into `bytes`: do not change them afterwards.
   * @throws ModelError naming what is wrong, where, and what to do.
   */
  parse(bytes: Uint8Array): Model {
    if (!(bytes instanceof Uint8Array)) {
      const kind = Object.prototype.toString.call(bytes).slice(8, -1);
      throw new ModelError("MODEL_FORMAT", `the bytes of a model are a Uint8Array, not ${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`, {
        where: "Model.parse", hint: kind === "ArrayBuffer" ? "new Uint8Array(buffer)" : "read the file's bytes: `readFile` in Node, `fetch` and `arrayBuffer` in a browser",
      });
    }
    return readModel(bytes);
  },
};

export interface CreateOptions extends InterpreterOptions {
  /** A board that the model has to fit: a name of `boards()`, or the facts themselves. Then the best core is the one of microcontrollers, whose memory is the board's. */
  board?: string | Board;
}

export type Interpreter = Runtime;
export const Interpreter = {
  /**
   * Lowers, plans and instantiates a model.
   * @throws ArenulaError OPERATOR_UNSUPPORTED, MODEL_INVALID, CORE_UNAVAILABLE, BOARD_UNKNOWN, ARENA_TOO_LARGE, FLASH_TOO_SMALL
   */
  async create(model: Model, { board, ...options }: CreateOptions = {}): Promise<Interpreter> {
    const { core = "auto" } = options;
    const net = await Runtime.create(model, { ...options, core: board !== undefined && core === "auto" ? "mcu" : core });
    if (board !== undefined) await fitBoard(net, board);
    return net;
  },
};
