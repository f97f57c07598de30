// DEPTHWISE_CONV_2D of int16 without bias on every core: channels side by side, and sums that leave int32. The rounding is the conformance data's matter.
import { suite } from "uvu";
import { agrees } from "../support/contract";
import { bytesOf, graphOfOne } from "../support/graph";
import { Random } from "../support/random";

const depthwise = suite("kernels/depthwise_conv_2d_int16");

/** Whole windows at stride 1, rescaled by 2^-16: x + 2^15 >> 16. @param fill of activations and weights, or null: any */
async function convolves(h: number, w: number, inC: number, multiplier: number, kH: number, kW: number, fill: readonly [number, number] | null = null): Promise<void> {
  const random = new Random(h * w + inC), outC = inC * multiplier, outH = h - kH + 1, outW = w - kW + 1;
  const x = Int16Array.from({ length: h * w * inC }, () => (fill ? fill[0] : random.between(-32768, 32767))), weights = Int8Array.from({ length: kH * kW * outC }, () => (fill ? fill[1] : random.between(-128, 127)));
  const y = Int16Array.from({ length: outH * outW * outC }, (_, i) => {
    const c = i % outC, ox = Math.floor(i / outC) % outW, oy = Math.floor(i / outC / outW);
    let sum = 0;
    for (let ky = 0; ky < kH; ky++)
      for (let kx = 0; kx < kW; kx++) sum += x[((oy + ky) * w + ox + kx) * inC + Math.floor(c / multiplier)]! * weights[(ky * kW + kx) * outC + c]!;
    return Math.max(-32768, Math.min(32767, Math.floor((sum + 2 ** 15) / 2 ** 16)));
  });
  const graph = graphOfOne(
    "DEPTHWISE_CONV_2D",
    [{ type: "int16", shape: [1, h, w, inC], scale: 1 }, { type: "int8", shape: [1, kH, kW, outC], scale: 2 ** -16, dimension: 3, data: bytesOf(weights) }, null],
    { type: "int16", shape: [1, outH, outW, outC], scale: 1 }, { padding: "VALID", strideH: 1, strideW: 1, depthMultiplier: multiplier },
  );
  await agrees(JSON.stringify({ h, w, inC, multiplier, kH, kW, fill }), graph, [x], [y]);
}

depthwise("every number of channels up to two tiles and one, with depth multipliers", async () => {
  for (let channels = 1; channels <= 9; channels++) for (const multiplier of [1, 2, 4]) await convolves(4, 5, channels, multiplier, 3, 2);
});

depthwise("more taps than 32 bits hold products", async () => {
  for (const [kH, kW] of [[17, 18], [1, 300], [2, 200], [3, 256]] as const)
    for (const channels of [3, 5, 8]) for (const fill of [null, [-32768, -128], [32767, -128]] as const) await convolves(kH + 1, kW, channels, 1, kH, kW, fill);
});

depthwise.run();
