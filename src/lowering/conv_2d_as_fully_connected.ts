// CONV_2D whose filters are as large as its input: one output pixel that reads the input as it lies, which FULLY_CONNECTED computes.
import type { Conv2d } from "./conv_2d";
import type { Form } from "./form";
import { cheapestFullyConnected } from "./fully_connected";
import type { WindowAxis } from "./window";

const whole = ({ input, output, kernel, dilation, touchesBorder }: WindowAxis) => output === 1 && input === kernel && (kernel === 1 || dilation === 1) && !touchesBorder;

const fits = ({ groups, y, x }: Conv2d) => groups === 1 && whole(y) && whole(x);

export const CONV_2D_AS_FULLY_CONNECTED: Form<Conv2d> = {
  name: "conv_2d_as_fully_connected",
  terms: (conv, emit) => (fits(conv) ? [cheapestFullyConnected(emit, conv).cost] : null),
  /** Where tiles of four channels leave no cliff behind them: of the interpreters' eight, 9 channels would cost 1.7 times as much each as 16 (docs/benchmarks.md, "Remainders"). */
  costs: { dsp: [1] },
  emit: (op, emit, conv) => cheapestFullyConnected(emit, conv).form!.emit(op, emit, conv),
};
