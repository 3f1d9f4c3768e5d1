/**
 * Versions: which write of a key it is that a watcher is told. A version is a bin, opaque to all but
 * client and server: the order of the write, so that of two writes of a key the later one has the version
 * that is greater bytewise, wherever it is told.
 *
 *     timestamp (u48)  sequence (u32)  uid (ASCII)
 *
 * @module
 */

import { compareBytes, type MsgpackWriter } from "../rpc/mod.ts";

const orderBytes = 10;

/** The bytes before the uid, reused. */
const order = new Uint8Array(orderBytes);
const view = new DataView(order.buffer);

/** Appends the version of the write of that order. */
export function writeVersion(
  writer: MsgpackWriter,
  timestamp: number,
  sequence: number,
  uid: string,
): void {
  view.setUint16(0, timestamp / 0x100000000);
  view.setUint32(2, timestamp % 0x100000000);
  view.setUint32(6, sequence);
  writer.binHeader(orderBytes + uid.length);
  writer.raw(order);
  for (let i = 0; i < uid.length; i++) ascii[i] = uid.charCodeAt(i);
  writer.raw(ascii, 0, uid.length);
}

/** Longer than any uid. */
const ascii = new Uint8Array(1024);

/** Below, at or above 0 as the write of version `a` is earlier than that of `b`, the same, or later. */
export const compareVersions: (a: Uint8Array, b: Uint8Array) => number = compareBytes;
