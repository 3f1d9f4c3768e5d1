import type { ReplyWriter } from "../wire/reply_writer.ts";

const invalidate = new TextEncoder().encode("invalidate");

/**
 * Appends that a client's copy of the key `bytes[start..end)` is outdated. Version 2 of the protocol has no
 * such message: nothing is appended.
 */
export function writeInvalidation(
  reply: ReplyWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (reply.version === 2) return;
  reply.pushHeader(2);
  reply.bulk(invalidate);
  reply.arrayHeader(1);
  reply.bulk(bytes, start, end);
}

/** As `writeInvalidation`, of all copies. */
export function writeInvalidationOfAll(reply: ReplyWriter): void {
  if (reply.version === 2) return;
  reply.pushHeader(2);
  reply.bulk(invalidate);
  reply.nil();
}
