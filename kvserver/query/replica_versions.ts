import type { ActorContext } from "../../actor/mod.ts";
import { uid } from "../../actor/mod.ts";
import { Charge } from "../../rpc/mod.ts";
import { noCounter } from "../entry/entry.ts";
import type { LivingServers } from "../messages/replica_messages.ts";
import { originTest } from "../messages/origin_filter.ts";
import { type Claim, claimUpTo } from "../versions/claim.ts";
import type { Claims } from "../versions/claims.ts";
import { SeenWrites } from "../versions/seen_writes.ts";
import { readClaims, readSeen, type Seen, seenBytes } from "../versions/version_bytes.ts";
import { type Dot, VersionVector } from "../versions/version_vector.ts";

/** It is looked whether too much is remembered when so many single writes have come. */
const limitedEvery = 512;

/**
 * What the replica of a query actor has seen, and what is said of that: to others with the entries that the
 * actor accepted, to the disk with the entries that it persists, and to the sync actor, which has to know
 * what all replicas and the disk have seen.
 */
export class ReplicaVersions {
  #context: ActorContext;
  #uid: string;
  #seen = new SeenWrites();
  /** Returns, by uid, whether another server's actor bears it. */
  #isForeign: (uid: string) => boolean;
  /** Incarnations and addresses of other servers whose actors may have writes yet to make. */
  #living: ReadonlySet<string> = new Set();
  /** The number of the last own write, and of the last that was claimed to the sync actor. */
  #counter: () => number;
  #claimed = noCounter;
  /** What other servers' actors wrote and the disk has not been told to be there, by uid. */
  #toPersist = new Map<string, number>();
  /** Single writes that were replaced here, which the disk is to be told once it has what replaced them. */
  #dotsToPersist = new VersionVector();
  /**
   * Whether the actor persists what others accepted. Another one of its server does it otherwise, which tells the
   * disk what of that was seen too.
   */
  persistsOthers = false;
  #persistedFloorMs = 0;
  /** Whether something was loaded, and the sync actor may not know this query actor yet. */
  #isUnmet = false;
  #persistedCounter = noCounter;
  /** What has come to be on disk since the sync actor was told. */
  #onDisk = new VersionVector();
  #toldFloorMs = 0;
  #toldMs = -Infinity;
  /** Since when single writes are known of actors of whom nothing else was seen, on the monotonic clock. */
  #unknownSinceMs = new Map<string, number>();
  /** Whether merging has failed once: what was claimed since need not be there. */
  #hasFailed = false;
  /** Whether there is a disk to be told of anything. */
  #isPersisted: boolean;
  #isFull = false;
  /** How many single writes were seen since it was looked whether that is too much. */
  #unlimited = 0;
  #charge: Charge;

  /**
   * @param counter returns the number of the last write that the actor accepted
   * @param isPersisted whether there is a disk, which is told what was seen; nothing waits for none
   */
  constructor(context: ActorContext, counter: () => number, isPersisted: boolean) {
    this.#context = context;
    this.#uid = uid(context.self);
    this.#counter = counter;
    this.#isPersisted = isPersisted;
    this.#isForeign = originTest({ except: [context.self.incarnation] });
    this.#charge = new Charge(context.memory, "peers");
  }

  /** No write is to be as early as this. */
  get floorMs(): number {
    return this.#seen.floorMs;
  }

  /** What was seen, by now. */
  get seen(): Seen {
    this.#noteOwn();
    this.#dropUnknown();
    return this.#seen;
  }

  /** The last write of an actor up to which all were seen. */
  counterOf(uid: string): number {
    return this.#seen.vector.counter(uid);
  }

  /** Whether any write of an actor was seen. */
  knows(uid: string): boolean {
    return (uid === this.#uid ? this.#counter() : this.counterOf(uid)) !== noCounter;
  }

  /** Whether a write was seen. */
  hasSeen(write: Dot): boolean {
    return this.#seen.has(write);
  }

  /**
   * Whether an actor may have yet to give this number to a write: its server lives, and the number is of no
   * write that was seen. Who brings it need not have it from that actor. One whose server has ended gives none.
   */
  isUngiven(write: Dot): boolean {
    return this.#isOfLiving(write.uid) && !this.hasSeen(write);
  }

  /** Whether an actor is of this server, or of another one that lives. */
  #isOfLiving(uid: string): boolean {
    const [address, incarnation] = uid.split("/");
    return !this.#isForeign(uid) || this.#living.has(incarnation) || this.#living.has(address);
  }

  /** The sync actor says which other servers live. */
  living({ incarnations, addresses }: LivingServers): void {
    this.#living = new Set([...incarnations, ...addresses]);
  }

  /** Whether a single write of an actor was seen, behind the one up to which all were. */
  hasDot(uid: string, counter: number): boolean {
    return this.#seen.vector.dots.size > 0 && this.#seen.has({ uid, counter });
  }

  /** A write is replaced here: it was seen, whatever of those before it was. */
  replaced(uid: string, counter: number): void {
    if (!this.#seen.addDot({ uid, counter })) return;
    if (!this.knows(uid)) this.#noteUnknown(uid);
    if (this.#isPersisted && this.persistsOthers) this.#dotsToPersist.addDot({ uid, counter });
    if (++this.#unlimited >= limitedEvery) this.#limit();
  }

  /**
   * A single write was seen of an actor of whom nothing else was. Of one of the cluster more is seen within
   * moments, or it has claimed more, if its server ended before both were compared. One of another cluster, whose
   * backup was restored here, is heard of by nobody ever: its writes that are replaced one by one would fill the
   * memory, and no two replicas would have seen the same.
   */
  #noteUnknown(uid: string): void {
    if (!this.#unknownSinceMs.has(uid)) {
      this.#unknownSinceMs.set(uid, this.#context.monotonicMs());
    }
  }

  #dropUnknown(): void {
    if (this.#unknownSinceMs.size === 0) return;
    const dueMs = this.#context.monotonicMs() - this.#context.limits.unknownWritesKeptMs;
    for (const [uid, sinceMs] of this.#unknownSinceMs) {
      if (sinceMs > dueMs || this.#seen.awaits(uid)) continue;
      this.#unknownSinceMs.delete(uid);
      this.#seen.vector.dropDots(uid);
    }
  }

  #noteOwn(): void {
    const counter = this.#counter();
    if (counter > this.#seen.vector.counter(this.#uid)) this.#seen.add(this.#uid, counter);
  }

  // ---- what comes ---------------------------------------------------------------------------

  /** Takes claims, whose entries have been merged, as `claimBytes` writes them. */
  take(claims: Uint8Array): void {
    if (this.#hasFailed) return;
    for (const claim of readClaims(claims)) {
      if (this.#seen.take(claim)) this.#grown(claim.uid);
    }
    this.#limit();
  }

  /** Takes what is on disk, whose entries have been merged, as `seenBytes` writes it. */
  loaded(bytes: Uint8Array): void {
    const { vector, floorMs } = readSeen(bytes);
    this.#seen.join(vector);
    for (const uid of vector.dots.keys()) if (!this.knows(uid)) this.#noteUnknown(uid);
    this.#onDisk.join(vector);
    this.#limit();
    this.raiseFloor(floorMs);
    this.#persistedFloorMs = floorMs;
    this.#isUnmet = true;
  }

  /** The sync actor has written, which greets those that have loaded something when it knows them. */
  met(): void {
    this.#isUnmet = false;
  }

  /** A tombstone of this time was forgotten, here or elsewhere. */
  raiseFloor(ms: number): void {
    this.#seen.raiseFloor(ms);
  }

  /** Merging entries has failed, so that what is claimed need not be there: nothing more is taken for seen. */
  failed(): void {
    this.#hasFailed = true;
  }

  #grown(uid: string): void {
    if (this.#isPersisted && this.#isForeign(uid)) {
      this.#toPersist.set(uid, this.#seen.vector.counter(uid));
    }
  }

  /**
   * Servers that start again and again would fill the memory with the names of their actors, and one that lies
   * with single writes that it never claims. Less is known to have been seen then: tombstones stay longer.
   */
  #limit(): void {
    this.#unlimited = 0;
    const { limits } = this.#context;
    const forgotten = this.#seen.limit(limits);
    const { vector } = this.#seen;
    this.#dotsToPersist.limit(limits);
    this.#onDisk.limit(limits);
    for (const uid of this.#unknownSinceMs.keys()) {
      if (!vector.dots.has(uid)) this.#unknownSinceMs.delete(uid);
    }
    if (this.#toPersist.size > limits.versionsMax) {
      for (const uid of this.#toPersist.keys()) {
        if (vector.counter(uid) === noCounter) this.#toPersist.delete(uid);
      }
    }
    this.#chargeAll();
    if (forgotten === 0 || this.#isFull) return;
    this.#isFull = true;
    const { versionsMax } = limits;
    this.#context.log.warn(
      "More than {versionsMax} actors have written: what the oldest ones wrote is taken for new from now on",
      { versionsMax },
    );
  }

  #chargeAll(): void {
    this.#charge.set(
      this.#seen.byteLength + this.#dotsToPersist.byteLength + this.#onDisk.byteLength,
    );
  }

  // ---- what goes to the sync actor ----------------------------------------------------------

  /** Nobody is told of what was accepted until now: whoever comes later finds it by comparing. */
  skip(): void {
    this.#claimed = this.#counter();
  }

  /** What is to be claimed of the writes that the actor accepted; `undefined`: nothing. */
  claim(): Claim | undefined {
    const to = this.#counter();
    if (to === this.#claimed) return undefined;
    const from = this.#claimed;
    this.#claimed = to;
    return { uid: this.#uid, from, to };
  }

  /** Whether the sync actor is to be told what has been seen. */
  get hasReport(): boolean {
    if (this.#isUnmet) return false;
    return this.#seen.hasGrown || this.#onDisk.size > 0 ||
      this.#counter() > this.#seen.vector.counter(this.#uid) || this.floorMs > this.#toldFloorMs;
  }

  /** How long to wait until it is told. */
  get reportWaitMs(): number {
    return this.#toldMs + this.#context.limits.tellVersionsMs - this.#context.monotonicMs();
  }

  /** Takes what the sync actor is to be told. */
  takeReport(): { seen: Uint8Array; onDisk?: Uint8Array } {
    this.#noteOwn();
    this.#toldMs = this.#context.monotonicMs();
    this.#toldFloorMs = this.floorMs;
    const { floorMs } = this;
    const seen = seenBytes({ vector: this.#seen.takeGrown(), floorMs });
    const onDisk = this.#onDisk;
    this.#onDisk = new VersionVector();
    this.#chargeAll();
    return onDisk.size === 0
      ? { seen }
      : { seen, onDisk: seenBytes({ vector: onDisk, floorMs: 0 }) };
  }

  // ---- what goes to the disk ----------------------------------------------------------------

  /** Whether the disk is to be told of what other servers' actors wrote. */
  get hasForeign(): boolean {
    return this.#toPersist.size > 0;
  }

  /**
   * Claims to the disk what is there once all entries have been written that wait for it now.
   *
   * @param persistsForeign whether the actor persists what other servers' actors wrote
   */
  claimToDisk(claims: Claims, persistsForeign: boolean): void {
    const counter = this.#counter();
    if (counter > this.#persistedCounter) claims.add(claimUpTo(this.#uid, counter));
    this.#persistedCounter = counter;
    if (persistsForeign) {
      for (const [uid, counter] of this.#toPersist) claims.add(claimUpTo(uid, counter));
    }
    this.#toPersist.clear();
  }

  /**
   * What the disk is to be told with claims that may leave; `undefined`: nothing.
   *
   * @param hasAll whether no entry waits for the disk
   */
  diskSeen(claims: readonly Claim[], hasAll: boolean): Seen | undefined {
    const { floorMs } = this;
    const hasDots = hasAll && this.#dotsToPersist.size > 0;
    if (claims.length === 0 && !hasDots && floorMs <= this.#persistedFloorMs) return undefined;
    this.#persistedFloorMs = floorMs;
    const vector = new VersionVector(claims.map(({ uid, to }) => [uid, to]));
    if (!hasDots) return { vector, floorMs };
    vector.join(this.#dotsToPersist);
    this.#dotsToPersist = new VersionVector();
    return { vector, floorMs };
  }

  /** All of these writes are on disk. */
  onDisk(vector: VersionVector): void {
    this.#onDisk.join(vector);
  }
}
