// The page's worker: the library runs here, so that a long inference leaves the page alive. Nothing leaves the browser.
import { ArenulaError } from "../errors";
import type { ErrorInfo, Reply, Task } from "./protocol";
import { Session } from "./session";

/** The model that was opened last; the page asks for it again with other inputs. */
let last: { readonly key: string; readonly bytes: Uint8Array; readonly session: Session } | null = null;

const reply = (message: Reply): void => postMessage(message);

addEventListener("message", ({ data: task }: MessageEvent<Task>) => void answer(task));

async function answer(task: Task): Promise<void> {
  let during: "opening" | "running" = "opening";
  try {
    const session = await sessionOf(task);
    if (!task.feeding) {
      reply({ kind: "opened", inputs: session.inputs, runs: session.runs, sections: await session.sections() });
      return;
    }
    during = "running";
    reply({ kind: "ran", ...(await session.run(task.feeding)) });
  } catch (error) {
    reply({ kind: "failed", during, error: errorInfo(error) });
  }
}

async function sessionOf({ model, core }: Task): Promise<Session> {
  const key = `${core} ${model.name}`;
  if (last?.key === key && last.bytes.length === model.bytes.length && last.bytes.every((byte, i) => byte === model.bytes[i])) return last.session;
  const session = await Session.open(model, core);
  last = { key, bytes: model.bytes, session };
  return session;
}

function errorInfo(error: unknown): ErrorInfo {
  if (error instanceof ArenulaError && error.code !== "INTERNAL") return error.toJSON();
  return { code: "INTERNAL", message: error instanceof Error ? error.message : String(error), where: "", hint: "this is a defect of Arenula: please report it with the model and this message" };
}
