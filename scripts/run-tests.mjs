// Bundles uvu suites and runs them file by file and counts them all. uvu's own runner has no last line of the wanted form, and it passes over a
// file that forgets `.run()`: here such a file fails.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { ROOT } from "./support.mjs";

/**
 * Bundles TypeScript files of tests/ into build/tests.
 * @param {string[]} files
 * @returns {Promise<{ name: string, file: string }[]>} names relative to tests/
 */
export async function bundleTests(files) {
  const outdir = path.join(ROOT, "build/tests");
  await build({
    entryPoints: files, outdir, outbase: path.join(ROOT, "tests"), outExtension: { ".js": ".mjs" }, bundle: true, splitting: true, format: "esm", platform: "node",
    packages: "external", target: "es2022", loader: { ".wasm": "binary", ".css": "text" }, absWorkingDir: ROOT, logLevel: "warning", sourcemap: "inline",
  });
  return files.map((file) => {
    const name = path.relative(path.join(ROOT, "tests"), file);
    return { name, file: path.join(outdir, name.replace(/\.ts$/, ".mjs")) };
  });
}

/**
 * @param {{ name: string, file: string }[]} files
 * @returns {Promise<number>} exit status
 */
export async function runTests(files) {
  process.setSourceMapsEnabled?.(true);
  globalThis.UVU_DEFER = 1;
  globalThis.UVU_QUEUE = [];
  await import("uvu");
  let passed = 0, failed = 0, skipped = 0;
  for (const { name, file } of files) {
    const index = globalThis.UVU_QUEUE.push([]) - 1;
    globalThis.UVU_INDEX = index;
    try {
      await import(pathToFileURL(file).href);
    } catch (error) {
      failed++;
      console.log(`${name}\n  does not load: ${error?.stack ?? error}`);
      continue;
    }
    let registered = 0;
    console.log(name);
    for (const suite of globalThis.UVU_QUEUE[index]) {
      process.stdout.write("  ");
      const [errors, ran, skips, total] = await suite();
      registered += total + skips;
      passed += ran;
      failed += total - ran;
      skipped += skips;
      if (errors !== true) console.log(errors);
    }
    if (registered === 0) {
      failed++;
      console.log("  registers no test: is `.run()` missing?");
    }
  }
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || passed === 0 ? 1 : 0;
}
