/**
 * What a system sends back on a connection that another one dialed to tell it something: small
 * notifications, and the one that answers them.
 *
 *     back   Ack [count]       so many of the connection's Tells are handled
 *            Ping []           are you there?
 *            Refused [reason]  nothing is heard on this connection, not yet or no more
 *            Contested []      your address answers as another system
 *     forth  Pong [clockMs]    I am, and my clock shows so many milliseconds since the epoch
 *
 * @module
 */

import {
  beginNotification,
  Incoming,
  mismatch,
  type MsgpackReader,
  type MsgpackWriter,
} from "../rpc/mod.ts";

/** One of the notifications. */
export type LinkNotice =
  | { name: "Ack"; count: number }
  | { name: "Ping" | "Contested" }
  | { name: "Pong"; clockMs?: number }
  | { name: "Refused"; reason: string };

/** Appends a notice as a whole frame. */
export function writeNotice(writer: MsgpackWriter, notice: LinkNotice): void {
  const frame = beginNotification(writer, notice.name);
  if (notice.name === "Ack") {
    writer.arrayHeader(1);
    writer.int(notice.count);
  } else if (notice.name === "Refused") {
    writer.arrayHeader(1);
    writer.str(notice.reason);
  } else if (notice.name === "Pong" && notice.clockMs !== undefined) {
    writer.arrayHeader(1);
    writer.int(notice.clockMs);
  } else writer.arrayHeader(0);
  writer.endFrame(frame);
}

/**
 * Reads a payload. What a newer version may send is ignored.
 *
 * @returns `undefined` for a message that is none of the notices.
 * @throws {ShapeError} for what is no message.
 */
export function readNotice(reader: MsgpackReader): LinkNotice | undefined {
  incoming.read(reader);
  return incoming.msgid === undefined ? noticeOf(incoming, reader) : undefined;
}

/** The notice that a notification is, if it is one. @param reader at its params */
export function noticeOf(notification: Incoming, reader: MsgpackReader): LinkNotice | undefined {
  const { methodStart, methodEnd, paramCount } = notification;
  if (methodEnd - methodStart > nameBytesMax) return undefined;
  const name = String.fromCharCode(...reader.bytes.subarray(methodStart, methodEnd));
  if (name === "Ping" || name === "Contested") return { name };
  if (name === "Pong") {
    const clockMs = paramCount === 0 ? mismatch : reader.uint();
    return clockMs === mismatch ? { name } : { name, clockMs };
  }
  if (paramCount === 0) return undefined;
  if (name === "Ack") {
    const count = reader.uint();
    return count === mismatch ? undefined : { name, count };
  }
  if (name !== "Refused") return undefined;
  const reason = reader.str();
  return reason === undefined ? undefined : { name, reason };
}

const nameBytesMax = "Contested".length;

/** Reused for every payload: it holds nothing between two of them. */
const incoming = new Incoming();
