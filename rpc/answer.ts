import { defaultLimits } from "../limits.ts";
import { isAllocationFailure } from "./allocation_failure.ts";
import { RpcError } from "./errors.ts";
import { frameHeaderBytes, frameLength } from "./frame_reader.ts";
import { beginResponse, Incoming, ShapeError, writeErrorResponse } from "./message.ts";
import type { MsgpackReader, MsgpackWriter } from "./msgpack/mod.ts";
import type { TurnTime } from "./turn_time.ts";

/** What a `RequestHandler` returns when the response is deferred: it is sent in another way. */
export const deferred = Symbol("deferred");

/**
 * What a `RequestHandler` returns when the request takes long: it has to wait, with all that follows, and
 * nothing of it was executed. What was written is taken back.
 */
export const inTurns = Symbol("inTurns");

/** What a server does with the messages of a connection. */
export interface RequestHandler {
  /** Once the replies are this long, no more requests are executed. Default: that of `defaultLimits`. */
  readonly replyBatchBytesMax?: number;
  /** Ends a turn that has lasted for long. Default: none ends for that. */
  readonly turnTime?: TurnTime;
  /**
   * Executes a request: reads its params from `reader` and writes exactly one value, the result.
   *
   * @returns `deferred` when the response is sent in another way; what was written is taken back.
   * `inTurns` when it is to wait.
   * @throws {RpcError} to answer with an error; what was written is taken back.
   */
  request(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof deferred | typeof inTurns;
  /**
   * Takes a payload that it knows at sight, all of it well-formed; the default is to take none.
   *
   * @returns whether it did; otherwise `reader` is as it was, and the payload is read as a message.
   */
  take?(reader: MsgpackReader): boolean;
  /**
   * Whether the message that it was given last has to wait, with all that follows: it did nothing with
   * it, and is given it again.
   */
  readonly isWaiting?: boolean;
  /** Takes a notification; the default is to ignore it. */
  notification?(notification: Incoming, reader: MsgpackReader): void;
  /** Called with the code of each error that is answered; the default is to ignore it. */
  refused?(code: string): void;
  /** Called with what `request` threw that is no `RpcError`; the caller only learns `internal`. */
  bug(error: unknown): void;
}

/** What became of some frames. */
export interface Answer {
  /** How many bytes of the frames were executed; the rest is to be given again. */
  consumed: number;
  /** Whether the connection is to be ended, because what came on it is no message. */
  close: boolean;
}

/**
 * Executes the frames `bytes[start..end)` in order and appends their responses to `writer`, until all
 * are executed, one is no message or has to wait, `replyBatchBytesMax` bytes were written, those
 * taken back for an error included, or the turn has lasted long enough: however many costly requests came
 * in one read, no turn is longer than that and one response.
 *
 * Nothing else decides what a peer's bytes can do to a connection: every server port reads its
 * frames here.
 */
export function answerFrames(
  bytes: Uint8Array,
  reader: MsgpackReader,
  writer: MsgpackWriter,
  handler: RequestHandler,
  start = 0,
  end = bytes.length,
): Answer {
  let at = start;
  let written = 0;
  const { replyBatchBytesMax = defaultLimits.replyBatchBytesMax, turnTime } = handler;
  turnTime?.begin();
  while (at < end && written < replyBatchBytesMax && !(turnTime?.isOver() ?? false)) {
    const frame = at;
    const payload = at + frameHeaderBytes;
    at = payload + frameLength(bytes, at);
    reader.reset(bytes, payload, at);
    if (handler.take?.(reader)) {
      if (!handler.isWaiting) continue;
      at = frame;
      break;
    }
    try {
      incoming.read(reader);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      if (error.msgid !== undefined) {
        writeErrorResponse(writer, error.msgid, "bad_request", error.message);
        handler.refused?.("bad_request");
      }
      return { consumed: at - start, close: true };
    }
    if (incoming.msgid === undefined) {
      handler.notification?.(incoming, reader);
      if (handler.isWaiting) {
        at = frame;
        break;
      }
    } else {
      const bytes = answerRequest(incoming.msgid, reader, writer, handler);
      if (bytes === waits) {
        at = frame;
        break;
      }
      written += bytes;
    }
  }
  return { consumed: at - start, close: false };
}

/** Reused for every message: it holds nothing between two of them. */
const incoming = new Incoming();

/** In place of how many bytes were written: the request has to wait. */
const waits = -1;

/** @returns how many bytes were written, those taken back included; or `waits`. */
function answerRequest(
  msgid: number,
  reader: MsgpackReader,
  writer: MsgpackWriter,
  handler: RequestHandler,
): number {
  const start = writer.size;
  const frame = beginResponse(writer, msgid);
  try {
    const outcome = handler.request(incoming, reader, writer);
    if (outcome === undefined) writer.endFrame(frame);
    else writer.truncate(start);
    if (outcome === inTurns) return waits;
    return writer.size - start;
  } catch (error) {
    const takenBack = writer.size - start;
    writer.truncate(start);
    const [code, message] = refusalOf(error);
    writeErrorResponse(writer, msgid, code, message);
    handler.refused?.(code);
    if (code === "internal" && !(error instanceof RpcError)) handler.bug(error);
    return takenBack + writer.size - start;
  }
}

function refusalOf(error: unknown): [code: string, message: string] {
  if (error instanceof RpcError) return [error.code, error.message];
  return isAllocationFailure(error)
    ? ["overloaded", "Cannot answer: there is no memory left"]
    : ["internal", "Cannot answer: an error inside the server"];
}
