import type { Admission } from "../../access/mod.ts";
import type { ProtocolVersion } from "../wire/reply_writer.ts";
import type { Subscription } from "./subscription.ts";

/** Which replies a client wants; `skip`: none to the next command, `skipping`: none to this one. */
export type WantedReplies = "all" | "none" | "skip" | "skipping";

/** What a client keeps copies of, and so is told that it has changed. */
export interface Tracking {
  /**
   * Told of all keys that begin with one of these, those that are added later behind the others;
   * `undefined`: of the keys that the client has read.
   */
  readonly prefixes: readonly Uint8Array[] | undefined;
  /** Whether it is not told of what it has changed itself. */
  readonly isNoLoop: boolean;
  /** Which of its reads count: all, those that it asks for, all but those that it excepts. */
  readonly reads: "all" | "optin" | "optout";
}

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
  /** What it is subscribed to, by the bytes of the names, each as a character. */
  readonly channels = new Map<string, Subscription>();
  readonly patterns = new Map<string, Subscription>();
  /** How it is told that its copies are outdated; `undefined`: it is not. */
  tracking: Tracking | undefined;
  /** Whether the next command is excepted from what is usual: it reads, or does not read, what is kept a copy of. */
  isNextExcepted = false;
  /** Whether the client asked for the end of the connection. */
  hasQuit = false;
  /** What the client has shown of who it is; `undefined`: no tokens are asked for. */
  readonly admission: Admission | undefined;

  constructor(id: number, peer: string, local: string, nowMs: number, admission?: Admission) {
    this.admission = admission;
    this.id = id;
    this.peer = peer;
    this.local = local;
    this.startedMs = this.lastMs = nowMs;
  }

  /** Number of channels and patterns that it is subscribed to. */
  get subscriptionCount(): number {
    return this.channels.size + this.patterns.size;
  }

  /** Who the client is: the name of its token. */
  get user(): string {
    return this.admission?.rights?.name ?? "default";
  }

  /** Whether the client may know of the key `bytes[start..end)`, and of what changes there. */
  sees(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.admission === undefined) return true;
    const { rights } = this.admission;
    return rights !== undefined && rights.allow("read") &&
      (rights.world === undefined || rights.world.covers(bytes, start, end));
  }

  /** Makes it as it was when it began, but for what it is told of changes. */
  reset(): void {
    this.version = 2;
    this.name = "";
    this.replies = "all";
    this.isSparedEviction = this.touchesNothing = false;
    this.admission?.forget();
  }
}
