import type { ActorContext } from "../../actor/mod.ts";
import type { Member } from "../../kvcommon/mod.ts";
import type { Membership } from "./membership.ts";
import type { Peer } from "./peer.ts";
import type { Stability } from "./stability.ts";

/** The servers that are known, as rows of `Members`. */
export class MemberTable {
  #context: ActorContext;
  #members: Membership;
  #stability: Stability;
  #version: string;
  #startedMs: number;
  #queryAddresses: readonly string[] = [];

  /** @param version of this server's program */
  constructor(
    context: ActorContext,
    members: Membership,
    stability: Stability,
    version: string,
  ) {
    this.#context = context;
    this.#members = members;
    this.#stability = stability;
    this.#version = version;
    this.#startedMs = context.monotonicMs();
  }

  /** This server's query ports are open. */
  serve(queryAddresses: readonly string[]): void {
    this.#queryAddresses = queryAddresses;
  }

  /** The rows of this moment: this server first, the others by address. */
  rows(): Member[] {
    const others = Array.from(this.#members.peers, (peer) => this.#rowOf(peer));
    const there = new Set(others.map(({ address }) => address));
    const absent = [...this.#members.absent].filter(([address]) => !there.has(address));
    const away = absent.map(([address, sinceMs]) => this.#absentRow(address, sinceMs));
    return [this.#ownRow(), ...[...others, ...away].sort(byAddress)];
  }

  #ownRow(): Member {
    const { self: { address, incarnation } } = this.#context;
    return {
      address,
      queryAddresses: this.#queryAddresses,
      incarnation,
      state: this.#context.isContested() ? "conflict" : "self",
      sinceMs: this.#wallMs(this.#startedMs),
      lagMs: 0,
      pendingBytes: 0,
      agreedMs: this.#context.now(),
      tombstonesHeld: 0,
      clockSkewMs: 0,
      version: this.#version,
      refusedMessages: 0,
    };
  }

  #rowOf(peer: Peer): Member {
    const { address, incarnation } = peer.ref;
    const link = this.#context.link(peer.ref);
    this.#members.observeReach(peer, link);
    const { reachability, comparison: { agreement: { agreedMs } } } = peer;
    const { clockSkewMs, version, refusedMessages } = link.facts;
    return {
      address,
      queryAddresses: null,
      incarnation,
      state: reachability.name === "silent" ? "down" : reachability.name,
      sinceMs: this.#wallMs(reachability.sinceMs),
      lagMs: Math.round(peer.lagMs),
      pendingBytes: peer.pendingBytes,
      agreedMs: agreedMs === undefined ? null : this.#wallMs(agreedMs),
      tombstonesHeld: this.#stability.heldFor(peer.uid),
      clockSkewMs: clockSkewMs ?? null,
      version: version ?? null,
      refusedMessages,
    };
  }

  /** What waits for a server that is no peer is not counted: what it lacks is found when it is back. */
  #absentRow(address: string, sinceMs: number): Member {
    return {
      address,
      queryAddresses: null,
      incarnation: null,
      state: "down",
      sinceMs: this.#wallMs(sinceMs),
      lagMs: null,
      pendingBytes: 0,
      agreedMs: null,
      tombstonesHeld: this.#stability.heldFor(address),
      clockSkewMs: null,
      version: null,
      refusedMessages: 0,
    };
  }

  /** A moment of the monotonic clock, in milliseconds since the epoch. */
  #wallMs(monotonicMs: number): number {
    return Math.round(this.#context.now() - (this.#context.monotonicMs() - monotonicMs));
  }
}

/** By address, and the lives of one address as they were. */
function byAddress(a: Member, b: Member): number {
  return a.address === b.address ? 0 : a.address < b.address ? -1 : 1;
}
