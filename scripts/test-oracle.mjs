// npm run test:oracle: the published runtimes against Arenula on drawn models (tests/oracle/README.md).
// Passes its arguments on; ends with `N passed, N failed, N skipped`.
import { runOracle } from "./oracle.mjs";

runOracle("run.py", ["requirements.txt"]);
