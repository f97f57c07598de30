// npm run test:networks: networks from the TensorFlow Lite converter in every scheme, against their oracle (tests/oracle/README.md).
// Passes its arguments on; ends with `N passed, N failed, N skipped`, where tensorflow cannot be installed with all of it skipped.
import { runOracle } from "./oracle.mjs";

runOracle("networks.py", ["requirements.txt", "requirements-networks.txt"], { optional: true });
