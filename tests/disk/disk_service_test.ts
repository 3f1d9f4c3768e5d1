import { DiskService } from "../../kvserver/disk/disk_service.ts";
import type { DiskEvent } from "../../kvserver/disk/disk_messages.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertThrows } from "../deps.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";
import { batchOf, dataWriter, entry, heldIn, newDataFile } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

// The service of the disk thread on a real directory, in virtual time.

/** Opens a directory, reads it to its end, and gathers the events. */
function startService(world: SimulatedWorld, directory: string) {
  const events: DiskEvent[] = [];
  const service = new DiskService(world.environment(), (event) => {
    if (event.type !== "sizes") events.push(event);
  });
  service.handle({ type: "open", directory, cluster: "cmud", limits: defaultLimits });
  while (service.handle({ type: "read" }) !== undefined);
  service.handle({ type: "beginWriting" });
  return { service, events };
}

function segmentsIn(directory: string): number {
  return [...Deno.readDirSync(directory)].filter(({ name }) => name.startsWith("log-")).length;
}

testInWorld(
  "a log is folded once nothing was written for a while, in virtual time",
  async (world) => {
    using directory = new TempDirectory();
    newDataFile(directory.path);
    for (let i = 0; i < defaultLimits.foldFromSegments; i++) {
      const writer = dataWriter(directory.path);
      writer.append([batchOf(entry(`key ${i}`, "value"))]);
      // Ends the segment without its last byte: the next writer begins another one.
      writer.close();
      const path = `${directory.path}/log-${i + 1}`;
      Deno.writeFileSync(path, new Uint8Array([0]), { append: true });
    }
    assertEquals(segmentsIn(directory.path), defaultLimits.foldFromSegments);
    const { service } = startService(world, directory.path);
    const before = heldIn(directory.path);
    await world.advance(defaultLimits.foldQuietMs - 1);
    assertEquals(segmentsIn(directory.path), defaultLimits.foldFromSegments);
    await world.advance(defaultLimits.foldQuietMs + 100 * defaultLimits.foldStepMs);
    assertEquals(segmentsIn(directory.path), 1);
    assertEquals(heldIn(directory.path), before);
    service.handle({ type: "close", batches: [] });
  },
);

testInWorld("what the disk refuses is written as soon as it no longer does", async (world) => {
  using directory = new TempDirectory();
  const { service, events } = startService(world, directory.path);
  const lock = `${directory.path}/lock`;
  Deno.renameSync(lock, `${lock}.away`);
  service.handle({ type: "write", batches: [batchOf(entry("a", "1"))] });
  await world.advance(3 * defaultLimits.diskRetryMs);
  assertEquals(events.map(({ type }) => type), ["failing"]);
  Deno.renameSync(`${lock}.away`, lock);
  await world.advance(defaultLimits.diskRetryMs);
  assertEquals(events.map(({ type }) => type), ["failing", "written"]);
  service.handle({ type: "close", batches: [] });
  assertEquals([...heldIn(directory.path).keys()], ["a"]);
});

testInWorld("closing says how much the disk refused to the last, and leaves no timer", (world) => {
  using directory = new TempDirectory();
  const { service, events } = startService(world, directory.path);
  Deno.removeSync(`${directory.path}/lock`);
  const batch = batchOf(entry("a", "1"));
  service.handle({ type: "write", batches: [batch] });
  const close = () => service.handle({ type: "close", batches: [] });
  assertThrows(close, Error, `${batch.length} bytes could not be written`);
  assert(events.every(({ type }) => type === "failing"));
});
