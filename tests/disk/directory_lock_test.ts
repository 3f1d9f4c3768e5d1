import { realEnvironment } from "../../rpc/mod.ts";
import { DirectoryLock } from "../../kvserver/disk/directory_lock.ts";
import { DataDirectoryError } from "../../kvserver/disk/data_error.ts";
import { DataWriter } from "../../kvserver/disk/data_writer.ts";
import { assertEquals, assertThrows } from "../deps.ts";
import { batchOf, dataWriter, entry, newDataFile } from "../support/disk/data_files.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

Deno.test("ownerOf() tells who holds a directory, and leaves one that nobody holds as it is", () => {
  using directory = new TempDirectory();
  const { path } = directory;
  assertEquals(DirectoryLock.ownerOf(`${path}/none`), undefined);
  assertEquals(DirectoryLock.ownerOf(path), undefined);
  assertEquals([...Deno.readDirSync(path)], []);
  const lock = new DirectoryLock(path);
  lock.announce(["127.0.0.1:6001"]);
  const owner = { pid: Deno.pid, queryAddresses: ["127.0.0.1:6001"] };
  assertEquals([DirectoryLock.ownerOf(path), DirectoryLock.ownerOf(path)], [owner, owner]);
  lock.release();
  assertEquals(DirectoryLock.ownerOf(path), undefined);
  // What an owner has left that was killed says nothing.
  Deno.writeTextFileSync(`${path}/owner.json`, JSON.stringify(owner));
  assertEquals(DirectoryLock.ownerOf(path), undefined);
  new DirectoryLock(path).release();
});

Deno.test("who no longer has the lock changes nothing, in the midst of a fold either", () => {
  using directory = new TempDirectory();
  const { path } = directory;
  newDataFile(path);
  const lock = new DirectoryLock(path);
  const writer = new DataWriter(path, lock, realEnvironment, realEnvironment.limits);
  writer.append([batchOf(entry("a", "1"))]);
  assertEquals(writer.foldOn(0), false);
  Deno.removeSync(`${path}/lock`);
  const next = new DirectoryLock(path);
  next.announce(["127.0.0.1:6001"]);
  // What it appends has the name of what is being folded.
  const theirs = dataWriter(path);
  theirs.append([batchOf(entry("b", "2"))]);
  const before = directory.files();
  const attempts = [
    () => writer.append([batchOf(entry("c", "3"))]),
    () => writer.foldOn(1000),
    () => lock.announce(["127.0.0.1:7001"]),
    () => lock.expectHeld(),
    () => new DataWriter(path, lock, realEnvironment, realEnvironment.limits),
  ];
  for (const attempt of attempts) assertThrows(attempt, DataDirectoryError, "its lock is gone");
  writer.close();
  lock.release();
  assertEquals(directory.files(), before);
  theirs.close();
  next.release();
});
