import { DatabaseSync } from "node:sqlite";
import { DataDirectoryError } from "../../kvserver/disk/data_error.ts";
import { Salvage } from "../../kvserver/disk/salvage.ts";
import { StoredData } from "../../kvserver/disk/stored_data.ts";
import { upgradeDirectory } from "../../kvserver/disk/upgrade.ts";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "../deps.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { batchOf, dataWriter, entry, heldIn } from "../support/disk/data_files.ts";
import { heldEntries } from "../../simulate/cluster/held_entries.ts";
import { openedDisk, writtenTo } from "./disk_threads.ts";
import { charsOf } from "../../simulate/cluster/chars.ts";
import type { TextEntry } from "../support/store/stores.ts";
import { FragileMedium } from "./fragile_medium.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

// The directory `format_2` was written by 0.1.0: rows, tombstones, a value longer than a page, two
// authors, a peer; a log with a part of a record at its end, and another one behind it.

function oldDirectory(): TempDirectory {
  return copyOf("format_2");
}

// The directory `format_3` was written by the program as it was before entries had counters, expiries and
// bin values: rows, tombstones, a value longer than a page, two authors, a peer; a log.

function copyOf(fixture: string): TempDirectory {
  const directory = new TempDirectory();
  const from = new URL(`./${fixture}/`, import.meta.url);
  for (const { name } of Deno.readDirSync(from)) {
    Deno.writeFileSync(`${directory.path}/${name}`, Deno.readFileSync(new URL(name, from)));
  }
  return directory;
}

/** Asserts that all was read that such a directory was made with. */
function assertWhole(held: ReturnType<typeof heldIn>, size: number, uid: string): void {
  assertEquals(held.size, size);
  assertEquals(held.get("folded 07")?.value, "overwritten in the log");
  assertEquals(held.get("folded 08")?.value, null);
  assertEquals(held.get("logged 2")?.uid, uid);
  assertEquals(held.get("long")?.value, "long ".repeat(2000));
}

/** An entry as there were none before format 4. */
const present: TextEntry = {
  ...entry("folded 09", "\xff\x00"),
  timestamp: 1_800_000_000_000,
  isBin: true,
  counter: 2 ** 48 - 1,
  expiresAt: Number.MAX_SAFE_INTEGER,
};

Deno.test("a directory of format 3 is read as it is, and brought over by a server, with all it holds", async () => {
  using directory = copyOf("format_3");
  const { path } = directory;
  const held = heldIn(path);
  assertWhole(held, 63, "127.0.0.1:6000/0123456789abcdef/3");
  assertEquals(new Salvage(path).report.text(), []);
  assertEquals(formatOf(path), 3);

  const first = await openedDisk(path);
  assertEquals(first.held, held);
  assertEquals(first.disk.peers, ["127.0.0.1:7000"]);
  await writtenTo(first.disk, batchOf(present));
  await first.disk.close();
  assertEquals(formatOf(path), 4);
  held.set(present.key, present);
  const second = await openedDisk(path);
  assertEquals(second.held, held);
  await second.disk.close();
});

Deno.test("rows of format 3 and of the present one stand side by side, whoever reads them", () => {
  using directory = copyOf("format_3");
  const { path } = directory;
  const held = heldIn(path);
  upgradeDirectory(path, realEnvironment);
  const writer = dataWriter(path);
  writer.append([batchOf(present)]);
  while (!writer.foldOn(Infinity));
  writer.close();
  held.set(present.key, present);
  assertEquals(heldIn(path), held);
  // Nothing but pages: the file's header and its list of tables are gone.
  const file = `${path}/cmud.db`;
  Deno.writeFileSync(file, Deno.readFileSync(file).fill(0, 0, 4096));
  const salvaged = new Salvage(path);
  const found = heldEntries(salvaged.store).map(({ key, isBin, counter, expiresAt }) =>
    key === present.key ? [isBin, counter, expiresAt] : key
  );
  const expected = [...held.keys()].sort().map((key) =>
    key === present.key ? [true, present.counter, present.expiresAt] : key
  );
  assertEquals(found, expected);
});

Deno.test("what interrupts bringing a directory of format 3 over leaves it as it was", () => {
  using directory = copyOf("format_3");
  const { path } = directory;
  const held = heldIn(path);
  {
    // The last of the columns is there already, so that it cannot be added.
    const other = new DatabaseSync(`${path}/cmud.db`);
    other.exec("ALTER TABLE entry ADD COLUMN isBin INTEGER");
    other.close();
  }
  assertThrows(() => upgradeDirectory(path, realEnvironment), Error, "duplicate column");
  assertEquals([formatOf(path), heldIn(path)], [3, held]);
});

Deno.test("a directory of format 2 is read as it is, and brought over by a server, with all it holds", async () => {
  using directory = oldDirectory();
  const { path } = directory;
  const held = heldIn(path);
  assertWhole(held, 65, "127.0.0.1:6000/00/2");
  assertEquals(StoredData.read(path).store.size, 63);
  assertEquals([...directory.files().keys()].includes("log-4"), false);

  const first = await openedDisk(path);
  assertEquals(first.held, held);
  assertEquals(first.disk.peers, ["127.0.0.1:7000"]);
  await first.disk.close();
  assertEquals([...directory.files().keys()], ["cmud.db", "lock", "log-4"]);
  assertEquals(formatOf(path), 4);
  const second = await openedDisk(path);
  assertEquals(second.held, held);
  await second.disk.close();
});

Deno.test("what interrupts bringing a directory over loses nothing, and it is tried again", () => {
  using whole = oldDirectory();
  const held = heldIn(whole.path);
  // Removing a rest, making the segment, putting its name on the medium, removing what is folded.
  for (const fault of ["write", "sync", "syncDirectory", "remove"] as const) {
    using directory = oldDirectory();
    const { path } = directory;
    {
      using medium = new FragileMedium(path, () => 0);
      medium.faults.add(fault);
      if (fault === "remove") skipFirst(medium, () => upgradeDirectory(path, realEnvironment));
      else assertThrows(() => upgradeDirectory(path, realEnvironment), Error, "refused");
    }
    assertEquals(heldIn(path), held, fault);
    upgradeDirectory(path, realEnvironment);
    assertEquals(heldIn(path), held, fault);
    assertEquals(formatOf(path), 4);
  }
});

Deno.test("whatever files go before the old log is removed, what is left is complete or refused", () => {
  using directory = oldDirectory();
  const held = heldIn(directory.path);
  const { removeSync } = Deno;
  let files = new Map<string, Uint8Array>();
  Object.assign(Deno, {
    removeSync(path: string) {
      if (path.endsWith("log-2")) files = directory.files();
      return removeSync(path);
    },
  });
  try {
    upgradeDirectory(directory.path, realEnvironment);
  } finally {
    Object.assign(Deno, { removeSync });
  }
  assertEquals([...files.keys()].filter((name) => name.startsWith("log")), [
    "log-2",
    "log-3",
    "log-4",
  ]);
  const names = [...files.keys()].filter((name) => name !== "cmud.db" && !name.endsWith("-shm"));
  for (let set = 0; set < 2 ** names.length; set++) {
    using part = new TempDirectory();
    const kept = ["cmud.db", ...names.filter((_, i) => (set >> i & 1) === 1)];
    for (const name of kept) Deno.writeFileSync(`${part.path}/${name}`, files.get(name)!);
    let found: ReturnType<typeof heldIn> | undefined;
    try {
      found = heldIn(part.path);
    } catch (error) {
      assertInstanceOf(error, DataDirectoryError);
    }
    if (found !== undefined) assertEquals(found, held, kept.join());
  }
});

Deno.test("a directory that was brought over is refused by its old log alone, and without its new one", () => {
  using directory = oldDirectory();
  upgradeDirectory(directory.path, realEnvironment);
  Deno.removeSync(`${directory.path}/log-4`);
  assertThrows(() => heldIn(directory.path), Error, "log-4: it is missing, and was not folded");
});

Deno.test("a directory of format 2 with a hole in its log is refused", () => {
  using directory = oldDirectory();
  Deno.renameSync(`${directory.path}/log-3`, `${directory.path}/log-4`);
  const upgrade = (path: string) => upgradeDirectory(path, realEnvironment);
  for (const read of [heldIn, upgrade]) {
    assertThrows(() => read(directory.path), DataDirectoryError, "log-3: it is missing");
  }
  assertEquals(new Salvage(directory.path).report.text(), [
    "log-3: it is missing, and was not folded",
  ]);
});

Deno.test("Salvage gets out of a damaged directory of format 2 what is sound", () => {
  using whole = oldDirectory();
  const held = heldIn(whole.path);
  assertEquals(new Salvage(whole.path).report.text(), []);
  for (
    const [name, from, to, lostMax] of [["log-3", 40, 42, 2], ["cmud.db", 0, 4096, 0]] as const
  ) {
    using directory = oldDirectory();
    const path = `${directory.path}/${name}`;
    Deno.writeFileSync(path, Deno.readFileSync(path).fill(0, from, to));
    const { store, report } = new Salvage(directory.path);
    assertEquals(report.isSound, name === "log-3", name);
    let found = 0;
    store.walk(undefined, (n) => {
      if (held.get(charsOf(store.keyOf(n)))?.timestamp === store.timestampOf(n)) found++;
      return true;
    });
    assert(held.size - found <= lostMax, `${name}: ${held.size - found} lost, ${report.text()}`);
  }
});

Deno.test("a directory of format 2 that is damaged is left as it is", () => {
  using directory = oldDirectory();
  const path = `${directory.path}/log-3`;
  Deno.writeFileSync(path, Deno.readFileSync(path).fill(7, 0, 3));
  const before = directory.files();
  assertThrows(
    () => upgradeDirectory(directory.path, realEnvironment),
    Error,
    "log-3: it was not made by cmud",
  );
  for (const [name, bytes] of before) assertEquals(directory.files().get(name), bytes, name);
});

/** The first removal is of a segment that is not there. */
function skipFirst(medium: FragileMedium, upgrade: () => void): void {
  medium.faults.delete("remove");
  const { removeSync } = Deno;
  let removals = 0;
  Object.assign(Deno, {
    removeSync(path: string) {
      if (++removals > 1) throw new Error("refused: remove");
      return removeSync(path);
    },
  });
  try {
    assertThrows(upgrade, Error, "refused");
  } finally {
    Object.assign(Deno, { removeSync });
  }
  assert(removals > 1);
}

function formatOf(directory: string): unknown {
  const database = new DatabaseSync(`${directory}/cmud.db`, { readOnly: true });
  try {
    return database.prepare("PRAGMA user_version").get()?.user_version;
  } finally {
    database.close();
  }
}
