import { httpLimits } from "../../limits.ts";
import type { RequestCutter } from "../../rpc/mod.ts";

const { headBytesMax } = httpLimits;
const [tab, lf, cr] = [0x09, 0x0a, 0x0d];

/**
 * Cuts a stream into heads of requests, each with the empty line that ends it, one at a time. What can
 * be none, or is too long for one, is cut as it is: so it is refused, and not waited for.
 */
export class HeadCutter implements RequestCutter {
  /** How many bytes of the next head were looked at. */
  #searched = 0;

  cut(bytes: Uint8Array, start: number, end: number): number {
    const lastAt = Math.min(end, start + headBytesMax);
    for (let at = start + this.#searched; at < lastAt; at++) {
      const byte = bytes[at];
      const endsHead = byte === lf && at - start >= 3 && bytes[at - 1] === cr &&
        bytes[at - 2] === lf && bytes[at - 3] === cr;
      if (endsHead) return this.#take(at + 1);
      if (!isPlain(byte)) return this.#take(end);
    }
    if (end - start > headBytesMax) return this.#take(end);
    this.#searched = end - start;
    return start;
  }

  #take(end: number): number {
    this.#searched = 0;
    return end;
  }
}

/** Whether a byte may stand in a head: what is printed in ASCII, and what is between that. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f || byte === lf || byte === cr || byte === tab;
}

/** Whether what a cutter has cut is a head with an end. */
export function isWholeHead(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes.subarray(-4);
  return a === cr && b === lf && c === cr && d === lf;
}
