import { answerFrames, MsgpackReader, MsgpackWriter, RpcError } from "../../rpc/mod.ts";
import type { QueryReply } from "./query_message.ts";

const reader = new MsgpackReader(new Uint8Array());
const writer = new MsgpackWriter();

/**
 * What requests are answered that come to a server which stops: so who sent them knows that they had no effect,
 * and asks another server.
 *
 * @param bug called with an error that is a bug of this program
 */
export function partingReply(frames: Uint8Array, bug: (error: unknown) => void): QueryReply {
  writer.clear();
  const answer = answerFrames(frames, reader, writer, {
    request() {
      throw new RpcError(
        "unavailable",
        "Cannot ask this server: it is stopping, allowed are others",
      );
    },
    bug,
  });
  return {
    ...answer,
    replies: writer.written().slice(),
    deferred: 0,
    isLast: false,
    isBarred: false,
  };
}
