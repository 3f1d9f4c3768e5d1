import { dirname, join } from "node:path";
import { UsageError } from "../cli/usage_error.ts";
import type { ByteRange, Place } from "./place.ts";

/** Backups in a folder, which only its owner may read; it is made with the first object. */
export class FolderPlace implements Place {
  readonly name: string;

  constructor(path: string) {
    this.name = path;
  }

  async list(prefix: string): Promise<string[]> {
    const names: string[] = [];
    const folder = dirname(`${prefix}x`);
    try {
      for await (const { name, isFile } of Deno.readDir(join(this.name, folder))) {
        const whole = folder === "." ? name : `${folder}/${name}`;
        if (isFile && whole.startsWith(prefix) && !name.endsWith(unfinished)) names.push(whole);
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotADirectory) throw noFolder(this.name);
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return names.sort();
  }

  async read(name: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    const path = join(this.name, name);
    if (range === undefined) return await Deno.readFile(path);
    const bytes = new Uint8Array(range.length);
    using file = await Deno.open(path);
    await file.seek(range.offset, Deno.SeekMode.Start);
    for (let length = 0; length < bytes.length;) {
      const read = await file.read(bytes.subarray(length));
      if (read === null) {
        throw new Error(`Cannot read ${path}: it ends at byte ${range.offset + length}`);
      }
      length += read;
    }
    return bytes;
  }

  async write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const path = join(this.name, name);
    const folder = dirname(path);
    if (await isData(this.name)) {
      throw new UsageError(
        `Cannot use ${this.name} for backups: it is the data directory of a server`,
      );
    }
    try {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      if (error instanceof Deno.errors.NotADirectory) throw noFolder(this.name);
      if (error instanceof Deno.errors.AlreadyExists) throw noFolder(this.name);
      throw error;
    }
    const written = `${path}${unfinished}`;
    {
      using file = await Deno.open(written, { createNew: true, write: true, mode: 0o600 });
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.sync();
    }
    await Deno.rename(written, path);
    // The name is kept once its folder is.
    using opened = await Deno.open(folder);
    await opened.sync().catch(() => {});
  }

  remove(name: string): Promise<void> {
    return Deno.remove(join(this.name, name));
  }
}

/** Whether a folder is where a server keeps its data. */
function isData(path: string): Promise<boolean> {
  return Deno.stat(join(path, "cmud.db")).then(() => true, () => false);
}

/** What a file is called until it is whole. */
const unfinished = ".unfinished";

function noFolder(path: string): UsageError {
  return new UsageError(`Cannot use ${path} for backups: it is no folder`);
}
