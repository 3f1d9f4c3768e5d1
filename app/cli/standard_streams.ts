/**
 * The standard streams of the process, read and written whole whatever their other users did to them.
 *
 * Whoever shares a stream (ssh, a command before this one in a script) may have made it non-blocking:
 * then a read or a write that would have to wait is refused instead, and is to be tried again.
 *
 * @module
 */

import { fstatSync } from "node:fs";
import { Backoff } from "../../rpc/mod.ts";
import { pause } from "./pause.ts";

/** Nobody reads stdout any more. */
export class BrokenPipeError extends Error {
  static {
    this.prototype.name = "BrokenPipeError";
  }
}

/** Writes bytes, or a part of them. @returns how many. */
export interface ByteSink {
  writeSync(bytes: Uint8Array): number;
}

/** How the bytes for a stream are cut; a function of them and of where the next piece begins. */
type PieceEnd = (bytes: Uint8Array, start: number) => number;

const lineFeed = 0x0a;

/** A piece without a line feed that the runtime's buffer of 1,024 bytes takes whole. */
const bufferedBytesMax = 512;

/** What a pipe takes whole or not at all, as PIPE_BUF says: other systems promise POSIX's least. */
const pipeBytesMax = Deno.build.os === "linux" ? 4096 : 512;

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);

/** Writes `text` to stderr, which the runtime does not buffer. @throws {BrokenPipeError} */
export function writeToStderr(text: string): void {
  let bytes: Uint8Array = encoder.encode(text);
  const patience = new Patience();
  while (bytes.length > 0) {
    const count = tryWrite(Deno.stderr, bytes);
    if (count === undefined) patience.waitSync();
    else bytes = bytes.subarray(count);
  }
}

/**
 * Writes text or bytes to stdout. Where that is a terminal that is gone, nothing is: SIGHUP says so to the
 * program, which then ends in order.
 *
 * @throws {BrokenPipeError} when the reader is gone.
 */
export function writeToStdout(text: string | Uint8Array): void {
  stdoutPieceEnd ??= pieceEndFor(1);
  try {
    const bytes = typeof text === "string" ? encoder.encode(text) : text;
    writeBuffered(Deno.stdout, bytes, stdoutPieceEnd);
  } catch (error) {
    if (!stdoutIsTerminal || !isHangup(error)) throw error;
  }
}

// After a hangup the system takes a terminal for none.
const stdinIsTerminal = Deno.stdin.isTerminal();
const stdoutIsTerminal = Deno.stdout.isTerminal();

/** Whether a terminal's error says that it is gone: EIO, for which Deno has no name. */
function isHangup(error: unknown): boolean {
  return error instanceof Error && error.message.includes("(os error 5)");
}

let stdoutPieceEnd: PieceEnd | undefined;

/**
 * Writes all of `bytes` to `sink`, which has the runtime's buffer of a line in front of it.
 *
 * A refused write does not say how much of it is in that buffer and will be written all the same. So
 * `bytes` go in pieces of which that is known. A piece without a line feed is in the buffer, whole, and
 * is not to be written again: writing nothing empties the buffer. A piece that ends with a line feed
 * passes the buffer by; when the stream takes it whole or not at all, a refusal means that nothing is
 * written. A line feed alone is always such a piece, and on a pipe any short one is.
 */
export function writeBuffered(sink: ByteSink, bytes: Uint8Array, pieceEnd: PieceEnd): void {
  const patience = new Patience();
  for (let start = 0; start < bytes.length;) {
    const piece = bytes.subarray(start, pieceEnd(bytes, start));
    const count = tryWrite(sink, piece);
    if (count !== undefined) {
      start += count;
    } else if (piece.at(-1) === lineFeed) {
      patience.waitSync();
    } else {
      do patience.waitSync(); while (tryWrite(sink, nothing) === undefined);
      start += piece.length;
    }
  }
}

/** A line without its line feed, or that alone. */
export function endOfLinePart(bytes: Uint8Array, start: number): number {
  if (bytes[start] === lineFeed) return start + 1;
  const end = start + bufferedBytesMax;
  // Only so far: to look for the end of a long line at each piece would take for ever.
  const lineEnd = bytes.subarray(start, end).indexOf(lineFeed);
  return lineEnd < 0 ? end : start + lineEnd;
}

/** As many whole lines as a pipe takes at once, or a part of one. */
export function endForPipe(bytes: Uint8Array, start: number): number {
  const lines = bytes.subarray(start, start + pipeBytesMax).lastIndexOf(lineFeed) + 1;
  return lines > 0 ? start + lines : endOfLinePart(bytes, start);
}

/** A file keeps nobody waiting, so nothing is refused. */
const endOfAll: PieceEnd = (bytes) => bytes.length;

function pieceEndFor(descriptor: number): PieceEnd {
  if (Deno.build.os === "windows") return endOfAll;
  try {
    const status = fstatSync(descriptor);
    return status.isFile() ? endOfAll : status.isFIFO() ? endForPipe : endOfLinePart;
  } catch {
    return endOfLinePart;
  }
}

/** @returns how much was written, or `undefined` when the stream has no room now. */
function tryWrite(sink: ByteSink, bytes: Uint8Array): number | undefined {
  try {
    return sink.writeSync(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.WouldBlock) return undefined;
    if (error instanceof Deno.errors.BrokenPipe) throw new BrokenPipeError();
    throw error;
  }
}

/** Reads bytes into a buffer. @returns how many; `null` at the end. */
export interface ByteSource {
  read(into: Uint8Array): Promise<number | null>;
}

/** What comes in; a terminal that is gone has come to its end. */
export const standardInput: ByteSource = {
  read: (into) =>
    Deno.stdin.read(into).catch((error) => {
      if (stdinIsTerminal && isHangup(error)) return null;
      throw error;
    }),
};

/** Reads from `source` when something is there, or it has ended. */
export async function readWhenReady(source: ByteSource, into: Uint8Array): Promise<number | null> {
  const patience = new Patience();
  while (true) {
    try {
      return await source.read(into);
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
    }
    await patience.wait();
  }
}

/** What `source` holds, up to its end. */
export async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  while (true) {
    // What was given is the reader's: each chunk has a buffer to itself.
    const buffer = new Uint8Array(64 * 1024);
    const count = await readWhenReady(source, buffer);
    if (count === null) return;
    yield buffer.subarray(0, count);
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** Pauses between tries: short at first, and never so long that somebody who types would notice. */
class Patience {
  #backoff = new Backoff({ minMs: 1, maxMs: 16 });

  waitSync(): void {
    Atomics.wait(never, 0, 0, this.#backoff.nextMs());
  }

  wait(): Promise<void> {
    return pause(this.#backoff.nextMs());
  }
}
