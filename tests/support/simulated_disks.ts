import type { DiskEvent, DiskRefusal, DiskRequest } from "../../kvserver/disk/disk_messages.ts";
import { DiskService } from "../../kvserver/disk/disk_service.ts";
import { pause } from "../../rpc/mod.ts";
import { FakeWorker } from "./fake_worker.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";

/**
 * Runs the disk threads of a simulated world's servers in its time, as long as it is in use: they read
 * and write real files, but in no Worker.
 */
export class SimulatedDisks implements Disposable {
  /** Draws how long reading a part takes. */
  readMs: () => number = () => 0;
  #RealWorker = globalThis.Worker;

  constructor(world: SimulatedWorld) {
    const start = () => this.#startWorker(world);
    globalThis.Worker = function (url: URL) {
      if (!url.pathname.endsWith("/disk_worker.ts")) {
        throw new Error(`A simulated world has no ${url}`);
      }
      return start();
    } as unknown as typeof Worker;
  }

  [Symbol.dispose](): void {
    globalThis.Worker = this.#RealWorker;
  }

  #startWorker(world: SimulatedWorld) {
    const environment = world.environment();
    let isRead = false;
    const worker: FakeWorker<DiskRequest, DiskEvent, DiskRefusal> = new FakeWorker({
      handle: async (request) => {
        if (request.type !== "read" || isRead) return service.handle(request);
        const readMs = this.readMs();
        if (readMs > 0) await pause(environment, readMs);
        const part = service.handle(request);
        // There is nothing behind the last part that would take its time.
        isRead = part === undefined;
        return part;
      },
      failureOf: () => undefined,
    });
    const service = new DiskService(environment, (event) => worker.emit(event));
    return worker;
  }
}
