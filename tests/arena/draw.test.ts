import { suite } from "uvu";
import * as assert from "uvu/assert";
import { drawPlanSvg } from "../../src/arena/draw_svg";
import { drawPlanText } from "../../src/arena/draw_text";
import { ellipsize, grouped, shortName, tickLabel } from "../../src/arena/labels";
import { planArena } from "../../src/arena/plan";
import { block, models, randomBlocks } from "./instances";

const hostile = [
  block(100, 0, 1, "activation", `<script>"&'\u0000\u001b[31m</script>`),
  block(300, 1, 2, "activation", "\ud83d half a character ]]>"),
  block(64, 1, 1, "scratch", "日本語😀"),
];

/** Names of all elements, if tags nest as XML wants, attributes are quoted and no bare markup is left in between. */
function elements(xml: string): string[] {
  const open: string[] = [], seen: string[] = [];
  const tags = /<(\/?)([a-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/gy;
  let at = 0;
  while (at < xml.length) {
    const next = xml.indexOf("<", at);
    const between = xml.slice(at, next < 0 ? undefined : next);
    assert.not.match(between, /&(?!(amp|lt|gt|quot);)/, "a bare ampersand");
    if (next < 0) break;
    tags.lastIndex = next;
    const tag = tags.exec(xml);
    assert.ok(tag, `no tag at ${xml.slice(next, next + 60)}`);
    const [all, closing, name, , empty] = tag!;
    if (closing) assert.is(open.pop(), name);
    else { seen.push(name); if (!empty) open.push(name); }
    at = next + all.length;
  }
  assert.equal(open, []);
  return seen;
}

/** Steps of the operators 0, 2, 4 ...: every other one of these files has no step. */
const named = (...names: string[]) => names.map((name, i) => ({ operator: 2 * i, name }));

const svg = suite("arena/draw_svg");

svg("is well formed for 0 to 200 steps", () => {
  for (const blocks of [[], [block(0, 0, 3)], models.ad, models.vww, hostile, randomBlocks(1, { count: 200, steps: 200, span: 5, most: 900 }, ["activation", "scratch", "staging"])]) {
    const drawing = drawPlanSvg(planArena(blocks), { title: "a <model> & more", stepNames: named("CONV_2D", "<ADD>") });
    const seen = elements(drawing);
    assert.is(seen[0], "svg");
    assert.is(seen.filter((name) => name === "title").length, blocks.filter((b) => b.bytes > 0).length);
    assert.not.match(drawing, /NaN|undefined|Infinity/);
  }
});

svg("escapes names and drops what XML forbids", () => {
  const drawing = drawPlanSvg(planArena(hostile), { title: "<t>", stepNames: named("<A>") });
  assert.not.match(drawing, "<script>");
  assert.not.match(drawing, /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  assert.ok(drawing.includes("&lt;script&gt;"));
});

svg("names the figures", () => {
  const drawing = drawPlanSvg(planArena(models.vww), { title: "vww", stepNames: named("CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D") });
  assert.ok(drawing.includes("peak: 55,296 bytes live at operator 4 CONV_2D"));
  assert.ok(drawing.includes("activations 55,296 (proven minimal)"));
});

svg("boxes stay inside the page", () => {
  const drawing = drawPlanSvg(planArena(randomBlocks(3, { count: 80, steps: 60, span: 6, most: 100 })), { title: "t", stepNames: [] });
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(drawing)!.map(Number);
  for (const [, x, y, w, h] of drawing.matchAll(/<svg x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)) {
    assert.ok(+x >= 0 && +y >= 0 && +x + +w <= width && +y + +h <= height);
  }
});
svg.run();

const terminal = suite("arena/draw_text");

terminal("keeps to its width, in plain characters", () => {
  for (const width of [64, 80, 120]) {
    for (const blocks of [models.vww, models.kws, models.resnet, hostile.slice(0, 2), randomBlocks(1, { count: 300, steps: 300, span: 5, most: 900 }, ["activation", "scratch", "staging"])]) {
      const drawing = drawPlanText(planArena(blocks), { width, stepNames: named("CONV_2D") });
      assert.not.match(drawing, /\x1b/);
      for (const line of drawing.split("\n")) assert.ok(Array.from(line).length <= width, `${width}: ${line}`);
    }
  }
});

terminal("colours say the same as shades", () => {
  const plan = planArena(models.resnet);
  const colours = drawPlanText(plan, { colour: true });
  assert.match(colours, /\x1b\[/);
  const bare = colours.replace(/\x1b\[[\d;]*m/g, "").split("\n").slice(-6);
  assert.equal(bare, drawPlanText(plan).split("\n").slice(-6));
});

terminal("explains the peak", () => {
  const drawing = drawPlanText(planArena(models.vww), { stepNames: named("CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D") });
  assert.match(drawing, "55,296 bytes live at operator 4 CONV_2D:");
  assert.match(drawing, "36,864  tensor_3");
  assert.match(drawing, "18,432  tensor_2");
});

terminal("draws an empty arena", () => {
  assert.is(drawPlanText(planArena([])), "an empty arena: nothing to place\n");
  assert.is(drawPlanText(planArena([block(0, 0, 9)])), "an empty arena: nothing to place\n");
});
terminal.run();

const names = suite("arena/labels");

names("a fused name becomes its layer", () => {
  assert.is(shortName("model/activation_2/Relu;model/batch_normalization_2/FusedBatchNormV3;model/conv2d_2/BiasAdd"), "activation_2");
  assert.is(shortName("model/batch_normalization_2/FusedBatchNormV3;model/conv2d_2/BiasAdd/ReadVariableOp/resource"), "conv2d_2");
  assert.is(shortName("MobilenetV1/MobilenetV1/Conv2d_1_pointwise/Relu6"), "Conv2d_1_pointwise");
  assert.is(shortName("StatefulPartitionedCall:0"), "StatefulPartitionedCall:0");
  assert.is(shortName("Relu"), "Relu");
  assert.is(shortName(""), "");
});

names("a cut name keeps the number at its end", () => {
  assert.is(ellipsize("activation_17", 13), "activation_17");
  assert.is(ellipsize("activation_17", 8), "activ…17");
  assert.is(ellipsize("😀😀😀😀😀😀", 4), "😀😀…😀");
  assert.is(ellipsize("abc", 2), "");
});

names("numbers are grouped, ticks are binary", () => {
  assert.equal([0, 999, 1000, 55296, 1234567].map(grouped), ["0", "999", "1,000", "55,296", "1,234,567"]);
  assert.equal([0, 16, 1024, 16384, 2 ** 21].map(tickLabel), ["0", "16 B", "1 KiB", "16 KiB", "2 MiB"]);
});
names.run();
