import type { ProtocolVersion } from "../wire/reply_writer.ts";

/** Which replies a client wants; `skip`: none to the next command, `skipping`: none to this one. */
export type WantedReplies = "all" | "none" | "skip" | "skipping";

/** What is known of a connection of a Redis client. */
export class Session {
  /** Of a connection; no other one of its query port ever has it. */
  readonly id: number;
  /** Addresses of both ends, as `host:port`. */
  readonly peer: string;
  readonly local: string;
  /** When it began, and when its last command came, in monotonic milliseconds. */
  readonly startedMs: number;
  lastMs: number;
  version: ProtocolVersion = 2;
  /** What the client calls itself and its library; empty: it has not said. */
  name = "";
  libraryName = "";
  libraryVersion = "";
  /** The last command's name, that of a subcommand as `client|list`. */
  lastCommand = "";
  replies: WantedReplies = "all";
  isSparedEviction = false;
  touchesNothing = false;
  /** Whether the client asked for the end of the connection. */
  hasQuit = false;

  constructor(id: number, peer: string, local: string, nowMs: number) {
    this.id = id;
    this.peer = peer;
    this.local = local;
    this.startedMs = this.lastMs = nowMs;
  }

  /** Makes it as it was when it began. */
  reset(): void {
    this.version = 2;
    this.name = "";
    this.replies = "all";
    this.isSparedEviction = this.touchesNothing = false;
  }
}
