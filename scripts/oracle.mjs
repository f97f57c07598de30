// The Python environment of the oracles, made or reused at ARENULA_ORACLE_VENV (~/.cache/arenula/oracle).
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fail, ROOT, run } from "./support.mjs";

const ORACLE = path.join(ROOT, "tests/oracle");
const VENV = process.env.ARENULA_ORACLE_VENV ?? path.join(homedir(), ".cache/arenula/oracle");
const PYTHON = path.join(VENV, "bin/python");

/** Prints what the files of requirements ask for and the environment does not have. */
const MISSING = `
import re, sys
from importlib.metadata import PackageNotFoundError, version
for line in (line for file in sys.argv[1:] for line in open(file)):
    name, _, wanted = line.split("#")[0].strip().partition("==")
    if name:
        try:
            if wanted and version(name) != wanted: print(line.strip())
        except PackageNotFoundError: print(line.strip())
`;

/** A python3 of a version that tflite-micro is published for, or null. */
function findPython() {
  const supported = "import sys, ensurepip; sys.exit(not (3, 10) <= sys.version_info < (3, 13))";
  return ["python3.11", "python3.12", "python3.10", "python3"].find((name) => spawnSync(name, ["-c", supported]).status === 0) ?? null;
}

/**
 * Runs a script of tests/oracle with the arguments of this process, in an environment that has what its files of requirements name.
 * @param optional whether it is one skipped test where that cannot be installed
 */
export function runOracle(script, requirements, { optional = false } = {}) {
  const files = requirements.map((name) => path.join(ORACLE, name));
  const missing = ensureEnvironment(files);
  if (missing && !optional) fail(missing);
  if (missing) {
    console.log(`skipped: ${missing}\n0 passed, 0 failed, 1 skipped`);
    return;
  }
  const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", OMP_NUM_THREADS: "2" };
  run(PYTHON, [path.join(ORACLE, script), ...process.argv.slice(2)], { env: environment });
}

/** Null, or why there is no such environment. */
function ensureEnvironment(files) {
  if (!existsSync(PYTHON)) {
    const python = findPython();
    if (python === null) {
      return "the oracles need python3 3.10, 3.11 or 3.12 with venv and pip (Debian: apt install python3-venv), and x86-64 Linux;\n" +
        "set ARENULA_ORACLE_VENV to an environment with the packages of tests/oracle/requirements.txt to use that instead";
    }
    console.error(`making a Python environment in ${VENV}`);
    run(python, ["-m", "venv", VENV]);
  }
  const { stdout, status } = spawnSync(PYTHON, ["-c", MISSING, ...files], { encoding: "utf8" });
  if (status !== 0) return `${PYTHON} does not run: delete ${VENV} and try again`;
  if (stdout.trim() === "") return null;
  console.error(`installing into ${VENV}: ${stdout.trim().split("\n").join(", ")}`);
  const { status: installed } = spawnSync(PYTHON, ["-m", "pip", "install", "--quiet", ...files.flatMap((file) => ["-r", file])], { stdio: ["ignore", 2, 2] });
  return installed === 0 ? null : `pip could not install ${files.join(", ")} into ${VENV}: is there a network, and is pip in it?`;
}
