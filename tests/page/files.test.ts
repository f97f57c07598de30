import { suite } from "uvu";
import * as assert from "uvu/assert";
import { assignFiles, kindOf, labelsIn } from "../../src/page/files";

const files = suite("files on the page");
const inputs = [{ name: "image", aliases: ["x"] }, { name: "mask", aliases: [] }];

files("are told apart by their names; what no input can be is a model, whose reader says what it is", () => {
  assert.equal(["a.tflite", "a.h5", "a", "A.PNG", "a.jpeg", "a.npz", "labels.txt", "a.labels"].map(kindOf), ["model", "model", "model", "input", "input", "input", "labels", "labels"]);
});

files("feed the input of their name, else the first without a file, else the first", () => {
  assert.equal(assignFiles(inputs, [], []), ["lcg:1", "lcg:1"]);
  assert.equal(assignFiles(inputs, [], ["a.npy", "b.npy"]), ["a.npy", "b.npy"]);
  assert.equal(assignFiles(inputs, [], ["mask.npy", "a.png"]), ["a.png", "mask.npy"]);
  assert.equal(assignFiles(inputs, ["a.png", "zeros"], ["x.png"]), ["x.png", "zeros"]);
  assert.equal(assignFiles(inputs, ["a.png", "b.npy"], ["c.png"]), ["c.png", "b.npy"]);
  assert.equal(assignFiles(inputs, ["a.png", "b.npy"], ["all.npz"]), ["all.npz", "all.npz"]);
  assert.equal(assignFiles([], [], ["a.npy"]), []);
});

files("hold one label per line", () => {
  assert.equal(labelsIn(new TextEncoder().encode("zero\r\none\n\nthree\n\n")), ["zero", "one", "", "three"]);
});
files.run();
