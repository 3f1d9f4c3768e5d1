import {
  type ConnectionEnds,
  writeCommandsHead,
  writeQueryHead,
} from "../../../kvserver/query/query_message.ts";
import type { MsgpackWriter } from "../../../rpc/mod.ts";

/** Writes a query. */
export function writeQuery(
  writer: MsgpackWriter,
  inbox: number,
  connections: number,
  frames: Uint8Array,
): void {
  writeQueryHead(writer, inbox, connections, frames.length);
  writer.raw(frames);
}

/** Writes commands of a Redis client. @param ends the first time */
export function writeCommands(
  writer: MsgpackWriter,
  inbox: number,
  connections: number,
  commands: Uint8Array,
  ends?: ConnectionEnds,
): void {
  writeCommandsHead(writer, inbox, connections, ends, commands.length);
  writer.raw(commands);
}
