// The hidden state of an LSTM before and after a step, of any type.
import { LSTM_BATCHES, LSTM_HIDDEN, LSTM_OUTPUT, LSTM_OUTPUT_BATCH, LSTM_OUTPUT_STEP, LSTM_STEPS } from "../abi/lstm";

/** The hidden state that a step begins with: the variable, and then the output of the step before. */
// @ts-ignore: decorator
@inline
export function hidden_before(record: usize, step: i32): usize {
  return step == 0 ? load<u32>(record, LSTM_HIDDEN) : load<u32>(record, LSTM_OUTPUT) + (step - 1) * load<i32>(record, LSTM_OUTPUT_STEP);
}

/** The last output becomes the variable. @param row bytes of the hidden state of one row of the batch */
export function keep_hidden(record: usize, row: i32): void {
  const last = hidden_before(record, load<i32>(record, LSTM_STEPS));
  const batches = load<i32>(record, LSTM_BATCHES), stride = load<i32>(record, LSTM_OUTPUT_BATCH), hidden: usize = load<u32>(record, LSTM_HIDDEN);
  for (let batch = 0; batch < batches; batch++) memory.copy(hidden + batch * row, last + batch * stride, row);
}
