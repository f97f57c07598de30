/**
 * Every refusal of Arenula is an `ArenulaError`: a stable code, the numbers that disagree, a place, a way out.
 * Tests and callers match `code`; the prose may improve.
 */
export type ErrorCode =
  // reading a file
  | "MODEL_EMPTY" // no bytes at all
  | "MODEL_FORMAT" // not a TFLite flatbuffer
  | "MODEL_CORRUPT" // a TFLite flatbuffer whose offsets, vectors or sizes do not hold together
  | "MODEL_INVALID" // a sound flatbuffer that describes an impossible graph
  | "MODEL_UNSUPPORTED" // a possible graph that needs something Arenula does not have
  // lowering
  | "OPERATOR_UNSUPPORTED" // an operator, type or option without a kernel
  // comparing
  | "COMPARE_UNLIKE" // two models that are not versions of one network
  // running
  | "INDEX_RANGE" // an index that the model computed leads out of a tensor
  | "STATE_LENGTH" // saved variables of another model
  | "CORE_UNAVAILABLE" // this engine cannot load the requested core
  | "INPUT_TYPE"
  | "INPUT_LENGTH"
  | "INPUT_SHAPE"
  | "INPUT_VALUE" // NaN, infinity, out of range
  | "INPUT_MISSING"
  | "INPUT_FORMAT" // an input file that cannot be decoded
  | "INPUT_SCALING" // image or audio input whose scaling is not known
  | "DATA_EMPTY" // a data set without samples
  | "STATISTICS_FORMAT" // a file of statistics that is none, is damaged or of another version
  | "STATISTICS_MISMATCH" // parts that do not belong together, or not to this model
  | "ACTIVATION_NAN" // a tensor that is not a finite number for some sample
  | "ARENA_TOO_LARGE" // the plan does not fit the board
  | "FLASH_TOO_SMALL"
  // quantizing
  | "MODEL_QUANTIZED" // quantized already
  | "RANGE_MISSING" // tensors that nothing gives a range
  | "RANGE_INVALID" // NaN, infinite, inverted
  | "RECIPE_INVALID" // a recipe that breaks its schema, or names what the model has not
  // a linked .wasm
  | "DEVICE_MODULE_FORMAT" // not a module of Arenula
  | "DEVICE_MODULE_CORRUPT" // one whose bytes changed since it was linked
  | "DEVICE_MODULE_ABI" // one for another version of the device ABI, or one that breaks it
  | "DEVICE_TRAP" // the module stopped: a bad access, a division by zero, ...
  | "DEVICE_TIMEOUT" // the module does not come to an end
  // firmware, emulators, compilers
  | "BOARD_WITHOUT_FIRMWARE" // a board that no firmware is built for
  | "ENGINE_UNKNOWN"
  | "TOOL_MISSING" // a program that has to be installed
  | "TOOL_FAILED" // a program that ended with an error
  | "WAMR_MISSING" // WAMR's sources are not where they should be
  | "WAMR_VERSION" // sources of another version
  | "AOT_TARGET" // a core that nothing is compiled ahead of time for
  | "AOT_REFUSED" // the ahead-of-time compiler refuses a module
  | "FIRMWARE_FAILED" // the firmware ended with an error, or before its last line
  | "EMULATOR_TIMEOUT" // the emulator did not come to an end
  // boards, files, usage
  | "BOARD_UNKNOWN"
  | "BOARD_INVALID" // a board.json that breaks its schema
  | "FILE_NOT_FOUND"
  | "FILE_UNREADABLE"
  | "FILE_UNWRITABLE"
  | "ADDRESS_UNAVAILABLE" // `serve` cannot listen there
  | "USAGE"
  | "INTERNAL"; // a defect of ours

/** Where an error happened and what removes it. */
export interface ErrorContext {
  /** The place: "operator 7 CONV_2D 'conv2d_3/Relu'", "byte 1032", a file name. */
  where?: string;
  /** What to do about it, in one sentence. */
  hint?: string;
}

export class ArenulaError extends Error {
  readonly code: ErrorCode;
  where: string;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message);
    this.name = "ArenulaError"; // in letters: the class is called otherwise in the minified library
    this.code = code;
    this.where = context.where ?? "";
    this.hint = context.hint ?? "";
  }

  /** The form of `--json`: {"error": {...}}. */
  toJSON(): { code: ErrorCode; message: string; where: string; hint: string } {
    return { code: this.code, message: this.message, where: this.where, hint: this.hint };
  }
}

/** A file that is not a sound model, or one that Arenula cannot run. */
export class ModelError extends ArenulaError {
  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(code, message, context);
    this.name = "ModelError";
  }
}
