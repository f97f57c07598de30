// CONV_2D whose filters are as large as its input: one output pixel that reads the input as it lies, which FULLY_CONNECTED computes.
import type { Conv2d } from "./conv_2d";
import { AS_COUNTED, type Form } from "./form";
import { cheapestFullyConnected, type FullyConnected } from "./fully_connected";
import type { WindowAxis } from "./window";

const whole = ({ input, output, kernel, dilation, touchesBorder }: WindowAxis) => output === 1 && input === kernel && (kernel === 1 || dilation === 1) && !touchesBorder;

/** Also every image of 1x1 filters, its pixels as batches. */
function asFullyConnected(conv: Conv2d): FullyConnected | null {
  const { groups, batches, y, x } = conv, pixel = (axis: WindowAxis) => axis.kernel === 1 && axis.stride === 1 && !axis.touchesBorder;
  if (groups > 1) return null;
  if (whole(y) && whole(x)) return conv;
  return pixel(y) && pixel(x) ? { ...conv, batches: batches * y.output * x.output } : null;
}

export const CONV_2D_AS_FULLY_CONNECTED: Form<Conv2d> = {
  name: "conv_2d_as_fully_connected",
  terms(conv, emit) {
    const layer = asFullyConnected(conv);
    return layer && [cheapestFullyConnected(emit, layer).cost];
  },
  costs: AS_COUNTED,
  emit(op, emit, conv) {
    const layer = asFullyConnected(conv)!;
    cheapestFullyConnected(emit, layer).form!.emit(op, emit, layer);
  },
};
