import type { ByteRange, Place } from "../../app/backup/place.ts";

/** Backups in memory. */
export class MemoryPlace implements Place {
  readonly name = "memory";
  readonly objects = new Map<string, Uint8Array<ArrayBuffer>>();

  list(prefix: string): Promise<string[]> {
    return Promise.resolve([...this.objects.keys()].filter((n) => n.startsWith(prefix)).sort());
  }

  read(name: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = this.objects.get(name);
    if (bytes === undefined) return Promise.reject(new Error(`${name} is not there`));
    const { offset = 0, length = bytes.length } = range ?? {};
    return Promise.resolve(bytes.slice(offset, offset + length));
  }

  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.objects.has(name)) return Promise.reject(new Error(`${name} is there already`));
    this.objects.set(name, bytes.slice());
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    this.objects.delete(name);
    return Promise.resolve();
  }
}
