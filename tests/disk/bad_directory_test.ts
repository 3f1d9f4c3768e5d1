import { DatabaseSync } from "node:sqlite";
import { DataDirectoryError, DataDirectoryInUseError } from "../../kvserver/disk/data_error.ts";
import { StoredData } from "../../kvserver/disk/stored_data.ts";
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../deps.ts";
import { batchOf, dataWriter, entry, newDataFile } from "../support/disk/data_files.ts";
import { openedDisk, writtenTo } from "./disk_threads.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

/** What makes a directory unusable, and what the error says of it. */
const unusable: [what: string, spoil: (directory: string) => void, found: string][] = [
  [
    "is no SQLite file",
    (directory) => Deno.writeTextFileSync(`${directory}/cmud.db`, "a letter ".repeat(100)),
    "was not made by cmud",
  ],
  [
    "is empty",
    (directory) => Deno.writeTextFileSync(`${directory}/cmud.db`, ""),
    "was not made by cmud",
  ],
  [
    "is another program's",
    (directory) => {
      const database = new DatabaseSync(`${directory}/cmud.db`);
      database.exec("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
      database.close();
    },
    "was not made by cmud",
  ],
  [
    "has the format that was never released",
    (directory) => {
      newDataFile(directory);
      const database = new DatabaseSync(`${directory}/cmud.db`);
      database.exec("PRAGMA user_version = 1");
      database.close();
    },
    "has format 1, and this cmud knows formats 2 to 4 only; export it with the cmud that wrote it",
  ],
  [
    "has a later format",
    (directory) => {
      newDataFile(directory);
      const database = new DatabaseSync(`${directory}/cmud.db`);
      database.exec("PRAGMA user_version = 5");
      database.close();
    },
    "has format 5, and this cmud knows formats 2 to 4 only; use the cmud",
  ],
  [
    "is cut off",
    (directory) => spoil(directory, (bytes) => bytes.subarray(0, 20_000)),
    "it is damaged",
  ],
  [
    "is overwritten where it holds entries",
    (directory) => spoil(directory, (bytes) => bytes.fill(0xff, -20_000)),
    "it is damaged",
  ],
  [
    "is overwritten where it counts its free pages",
    // Whoever only reads the entries would not see that.
    (directory) => spoil(directory, (bytes) => bytes.fill(7, 39, 40)),
    "it is damaged",
  ],
  [
    "is sound, and its log is overwritten in the middle",
    (directory) => {
      newDataFile(directory);
      const writer = dataWriter(directory);
      for (let i = 0; i < 10; i++) writer.append([batchOf(entry(`key ${i}`, "value"))]);
      writer.close();
      Deno.writeFileSync(
        `${directory}/log-1`,
        Deno.readFileSync(`${directory}/log-1`).fill(7, 99, 105),
      );
    },
    "it is damaged (log-1: what stands at byte ",
  ],
  [
    "is sound, and its log is another program's",
    (directory) => {
      newDataFile(directory);
      Deno.writeTextFileSync(`${directory}/log-1`, "Nov 24 12:00:00 started\n");
    },
    "it is damaged (log-1: what stands at byte 0 is no header of a log of cmud)",
  ],
  [
    "is sound, and its log is a directory",
    (directory) => {
      newDataFile(directory);
      Deno.removeSync(`${directory}/log-1`);
      Deno.mkdirSync(`${directory}/log-1`);
    },
    "its log-1 is no regular file",
  ],
  [
    "is gone, and its log is there",
    (directory) => {
      spoil(directory, (bytes) => bytes);
      const writer = dataWriter(directory);
      writer.append([batchOf(entry("a", "1"))]);
      writer.close();
      Deno.removeSync(`${directory}/cmud.db`);
    },
    "there is a log (log-2) in it, and no cmud.db",
  ],
  [
    "holds a batch that is none",
    (directory) => {
      newDataFile(directory);
      const writer = dataWriter(directory);
      writer.append([batchOf(entry("a", "1")), new Uint8Array([0x91, 0x01, 0x01])]);
      writer.close();
    },
    "it is damaged",
  ],
];

for (const [what, spoil, found] of unusable) {
  Deno.test(`a data directory is refused, and left as it is, when its file ${what}`, async () => {
    using directory = new TempDirectory();
    spoil(directory.path);
    const before = directory.files();
    const error = await refused(directory.path);
    assertStringIncludes(error.message, `Cannot use the data directory ${directory.path}: `);
    assertStringIncludes(error.message, found);
    // It is told in one line, whatever SQLite makes of it.
    assertEquals(error.message.split("\n").length, 1, error.message);
    const after = directory.files();
    for (const [name, bytes] of before) assertEquals(after.get(name), bytes, name);
    if (/^was not made|^has|^there is/.test(found)) {
      assertEquals([...after.keys()], [...before.keys()]);
    }
  });
}

Deno.test("a data directory is refused that is a file, or below one", async () => {
  using directory = new TempDirectory();
  Deno.writeTextFileSync(`${directory.path}/file`, "");
  Deno.symlinkSync("nowhere", `${directory.path}/link`);
  const cases = [
    ["file", "it is a file; allowed is a directory"],
    ["file/far/below", `it cannot be made (${directory.path}/file is a file)`],
    ["link", "it is a symbolic link that leads nowhere; allowed is a directory"],
  ];
  for (const [path, found] of cases) {
    assertEquals((await refused(`${directory.path}/${path}`)).found, found);
  }
});

Deno.test("a directory that holds other files becomes no data directory, and is left as it is", async () => {
  using directory = new TempDirectory();
  const { path } = directory;
  Deno.mkdirSync(`${path}/lost+found`);
  for (const name of ["README.md", ".profile"]) {
    Deno.writeTextFileSync(`${path}/${name}`, "");
    const { found } = await refused(path);
    assertStringIncludes(found, `it is no data directory, and holds other files ("${name}")`);
    assertEquals([...directory.files().keys()], [name]);
    Deno.removeSync(`${path}/${name}`);
  }
  // A fresh mount will do; and what comes later is nobody's fault.
  await (await openedDisk(path)).disk.close();
  Deno.writeTextFileSync(`${path}/README.md`, "");
  await (await openedDisk(path)).disk.close();
});

Deno.test("a data directory is refused while another one has it, who is named", async () => {
  using directory = new TempDirectory();
  const first = (await openedDisk(directory.path)).disk;
  first.announce(["127.0.0.1:6001"]);
  // The thread has told when it has written what it was asked to before.
  await writtenTo(first, batchOf(entry("a", "1")));
  const error = await refused(directory.path);
  assertInstanceOf(error, DataDirectoryInUseError);
  assertStringIncludes(error.message, `process ${Deno.pid} uses it`);
  assertEquals(error.owner, { pid: Deno.pid, queryAddresses: ["127.0.0.1:6001"] });
  await first.close();
  const second = (await openedDisk(directory.path)).disk;
  await second.close();
});

Deno.test("a log without a file is refused by whoever only reads, too", () => {
  using directory = new TempDirectory();
  const { path } = directory;
  const expect = (path: string, found: string) =>
    assertThrows(() => StoredData.read(path), DataDirectoryError, found);
  expect(path, "there is no cmud.db in it");
  expect(`${path}/none`, "there is no such directory");
  Deno.writeTextFileSync(`${path}/log-7`, "");
  expect(path, "there is a log (log-7) in it");
});

/** Opens a data directory, reads it to its end, and expects that one or the other is refused. */
async function refused(directory: string): Promise<DataDirectoryError> {
  return await assertRejects(() => openedDisk(directory), DataDirectoryError);
}

/** Makes a file with some entries, and changes its bytes. */
function spoil(directory: string, change: (bytes: Uint8Array) => Uint8Array): void {
  newDataFile(directory);
  const writer = dataWriter(directory);
  writer.append([batchOf(...Array.from({ length: 2000 }, (_, i) => entry(`key ${i}`, "value")))]);
  while (!writer.foldOn(5));
  writer.close();
  const path = `${directory}/cmud.db`;
  Deno.writeFileSync(path, change(Deno.readFileSync(path)));
}
