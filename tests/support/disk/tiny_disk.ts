/** A disk of a few megabytes, which can be filled: a file system in memory, that only root can mount. */
export class TinyDisk implements Disposable {
  /** What this process lacks to make one; `undefined`: nothing. */
  static readonly lacking = canMount() ? undefined : "right to mount a file system";

  readonly path: string;
  #filler: string;

  constructor(mebibytes: number) {
    this.path = mounted(mebibytes);
    this.#filler = `${this.path}/filler`;
  }

  /** Takes all the room there is. */
  fill(): void {
    using file = Deno.openSync(this.#filler, { create: true, append: true });
    const block = new Uint8Array(4096);
    try {
      while (true) file.writeSync(block);
    } catch {
      // It is full.
    }
  }

  /** Gives the room back. */
  empty(): void {
    Deno.removeSync(this.#filler);
  }

  /** Allows or forbids writing: "rw" or "ro". */
  remount(access: "rw" | "ro"): void {
    run("mount", "-o", `remount,${access}`, this.path);
  }

  [Symbol.dispose](): void {
    unmount(this.path);
  }
}

function mounted(mebibytes: number): string {
  const path = Deno.makeTempDirSync({ prefix: "cmud-test-disk-" });
  if (!run("mount", "-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", path)) {
    Deno.removeSync(path);
    throw new Error("Cannot mount a file system in memory");
  }
  return path;
}

function unmount(path: string): void {
  run("umount", path);
  Deno.removeSync(path);
}

function canMount(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    unmount(mounted(1));
    return true;
  } catch {
    return false;
  }
}

function run(command: string, ...args: string[]): boolean {
  return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync().success;
}
