import { removalsBatch } from "../../kvserver/disk/log_batch.ts";
import { DiskService } from "../../kvserver/disk/disk_service.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals, assertLess, assertLessOrEqual } from "../deps.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { batchOf, entry, heldIn, newDataFile } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { testInWorld } from "../support/simulation.ts";

// What a directory takes when all that was written to it is gone, on a real disk and in virtual time.

const { foldIdleMs, foldIdleBytesMin } = defaultLimits;

function startService(world: SimulatedWorld, directory: string): DiskService {
  newDataFile(directory);
  const service = new DiskService(world.environment(), () => {});
  service.handle({ type: "open", directory, cluster: "cmud", limits: defaultLimits });
  while (service.handle({ type: "read" }) !== undefined);
  service.handle({ type: "beginWriting" });
  return service;
}

/** Bytes of all files, but for SQLite's index of its own log, which it makes as long as it likes. */
function bytesIn(directory: string): number {
  let sum = 0;
  for (const { name } of Deno.readDirSync(directory)) {
    if (!name.endsWith("-shm")) sum += Deno.statSync(`${directory}/${name}`).size;
  }
  return sum;
}

testInWorld(
  "a directory takes no more when all that was written to it is gone, however often",
  async (world) => {
    using directory = new TempDirectory();
    const service = startService(world, directory.path);
    const write = async (batches: Uint8Array<ArrayBuffer>[]) => {
      service.handle({ type: "write", batches });
      await world.advance(2 * foldIdleMs);
    };
    await write([batchOf(entry("first", "v".repeat(2 * foldIdleBytesMin)))]);
    await write([removalsBatch(batchOf(entry("first", null)))]);
    const emptyBytes = bytesIn(directory.path);
    for (let round = 0; round < 3; round++) {
      const entries = Array.from(
        { length: 5_000 },
        (_, i) => entry(`${round}:${i}`, "v".repeat(99)),
      );
      await write([batchOf(...entries)]);
      assertLess(500_000, bytesIn(directory.path));
      await write([removalsBatch(batchOf(...entries.map(({ key }) => entry(key, null))))]);
      assertEquals(heldIn(directory.path).size, 0);
      assertLessOrEqual(bytesIn(directory.path), emptyBytes + 2 * foldIdleBytesMin);
    }
    service.handle({ type: "close", batches: [] });
  },
);

testInWorld("a log that is short beside the file stays, when nothing happens", async (world) => {
  using directory = new TempDirectory();
  const service = startService(world, directory.path);
  const write = async (key: string, bytes: number) => {
    service.handle({ type: "write", batches: [batchOf(entry(key, "v".repeat(bytes)))] });
    await world.advance(2 * foldIdleMs);
  };
  const log = () =>
    [...Deno.readDirSync(directory.path)].find(({ name }) => name.startsWith("log-"))!.name;
  await write("long", 2_000_000);
  const folded = log();
  await write("short", 90_000);
  assertEquals(log(), folded);
  await write("not as short", 30_000);
  assertEquals(log() === folded, false);
  service.handle({ type: "close", batches: [] });
});
