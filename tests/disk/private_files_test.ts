import { DataDirectoryError } from "../../kvserver/disk/data_error.ts";
import { DirectoryLock } from "../../kvserver/disk/directory_lock.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../deps.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { testUnless } from "../support/needs.ts";
import { batchOf, entry, heldIn } from "../support/disk/data_files.ts";
import { openedDisk, writtenTo } from "./disk_threads.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

const isWindows = Deno.build.os === "windows";
const lacksModes = isWindows ? "modes of files" : undefined;

function modeOf(path: string): number {
  return Deno.statSync(path).mode! & 0o777;
}

testUnless(
  lacksModes,
  "a data directory that others may read is closed to them, with all its files, and that is said",
  async () => {
    using directory = new TempDirectory();
    const path = `${directory.path}/data`;
    Deno.mkdirSync(path);
    Deno.chmodSync(path, 0o755);
    const log = new MemoryLog();
    const first = await openedDisk(path, log);
    assertStringIncludes(log.lines.join(), `${path}: the directory itself (now 700)`);
    first.disk.announce(["127.0.0.1:6001"]);
    await writtenTo(first.disk, batchOf(entry("secret", "1")));
    const names = () => Array.from(Deno.readDirSync(path), ({ name }) => name).sort();
    assert(names().includes("cmud.db-wal"));
    for (const name of names()) assertEquals([name, modeOf(`${path}/${name}`)], [name, 0o600]);
    assertEquals(modeOf(path), 0o700);
    await first.disk.close();
    // Those of 0.1.0 were as the umask had it.
    for (const name of names()) Deno.chmodSync(`${path}/${name}`, 0o644);
    const second = await openedDisk(path, log);
    assertStringIncludes(log.lines[1], "cmud.db, lock, log-1");
    for (const name of names()) assertEquals([name, modeOf(`${path}/${name}`)], [name, 0o600]);
    await second.disk.close();
    const third = await openedDisk(path, log);
    assertEquals(log.lines.length, 2);
    await third.disk.close();
  },
);

testUnless(
  lacksModes,
  "a directory that holds other files too is left open, and what is put there is not",
  async () => {
    using directory = new TempDirectory();
    const { path } = directory;
    await (await openedDisk(path)).disk.close();
    Deno.chmodSync(path, 0o755);
    Deno.writeTextFileSync(`${path}/letter`, "");
    Deno.chmodSync(`${path}/letter`, 0o644);
    const log = new MemoryLog();
    const { disk } = await openedDisk(path, log);
    assertStringIncludes(log.lines.join(), "the directory itself, which is left so");
    assertEquals([modeOf(path), modeOf(`${path}/letter`)], [0o755, 0o644]);
    assertEquals([modeOf(`${path}/cmud.db`), modeOf(`${path}/log-1`)], [0o600, 0o600]);
    await disk.close();
  },
);

for (
  const name of ["owner.json", "lock", "cmud.db", "cmud.db-wal", "log-1", "log-2", "cmud.db.new"]
) {
  testUnless(
    lacksModes,
    `nothing is written through a symbolic link in the place of ${name}`,
    async () => {
      using directory = new TempDirectory();
      using other = new TempDirectory();
      const target = `${other.path}/target`;
      Deno.writeTextFileSync(target, "precious");
      Deno.symlinkSync(target, `${directory.path}/${name}`);
      const error = await assertRejects(() => openedDisk(directory.path), DataDirectoryError);
      assertStringIncludes(
        error.message,
        `its ${name} is a symbolic link; allowed is a regular file`,
      );
      assertEquals(Deno.readTextFileSync(target), "precious");
      assertEquals([...Deno.readDirSync(directory.path)].map(({ name }) => name), [name]);
    },
  );
}

testUnless(
  lacksModes,
  "a symbolic link that comes in the place of owner.json meanwhile is replaced, not followed",
  () => {
    using directory = new TempDirectory();
    using other = new TempDirectory();
    const target = `${other.path}/target`;
    Deno.writeTextFileSync(target, "precious");
    const lock = new DirectoryLock(directory.path);
    for (const name of ["owner.json", "owner.json.new"]) {
      if (name === "owner.json") Deno.removeSync(`${directory.path}/${name}`);
      Deno.symlinkSync(target, `${directory.path}/${name}`);
      lock.announce(["127.0.0.1:6001"]);
      assertEquals(Deno.readTextFileSync(target), "precious");
      assertEquals(Deno.lstatSync(`${directory.path}/owner.json`).isFile, true);
    }
    lock.release();
  },
);

/** Only root can run a program as somebody else. */
const lacksRoot = isWindows || !isRoot() ? "root, to run a program as somebody else" : undefined;

testUnless(
  lacksRoot,
  "somebody else who can reach a data directory cannot keep its owner from starting",
  async () => {
    using directory = new TempDirectory();
    const path = directory.path;
    await (await openedDisk(path)).disk.close();
    // A directory that was opened again for others, as for a group that makes backups.
    Deno.chmodSync(path, 0o755);
    // Whoever can read a file can lock it.
    const { success, stderr } = new Deno.Command("sh", {
      uid: 65534,
      gid: 65534,
      cwd: "/",
      args: ["-c", 'exec 3< "$1/lock"', "sh", path],
    }).outputSync();
    assertEquals(success, false);
    assertStringIncludes(new TextDecoder().decode(stderr), "denied");
    const { disk } = await openedDisk(path);
    await writtenTo(disk, batchOf(entry("a", "1")));
    await disk.close();
    assertEquals([...heldIn(path).keys()], ["a"]);
  },
);

function isRoot(): boolean {
  return new Deno.Command("id", { args: ["-u"] }).outputSync().stdout[0] === "0".charCodeAt(0);
}
