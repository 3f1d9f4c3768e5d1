import { DirectoryLock } from "../../kvserver/disk/directory_lock.ts";
import { assertEquals } from "../deps.ts";
import { TempDirectory } from "./temp_directory.ts";

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
