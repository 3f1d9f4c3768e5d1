import type { LogBatch } from "../../kvserver/disk/log_batch.ts";
import { crc32 } from "node:zlib";
import { DataDirectoryError } from "../../kvserver/disk/data_error.ts";
import { checkDataFile } from "../../kvserver/disk/data_file.ts";
import { DataReader } from "../../kvserver/disk/data_reader.ts";
import { DirectoryLock } from "../../kvserver/disk/directory_lock.ts";
import { DiskService } from "../../kvserver/disk/disk_service.ts";
import { defaultLimits } from "../../limits.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { assert, assertEquals, assertInstanceOf } from "../deps.ts";
import type { TextEntry } from "../support/store/stores.ts";
import { Prng } from "../../simulate/world/prng.ts";
import {
  batchOf,
  crashed,
  dataWriter,
  entry,
  mergedOf,
  newDataFile,
} from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

// Whatever subset of a directory's files is there, it is either complete or refused.

/** The files of a directory, by name, at some moment. */
type Files = ReadonlyMap<string, Uint8Array>;

/** What reads a directory to its end: a command, and a server that starts. */
const readers: [who: string, read: (directory: string) => Map<string, TextEntry>][] = [
  ["a reader", heldByReader],
  ["a server", heldByService],
];

Deno.test("a directory without any of its files is complete or refused, at each step of its life", () => {
  for (const [moment, files] of moments()) {
    const expected = readAs(heldByReader, files);
    assert(expected !== undefined, moment);
    const names = [...files.keys()].filter((name) => !name.endsWith("-shm"));
    for (const subset of subsetsOf(names)) {
      const part = new Map([...files].filter(([name]) => subset.includes(name)));
      for (const [who, read] of readers) {
        // Nothing at all is a new directory.
        if (who === "a server" && subset.length === 0) continue;
        const held = readAs(read, part);
        if (held === undefined) continue;
        assertEquals(held, expected, `${moment}, ${who} of ${subset}`);
      }
    }
    for (const [who, read] of readers) {
      assertEquals(readAs(read, files), expected, `${moment}, ${who} of all`);
    }
  }
});

Deno.test("a directory whose checkpoint was interrupted is complete or refused without SQLite's log", () => {
  const prng = new Prng(7);
  for (const [moment, files] of moments()) {
    const expected = readAs(heldByReader, files);
    for (let round = 0; round < 10; round++) {
      const part = new Map(files);
      part.set("cmud.db", partlyCheckpointed(files, prng));
      part.delete("cmud.db-wal");
      part.delete("cmud.db-shm");
      const held = readAs(heldByReader, part);
      if (held !== undefined) assertEquals(held, expected, moment);
    }
  }
});

Deno.test("an older or another directory's file is refused beside a log", () => {
  const [first, second] = [moments(), moments()];
  const ofFirst = new Map(first.map(([moment, files]) => [moment, files]));
  for (const [moment, files] of second) {
    const complete = readAs(heldByReader, files);
    for (const name of files.keys()) {
      if (!/^cmud\.db$|^log-/.test(name)) continue;
      const mixed = new Map(files);
      mixed.delete("cmud.db-wal");
      mixed.set(name, ofFirst.get(moment)!.get(name)!);
      const held = readAs(heldByReader, mixed);
      // What is folded into the file is not read from the log any more, whosever that is.
      const expected = moment === "with folded segments" && name !== "cmud.db"
        ? held && complete
        : undefined;
      assertEquals(held, expected, `${moment}, another's ${name}`);
    }
  }
  const [, [, old], ...later] = first;
  for (const [moment, files] of later) {
    const mixed = new Map(files);
    mixed.set("cmud.db", old.get("cmud.db")!);
    mixed.delete("cmud.db-wal");
    mixed.delete("cmud.db-shm");
    const held = readAs(heldByReader, mixed);
    if (held !== undefined) assertEquals(held, readAs(heldByReader, files), moment);
  }
});

Deno.test("an older, shorter log in place of newer segments is refused, and a log that went on is not", () => {
  using directory = new TempDirectory();
  const { path } = directory;
  newDataFile(path);
  const valueBytes = 1_000;
  const short = { ...defaultLimits, logSegmentBytes: valueBytes };
  const append = (key: string, isEnd = false) => {
    const writer = dataWriter(path, isEnd ? short : undefined);
    writer.append([batchOf(entry(key, "x".repeat(valueBytes)))]);
    writer.close();
  };
  append("first");
  const older = directory.files();
  append("second");
  const newer = directory.files();
  append("third", true);
  const newest = directory.files();
  assertEquals([...newest.keys()].filter((name) => name.startsWith("log-")), ["log-1", "log-2"]);
  const logsOf = (files: Files) => [...files].filter(([name]) => name.startsWith("log-"));
  const fileOf = (files: Files) => [...files].filter(([name]) => !name.startsWith("log-"));
  for (const [who, read] of readers) {
    const held = (files: Files, logs: Files) =>
      readAs(read, new Map([...fileOf(files), ...logsOf(logs)]));
    for (const [files, logs] of [[newer, older], [newest, older], [newest, newer]]) {
      assertEquals(held(files, logs), undefined, who);
    }
    // It is noted when it is on the medium, so the log may have gone on before a crash.
    for (const [files, logs] of [[older, newer], [older, newest], [newer, newest]]) {
      assertEquals(held(files, logs), readAs(read, logs), who);
    }
  }
});

Deno.test("a directory of which a byte is changed gives back what it held, or is refused", () => {
  const prng = new Prng(11);
  // The last record of a log that was not closed may be a part of one.
  const [moment, files] = moments().find(([moment]) => moment === "closed in order")!;
  const expected = readAs(heldByReader, files);
  for (const [name, bytes] of files) {
    if (name.endsWith("-shm") || bytes.length === 0) continue;
    for (let round = 0; round < 150; round++) {
      const at = prng.below(bytes.length);
      const changed = bytes.slice();
      changed[at] ^= 1 + prng.below(255);
      const held = readAs(heldByReader, new Map([...files, [name, changed]]));
      if (held !== undefined) assertEquals(held, expected, `${moment}, byte ${at} of ${name}`);
    }
  }
});

/** The files of a directory at each step of its life, as a crash leaves them. */
function moments(): [moment: string, files: Files][] {
  using directory = new TempDirectory();
  const { path } = directory;
  const found: [string, Files][] = [];
  const note = (moment: string) => found.push([moment, directory.files()]);
  const lock = new DirectoryLock(path);
  newDataFile(path);
  lock.noteData();
  note("new");
  const writer = dataWriter(path);
  let count = 0;
  const append = (value: string) => {
    writer.append([
      batchOf(
        ...Array.from(
          { length: 40 },
          (_, i) =>
            entry(`key ${String(i * 7 % 40).padStart(2, "0")}`, value, { sequence: ++count }),
        ),
      ),
    ]);
  };
  append("first ".repeat(20));
  note("appended to");
  for (let fold = 1; fold <= 2; fold++) {
    for (let step = 1, isDone = false; !isDone; step++) {
      isDone = writer.foldOn(0);
      // Most steps merge one batch, or write a few rows.
      if (step % 3 === 1 || isDone) note(`fold ${fold}, step ${step}`);
      if (step === 2) append(`meanwhile ${fold} `.repeat(30));
    }
  }
  append("last");
  note("appended to again");
  const open = directory.files();
  writer.close();
  lock.release();
  note("closed in order");
  // A removed segment may come back, when its removal was not on the medium.
  const [, before] = found.find(([moment]) => moment === "fold 2, step 1")!;
  found.push(["with folded segments", new Map([...before, ...open])]);
  crashed(path, 3, 0);
  note("crashed");
  return found;
}

/** What a command that checks a directory reads. */
function heldByReader(directory: string): Map<string, TextEntry> {
  checkDataFile(directory, "read");
  const reader = new DataReader(directory);
  try {
    reader.expectSound();
    return mergedOf(reader.chunks());
  } finally {
    reader.close();
  }
}

/** What a server that starts on a directory reads. */
function heldByService(directory: string): Map<string, TextEntry> {
  const service = new DiskService(realEnvironment, () => {});
  try {
    service.handle({ type: "open", directory, cluster: "cmud", limits: defaultLimits });
    const chunks: Uint8Array[] = [];
    for (let part; (part = service.handle({ type: "read" })) !== undefined;) {
      const { kind, bytes } = part as LogBatch;
      if (kind === "entries") chunks.push(bytes);
    }
    service.handle({ type: "beginWriting" });
    return mergedOf(chunks);
  } finally {
    service.handle({ type: "close", batches: [] });
  }
}

/** Reads a directory of these files; `undefined` when it is refused. */
function readAs(
  read: (directory: string) => Map<string, TextEntry>,
  files: Files,
): string | undefined {
  using directory = new TempDirectory();
  for (const [name, bytes] of files) Deno.writeFileSync(`${directory.path}/${name}`, bytes);
  try {
    return digestOf(read(directory.path));
  } catch (error) {
    assertInstanceOf(error, DataDirectoryError, String(error));
    return undefined;
  }
}

/** Stands for entries, and is shorter. */
function digestOf(held: ReadonlyMap<string, TextEntry>): string {
  const text = JSON.stringify([...held].sort(([a], [b]) => a < b ? -1 : 1));
  return `${held.size} entries, ${crc32(text)}`;
}

function* subsetsOf(names: readonly string[]): Generator<string[]> {
  for (let set = 0; set < 2 ** names.length; set++) {
    yield names.filter((_, i) => (set >> i & 1) === 1);
  }
}

/** The file after some of the pages of SQLite's log were copied into it, as a checkpoint does. */
function partlyCheckpointed(files: Files, prng: Prng): Uint8Array {
  const file = files.get("cmud.db")!;
  const log = files.get("cmud.db-wal") ?? new Uint8Array();
  const pages = new Map<number, Uint8Array>();
  const view = new DataView(log.buffer, log.byteOffset, log.length);
  for (let at = 32; at + frameBytes <= log.length; at += frameBytes) {
    pages.set(view.getUint32(at), log.subarray(at + frameBytes - pageBytes, at + frameBytes));
  }
  const length = Math.max(file.length, ...[...pages.keys()].map((page) => page * pageBytes));
  const copied = new Uint8Array(length);
  copied.set(file);
  for (const [page, bytes] of pages) {
    if (prng.below(2) === 0) copied.set(bytes, (page - 1) * pageBytes);
  }
  return copied;
}

const pageBytes = 4096;
const frameBytes = 24 + pageBytes;
