import { ConnectionError } from "./errors.ts";
import { FrameError } from "./frame_reader.ts";
import { ShapeError } from "./message.ts";
import { MsgpackError } from "./msgpack/mod.ts";

/** Whether a connection was lost because what came from its other end is no reply of a server. */
export function isUnintelligible(error: unknown): boolean {
  if (!(error instanceof ConnectionError)) return false;
  return [FrameError, MsgpackError, ShapeError].some((type) => error.cause instanceof type);
}
