// npm run -s arenula -- COMMAND ...: the command line from a clone, built first where sources changed.
import path from "node:path";
import { ROOT, run } from "./support.mjs";

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")], { stdio: ["inherit", 2, "inherit"] });
run(process.execPath, [path.join(ROOT, "dist/cli.js"), ...process.argv.slice(2)], { cwd: process.env.INIT_CWD ?? process.cwd() });
