import type { ActorContext } from "../../actor/mod.ts";
import { Charge } from "../../rpc/mod.ts";
import { acceptedFloor } from "../entry/order.ts";
import { StableVector } from "../versions/stable_vector.ts";
import { readSeen, type Seen, seenBytes } from "../versions/version_bytes.ts";
import { meet, VersionVector } from "../versions/version_vector.ts";
import type { LocalReplica } from "./local_replica.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { Membership } from "./membership.ts";
import type { Peer } from "./peer.ts";
import type { StateReceiver } from "./state_receiver.ts";

/** A server that is known, and what it has told that it has seen. */
interface Known {
  readonly member: string;
  readonly seen: VersionVector;
}

/** What the disk is called among the replicas. */
const disk = "disk";

/**
 * Which writes all servers that are known have seen, as far as this one was told: tombstones of these may be
 * removed, because nobody can bring back what they deleted.
 *
 * A server has seen what all of its replicas have, and its disk. It tells the others. One that is known and
 * not there holds back all that comes after the last that it has told, until it is forgotten.
 */
export class Stability {
  #context: ActorContext;
  #replicas: LocalReplicas;
  #members: Membership;
  #stateReceiver: StateReceiver;
  /** What each replica of this server has seen, and its disk. */
  #own = new StableVector();
  #floorMs = 0;
  /** What this server has seen: another object when it has seen more. */
  #seen: { readonly vector: VersionVector; floorMs: number } = {
    vector: new VersionVector(),
    floorMs: 0,
  };
  #charge: Charge;
  #hasChanged = false;
  /** Whether the replicas were not told of it, because a part of the state was still to come. */
  #isUntold = false;
  /** Of the servers that are known. */
  #revision = 0;
  #dueMs = -Infinity;
  /** How many tombstones the first replica keeps, by the name of the server for whose sake. */
  #held: Readonly<Record<string, number>> = {};
  /** What the replicas were told last. */
  #told = "";

  /** @param hasDisk whether this server has one */
  constructor(
    context: ActorContext,
    replicas: LocalReplicas,
    members: Membership,
    stateReceiver: StateReceiver,
    hasDisk: boolean,
  ) {
    this.#context = context;
    this.#replicas = replicas;
    this.#members = members;
    this.#stateReceiver = stateReceiver;
    this.#charge = new Charge(context.memory, "peers");
    if (hasDisk) this.#own.know(disk);
  }

  /** To be called once the replicas are known. */
  start(): void {
    for (const { uid } of this.#replicas.all) this.#own.know(uid);
  }

  /** What this server has seen. */
  get seen(): Seen {
    return this.#seen;
  }

  /** How many tombstones are kept for the sake of a server, by its uid, or its address when it is no peer. */
  heldFor(member: string): number {
    return this.#held[member] ?? 0;
  }

  /** A replica says what it has seen, and what has come to be on disk. */
  reported({ uid }: LocalReplica, seen?: Uint8Array, onDisk?: Uint8Array): void {
    if (seen !== undefined) {
      const { vector, floorMs } = readSeen(seen);
      this.#own.told(uid, vector, this.#context.limits);
      this.#floorMs = Math.max(this.#floorMs, floorMs);
      this.#hasChanged = true;
    }
    if (onDisk === undefined) return;
    this.#own.told(disk, readSeen(onDisk).vector, this.#context.limits);
    this.#hasChanged = true;
  }

  /** The first replica says how many tombstones it keeps. */
  holds(held: Readonly<Record<string, number>>): void {
    this.#held = held;
  }

  /** A peer says what it has seen. */
  peerTold(peer: Peer, seen: Uint8Array): void {
    const { vector, floorMs } = readSeen(seen);
    peer.hasSeen(vector);
    const { limits } = this.#context;
    this.#replicas.raiseFloor(acceptedFloor(floorMs, this.#context.now(), limits));
    this.#hasChanged = true;
  }

  /** Tells the replicas what all have seen, when that has grown. */
  step(): void {
    const { revision } = this.#members;
    const { isComplete } = this.#stateReceiver;
    this.#hasChanged ||= revision !== this.#revision || isComplete && this.#isUntold;
    this.#revision = revision;
    if (!this.#hasChanged || this.#replicas.all.length === 0) return;
    const nowMs = this.#context.monotonicMs();
    if (nowMs < this.#dueMs) {
      return this.#replicas.first.pacer.tickWithin(this.#dueMs - nowMs);
    }
    this.#hasChanged = false;
    this.#takeSeen();
    // What is still to come may be older than what is known of it.
    this.#isUntold = !isComplete;
    if (isComplete) this.#tell();
    // Of very many servers that tell very much it takes long, and is no reason to do little else.
    const { tellVersionsMs, comparisonPauseRatio } = this.#context.limits;
    const tookMs = this.#context.monotonicMs() - nowMs;
    this.#dueMs = nowMs + Math.max(tellVersionsMs, tookMs * comparisonPauseRatio);
  }

  #takeSeen(): void {
    const { vector } = this.#own;
    const floorMs = this.#floorMs;
    // What has expired is removed without a word: a floor is told with whatever else is.
    if (this.#seen.vector.covers(vector)) this.#seen.floorMs = floorMs;
    else this.#seen = { vector: new VersionVector(vector), floorMs };
    this.#charge.set(this.#own.byteLength + this.#seen.vector.byteLength);
  }

  #tell(): void {
    const members = this.#known();
    const stable = meet([this.#seen.vector, ...members.map(({ seen }) => seen)]);
    const holders = this.#holders(members);
    const lagMs = this.#lagMs();
    const request = { stable: seenBytes({ vector: stable, floorMs: 0 }), lagMs };
    const told = JSON.stringify([[...stable], [...this.#seen.vector], holders.length]);
    if (told === this.#told) return;
    this.#told = told;
    for (const replica of this.#replicas.all) {
      replica.collect({ ...request, holders: replica === this.#replicas.first ? holders : [] });
    }
  }

  /**
   * Those of the members for whose sake tombstones are kept, and what they have told: for the figures alone, so
   * that of very many that have told very much some are left out, those that have seen most.
   */
  #holders(members: readonly Known[]): { member: string; seen: Uint8Array }[] {
    const behind = members.filter(({ seen }) => !seen.covers(this.#seen.vector))
      .sort((a, b) => a.seen.size - b.seen.size);
    const holders = [];
    let leftBytes = this.#context.limits.holdersBytesMax;
    for (const { member, seen: vector } of behind) {
      const seen = seenBytes({ vector, floorMs: 0 });
      leftBytes -= seen.length;
      if (leftBytes < 0) break;
      holders.push({ member, seen });
    }
    return holders;
  }

  /** The servers that are known, and what each has told that it has seen. */
  #known(): Known[] {
    const peers = Array.from(this.#members.peers, ({ uid, seen }) => ({ member: uid, seen }));
    const there = new Set(Array.from(this.#members.peers, ({ ref }) => ref.address));
    const nothing = new VersionVector();
    const absent = [...this.#members.absent.keys()].filter((address) => !there.has(address));
    return [...peers, ...absent.map((member) => ({ member, seen: nothing }))];
  }

  /** By how much the slowest clock of a server is behind this one's. */
  #lagMs(): number {
    let lagMs = 0;
    for (const { ref } of this.#members.peers) {
      lagMs = Math.max(lagMs, -(this.#context.link(ref).facts.clockSkewMs ?? 0));
    }
    return lagMs;
  }
}
