import { compareBytes } from "../rpc/mod.ts";

const encoder = new TextEncoder();

/** The keys that begin with one of some prefixes, for who is to see no others. */
export class World {
  /** In their order; none begins with another one, so no key is below two of them. */
  readonly prefixes: readonly Uint8Array[];

  /** The keys that begin with one of `prefixes`. */
  constructor(prefixes: readonly string[]) {
    const distinct = [...new Set(prefixes)];
    this.prefixes = distinct
      .filter((prefix) => !distinct.some((other) => other !== prefix && prefix.startsWith(other)))
      .map((prefix) => encoder.encode(prefix))
      .sort(compareBytes);
  }

  /** Whether the key `bytes[start..end)` is among them, and so all keys that begin so. */
  covers(bytes: Uint8Array, start: number, end: number): boolean {
    return this.prefixes.some((prefix) => beginsWith(bytes, start, end, prefix));
  }

  /** The prefixes of those among them that begin with `prefix`, in their order. */
  below(prefix: Uint8Array): readonly Uint8Array[] {
    if (this.covers(prefix, 0, prefix.length)) return [prefix];
    return this.prefixes.filter((own) => beginsWith(own, 0, own.length, prefix));
  }
}

/** Whether `bytes[start..end)` begin with `prefix`. */
export function beginsWith(
  bytes: Uint8Array,
  start: number,
  end: number,
  prefix: Uint8Array,
): boolean {
  if (prefix.length > end - start) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return false;
  return true;
}
