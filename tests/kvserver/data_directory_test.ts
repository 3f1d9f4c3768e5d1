import { type ActorRef, ActorSystem } from "../../actor/mod.ts";
import { DataDirectory, type DataDirectoryOptions } from "../../kvserver/data_directory.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { assertEquals } from "../deps.ts";
import { batchOf, dataWriter, entry, newDataFile } from "../support/disk/data_files.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

/** Opens a directory, and runs `use` with it, attached to a system without query actors. */
async function withDirectory(
  path: string,
  use: (data: DataDirectory, journal: ActorRef, system: ActorSystem) => Promise<void>,
  options: Partial<DataDirectoryOptions> = {},
): Promise<void> {
  const data = await DataDirectory.open(path, {
    clock: realEnvironment,
    cluster: "cmud",
    log: silentLogger,
    onBroken: (error) => {
      throw error;
    },
    onForgotten: () => {},
    onPeer: () => {},
    ...options,
  });
  const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
  const { journal } = data.attach(system, "relaxed");
  await use(data, journal, system);
  await data.close();
  await system.close();
}

/** Reads a directory of ten equal parts, by a clock that goes on so much between two. @returns what is said. */
async function readingAtPace(msPerPart: number): Promise<string[]> {
  using directory = new TempDirectory();
  const path = `${directory.path}/data`;
  Deno.mkdirSync(path, { mode: 0o700 });
  newDataFile(path);
  const writer = dataWriter(path);
  // What SQLite has beside is nothing compared with them.
  const value = "x".repeat(500_000);
  writer.append(Array.from({ length: 10 }, (_, i) => batchOf(entry(`${i}`, value))));
  writer.close();
  let nowMs = 5;
  const clock = { ...realEnvironment, monotonicMs: () => nowMs += msPerPart };
  const log = new MemoryLog();
  await withDirectory(
    path,
    async (data) => assertEquals(await data.load([]), true),
    { clock, log },
  );
  return log.lines.map((line) => line.replace(path, "DIR"));
}

Deno.test("DataDirectory.load() says once a second how far it has come", async () => {
  assertEquals(await readingAtPace(300), ["info  Reading DIR: 39 %", "info  Reading DIR: 79 %"]);
  assertEquals(await readingAtPace(100), ["info  Reading DIR: 99 %"]);
  assertEquals(await readingAtPace(99), []);
});

Deno.test("DataDirectory.load() tells an empty directory from one that holds something", async () => {
  using directory = new TempDirectory();
  await withDirectory(directory.path, async (data) => assertEquals(await data.load([]), false));
});

Deno.test("DataDirectory gives the servers that were known, and tells of those that come", async () => {
  using directory = new TempDirectory();
  newDataFile(directory.path);
  const writer = dataWriter(directory.path);
  writer.rememberPeer("192.0.2.7:6000", 1);
  writer.close();
  const told: string[] = [];
  const onPeer = (address: string) => void told.push(address);
  await withDirectory(directory.path, async (data, journal, system) => {
    assertEquals(data.known.remembered, ["192.0.2.7:6000"]);
    await data.load([]);
    const { ref, response } = system.newChannelRef();
    system.tell(journal, { type: "peerKnown", address: "192.0.2.8:6000" });
    system.tell(ref, true);
    await response;
    assertEquals(told, ["192.0.2.8:6000"]);
  }, { onPeer });
});
