// The entry of the program `arenula`; what it does is in cli.ts, which tests call without a process.
import { main } from "./cli";
import { processIo } from "./io";

// `arenula inspect model.tflite | head`: a reader that has seen enough is no error
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await main(process.argv.slice(2), processIo());
