import type { DiskEvent, DiskRefusal, DiskRequest } from "../../kvserver/disk/disk_messages.ts";
import { DiskService } from "../../kvserver/disk/disk_service.ts";
import { DiskThread } from "../../kvserver/disk/disk_thread.ts";
import { DataDirectoryError } from "../../kvserver/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { silentLogger } from "../../log/mod.ts";
import { assertEquals, assertRejects } from "../deps.ts";
import { FakeWorker } from "../support/fake_worker.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";
import { batchOf, entry, heldIn } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

const silentMs = defaultLimits.threadPatienceMs + 2 * defaultLimits.threadBeatMs;

/** An opened disk whose thread runs in virtual time, and can hang. */
async function openHanging(world: SimulatedWorld, directory: string) {
  const environment = world.environment();
  const worker: FakeWorker<DiskRequest, DiskEvent, DiskRefusal> = new FakeWorker({
    handle: (request) => service.handle(request),
    failureOf: () => undefined,
  });
  const service = new DiskService(environment, (event) => worker.emit(event));
  const RealWorker = globalThis.Worker;
  globalThis.Worker = function () {
    return worker;
  } as unknown as typeof Worker;
  const opening = DiskThread.open(directory, "cmud", environment, silentLogger);
  globalThis.Worker = RealWorker;
  const disk = await opening;
  for await (const _ of disk.contents());
  const failing: (string | undefined)[] = [];
  disk.onFailing = (reason) => failing.push(reason);
  return { disk, worker, service, failing };
}

testInWorld("a disk thread that answers nothing refuses, until it answers", async (world) => {
  using directory = new TempDirectory();
  const { disk, worker, failing } = await openHanging(world, directory.path);
  worker.hangs = true;
  let isWritten = false;
  disk.write([batchOf(entry("a", "1"))], () => isWritten = true);
  await world.advance(silentMs);
  assertEquals([failing, isWritten], [["the disk has answered nothing for 30 s"], false]);
  worker.goOn();
  await world.advance(0);
  assertEquals([failing.slice(1), isWritten], [[undefined], true]);
  await disk.close();
  assertEquals([...heldIn(directory.path).keys()], ["a"]);
});

testInWorld("closing waits no longer than that for a silent disk thread", async (world) => {
  for (const isSilentBefore of [false, true]) {
    using directory = new TempDirectory();
    const { disk, worker, service } = await openHanging(world, directory.path);
    worker.hangs = true;
    if (isSilentBefore) await world.advance(silentMs);
    const closed = assertRejects(() => disk.close(), DataDirectoryError, "answered nothing");
    if (!isSilentBefore) await world.advance(silentMs);
    await closed;
    assertEquals(worker.isTerminated, true);
    service.handle({ type: "close", batches: [] });
  }
});
