import type { MsgpackWriter } from "../../rpc/mod.ts";
import type { LongReply, ReplyPart } from "./command.ts";

/** What a command does part by part, for a client that wants no reply to it. */
export class MutedReply implements LongReply {
  readonly isMuted = true;
  readonly isWrite: boolean;
  #reply: LongReply;

  constructor(reply: LongReply) {
    this.isWrite = reply.isWrite ?? false;
    this.#reply = reply;
  }

  writePart(writer: MsgpackWriter, after: Uint8Array | undefined): ReplyPart {
    return this.#reply.writePart(writer, after);
  }

  writeHead(): void {}

  writeTooLong(): void {}

  writeNoMemory(): void {}
}
