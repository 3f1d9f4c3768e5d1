import { ActorSystem } from "../../actor/mod.ts";
import { DataDirectory } from "../../kvserver/data_directory.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { batchOf, dataWriter, entry, newDataFile } from "../disk/data_files.ts";
import { TempDirectory } from "../disk/temp_directory.ts";

/** Reads a directory of ten equal parts, by a clock that goes on so much between two. @returns what is said. */
async function readingAtPace(msPerPart: number): Promise<string[]> {
  using directory = new TempDirectory();
  const path = `${directory.path}/data`;
  Deno.mkdirSync(path);
  newDataFile(path);
  const writer = dataWriter(path);
  // What SQLite has beside is nothing compared with them.
  const value = "x".repeat(500_000);
  writer.append(Array.from({ length: 10 }, (_, i) => batchOf(entry(`${i}`, value))));
  writer.close();
  const said: string[] = [];
  let nowMs = 5;
  const data = await DataDirectory.open(path, {
    clock: { ...realEnvironment, monotonicMs: () => nowMs += msPerPart },
    log: (line) => said.push(line.replace(path, "DIR")),
    onBroken: (error) => said.push(error.message),
  });
  const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
  data.attach(system, "relaxed");
  assertEquals(await data.load([]), true);
  await data.close();
  await system.close();
  return said;
}

Deno.test("DataDirectory.load() says once a second how far it has come", async () => {
  assertEquals(await readingAtPace(300), ["Reading DIR: 39 %", "Reading DIR: 79 %"]);
  assertEquals(await readingAtPace(100), ["Reading DIR: 99 %"]);
  assertEquals(await readingAtPace(99), []);
});
