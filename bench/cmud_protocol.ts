import { beginRequest, frameHeaderBytes, frameLength } from "../rpc/mod.ts";
import type { LoadProtocol } from "./load_protocol.ts";

/** The queries of this project. */
export const cmudProtocol: LoadProtocol = {
  name: "cmud",

  writeRequest(writer, i, method, key, value) {
    const frame = beginRequest(writer, i, method);
    writer.arrayHeader(method === "Put" ? 2 : 1);
    writer.str(key);
    if (method === "Put") {
      if (typeof value === "string") writer.str(value);
      else writer.bin(value);
    }
    writer.endFrame(frame);
  },

  endOfReply(bytes, at, end) {
    const replyEnd = endOfResponse(bytes, at, end);
    if (replyEnd !== 0 && isError(bytes, at)) {
      throw new Error("The server answered a request with an error");
    }
    return replyEnd;
  },
};

/** The same, for Puts some of which may be refused. @param onAnswered called with each, in their order */
export function refusableProtocol(onAnswered: (isRefused: boolean) => void): LoadProtocol {
  return {
    ...cmudProtocol,
    endOfReply(bytes, at, end) {
      const replyEnd = endOfResponse(bytes, at, end);
      if (replyEnd !== 0) onAnswered(isError(bytes, at));
      return replyEnd;
    },
  };
}

/** Where the response at `at` ends; 0 while it is not whole. */
function endOfResponse(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < frameHeaderBytes) return 0;
  const responseEnd = at + frameHeaderBytes + frameLength(bytes, at);
  return responseEnd > end ? 0 : responseEnd;
}

/** In a response without an error a nil follows the msgid, which is below 2^16 here. */
function isError(bytes: Uint8Array, at: number): boolean {
  const msgidAt = at + frameHeaderBytes + 2;
  const msgidBytes = bytes[msgidAt] < 0x80 ? 1 : bytes[msgidAt] === 0xcc ? 2 : 3;
  return bytes[msgidAt + msgidBytes] !== 0xc0;
}
