import { type ActorRef, uid } from "../../actor/mod.ts";
import type { Limits } from "../../limits.ts";
import { Backoff, greatestShare } from "../../rpc/mod.ts";
import type { ForgottenServer } from "../messages/known_servers.ts";

/** Who named a server. */
export interface Namer {
  /** Its sync actor. */
  readonly by: ActorRef;
  /** Its host: hosts share the room. */
  readonly host: string;
}

/** A server that a peer named and that could not be greeted, or that is a peer no more. */
interface UnmetServer extends Namer {
  readonly ref: ActorRef;
  /** When it was first missed. */
  readonly sinceMs: number;
  readonly backoff: Backoff;
  /** When it is to be met again; `Infinity`: it is being met. */
  dueMs: number;
}

/**
 * Servers that peers named and that could not be greeted: because the network was cut between them and this
 * one, or either was busy. So are those that are peers no more, while nobody else is at their addresses. They are
 * met again after pauses that grow, until they are known, over, forgotten, or missed for as long as servers that
 * are down are known, unless who named them still does: a peer says so when it forgets one. They are bounded, and
 * by the host that named them: whoever names many that are not there takes no room of what others name. Those that
 * do not fit are named by the ones that are met.
 */
export class UnmetServers {
  #limits: Limits;
  /** By uid, those that were missed first at the beginning. */
  #servers = new Map<string, UnmetServer>();
  /** By uid: those that are being met, so that one that is forgotten meanwhile is not missed. */
  #meeting = new Map<string, ActorRef>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Number of servers that were missed. */
  get size(): number {
    return this.#servers.size;
  }

  /** Whether a server was missed, and is met again. */
  has(ref: ActorRef): boolean {
    return this.#servers.has(uid(ref));
  }

  /** When the next one is to be met again; `Infinity`: none is. */
  get dueMs(): number {
    let dueMs = Infinity;
    for (const server of this.#servers.values()) dueMs = Math.min(dueMs, server.dueMs);
    return dueMs;
  }

  /** A server that was named is being met: what becomes of it is told then. */
  meets(ref: ActorRef): void {
    this.#meeting.set(uid(ref), ref);
  }

  /** Whether what becomes of meeting a server is of interest: it was not forgotten meanwhile, nor came by itself. */
  isMeeting(ref: ActorRef): boolean {
    return this.#meeting.has(uid(ref));
  }

  /** A server that was being met could not be greeted. */
  missed(ref: ActorRef, { by, host }: Namer, nowMs: number): void {
    const name = uid(ref);
    this.#meeting.delete(name);
    let server = this.#servers.get(name);
    if (server === undefined) {
      if (!this.#makeRoom(host)) return;
      const { unmetPauseMinMs: minMs, unmetPauseMaxMs: maxMs } = this.#limits;
      const backoff = new Backoff({ minMs, maxMs });
      server = { ref, by, host, sinceMs: nowMs, backoff, dueMs: Infinity };
      this.#servers.set(name, server);
    }
    server.dueMs = nowMs + server.backoff.nextMs();
  }

  /**
   * Takes those that are to be met again now: each is due again only once it was missed again.
   *
   * @param isNamed whether who named one still does
   */
  takeDue(
    nowMs: number,
    isNamed: (by: ActorRef) => boolean,
  ): readonly (Namer & { readonly ref: ActorRef })[] {
    if (this.dueMs > nowMs) return [];
    this.forgetMissedFor(this.#limits.forgetAfterMs, nowMs, isNamed);
    const due = [...this.#servers.values()].filter(({ dueMs }) => dueMs <= nowMs);
    for (const server of due) server.dueMs = Infinity;
    return due;
  }

  /** A server is known, or over. */
  delete(ref: ActorRef): void {
    this.#servers.delete(uid(ref));
    this.#meeting.delete(uid(ref));
  }

  /** Forgets these lives of a server; all, when none is named. */
  forget({ address, incarnations }: ForgottenServer): void {
    const unmet = [...this.#servers.values()].map(({ ref }) => ref);
    for (const ref of [...unmet, ...this.#meeting.values()]) {
      const isOne = incarnations.length === 0 || incarnations.includes(ref.incarnation);
      if (ref.address === address && isOne) this.delete(ref);
    }
  }

  /** Forgets those that were missed first so long ago, unless who named them still does. */
  forgetMissedFor(durationMs: number, nowMs: number, isNamed: (by: ActorRef) => boolean): void {
    for (const { ref, by, sinceMs } of this.#servers.values()) {
      if (nowMs - sinceMs >= durationMs && !isNamed(by)) this.delete(ref);
    }
  }

  /** Makes room for one more of a host. @returns whether there is some. */
  #makeRoom(host: string): boolean {
    const { unmetServersMax, unmetServersPerHostMax } = this.#limits;
    const own = [...this.#servers.values()].filter((server) => server.host === host);
    if (own.length >= unmetServersPerHostMax) this.#servers.delete(uid(own[0].ref));
    if (this.#servers.size < unmetServersMax) return true;
    const most = greatestShare(this.#servers.values(), (server) => server.host, host);
    if (most !== undefined) this.#servers.delete(uid(most[0].ref));
    return most !== undefined;
  }
}
