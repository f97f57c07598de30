import type { Reply, Task } from "./protocol";

/** The page's end of its worker. A task that is asked for while another runs ends that one: a loop within a model may never end by itself. */
export class Client {
  private worker: Worker | null = null;
  private busy = false;

  /** @param hear is given the answer, unless another task came first */
  ask(task: Task, hear: (reply: Reply) => void): void {
    if (this.busy) this.stop();
    const worker = (this.worker ??= new Worker(new URL("worker.js", import.meta.url), { type: "module" }));
    this.busy = true;
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      this.busy = false;
      hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.stop();
      hear({
        kind: "failed", during: "opening",
        error: { code: "INTERNAL", message: event.message || "the page's worker could not be loaded", where: "worker.js", hint: "reload the page; is `arenula serve` still running?" },
      });
    };
    worker.postMessage(task);
  }

  /** Ends whatever runs. */
  stop(): void {
    this.worker?.terminate();
    this.worker = null;
    this.busy = false;
  }
}
