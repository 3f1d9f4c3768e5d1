import type { ActorContext } from "../../actor/mod.ts";
import { noCounter, noExpiry } from "../entry/entry.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { NumberQueue } from "../memory/number_queue.ts";
import { messageTypes } from "../messages/message_types.ts";
import type { CollectRequest } from "../messages/replica_messages.ts";
import { Ticks } from "../messages/ticks.ts";
import { diskMarks, noEntry, type Store, syncMarks, type TombstoneQueue } from "../store/mod.ts";
import { readSeen } from "../versions/version_bytes.ts";
import { VersionVector } from "../versions/version_vector.ts";
import type { Comparing } from "./comparing.ts";
import type { GroupCommit } from "./group_commit.ts";
import { OwnTurns } from "./own_turns.ts";
import { removalsOf } from "./removals.ts";
import type { ReplicaVersions } from "./replica_versions.ts";
import type { SyncOutbox } from "./sync_outbox.ts";
import type { Watches } from "./watches.ts";

/** Names its ticks among those of the query actor. */
export const collectorTicks = "collector";

/** Tells a query actor to go on removing tombstones. */
export interface CollectTurnMessage {
  type: typeof messageTypes.collectTurn;
}

/** A server for whose sake tombstones are kept. */
interface Holder {
  readonly member: string;
  readonly seen: VersionVector;
  /** How many, as far as the walk has come. */
  held: number;
}

const waitsMarks = syncMarks.dirty | syncMarks.queued | diskMarks.dirty | diskMarks.queued;

/** When something is in the way of removing entries, it is tried again after so long. */
const retryMs = 50;

/**
 * Removes what a replica need not keep: tombstones that all servers have seen, and what has expired for so
 * long that it has on all of them. It walks over them in turns, so that queries are answered in between, and
 * begins another walk when more may go: after a pause many times as long as the last one took.
 *
 * It also drops entries that were replaced or deleted elsewhere while this server was not told.
 */
export class Collector {
  #context: ActorContext;
  #store: Store;
  #queue: TombstoneQueue;
  #watches: Watches;
  #comparing: Comparing;
  #versions: ReplicaVersions;
  #outbox: SyncOutbox;
  /** Absent when nothing is persisted. */
  #commit: GroupCommit | undefined;
  /** Deletes an entry that is not shown once more. @returns whether it did. */
  #deleteAgain: (n: number) => boolean;
  /** Whether this is the first replica of its server: one deletes once more what nobody can have seen. */
  isFirst = false;
  #turns: OwnTurns;
  #ticks: Ticks;
  #stable = new VersionVector();
  /** By so much the slowest clock of a server is behind the own one. */
  #lagMs = 0;
  #holders: Holder[] = [];
  /** How many entries of the queue the walk has still to come to. */
  #left = 0;
  #isWalking = false;
  /** Whether there are entries that may go a little later, or have expired since the walk began. */
  #hasPostponed = false;
  /** Whether another walk is to begin. */
  #isDue = false;
  #tookMs = 0;
  #endedMs = -Infinity;
  /** Entries that have expired, and since when they have been seen to, on the monotonic clock. */
  #expired = new NumberQueue();
  #expiredSinceMs = new NumberQueue();
  /** Actors of whom nothing was seen, and since when one of their tombstones is there: by the walk, and the last. */
  #unknown = new Map<string, number>();
  #unknownSinceMs: ReadonlyMap<string, number> = new Map();
  /** How many entries were dropped that were shown, and were not logged. */
  #dropped = 0;

  /**
   * @param commit absent when nothing is persisted
   * @param deleteAgain deletes an entry that is not shown once more, and says whether it did
   */
  constructor(
    context: ActorContext,
    store: Store,
    watches: Watches,
    comparing: Comparing,
    versions: ReplicaVersions,
    outbox: SyncOutbox,
    commit: GroupCommit | undefined,
    deleteAgain: (n: number) => boolean,
  ) {
    this.#deleteAgain = deleteAgain;
    this.#context = context;
    this.#store = store;
    this.#queue = store.queueTombstones();
    this.#watches = watches;
    this.#comparing = comparing;
    this.#versions = versions;
    this.#outbox = outbox;
    this.#commit = commit;
    this.#turns = new OwnTurns(context, messageTypes.collectTurn);
    this.#ticks = new Ticks(context, collectorTicks);
  }

  /** Handles what the sync actor says of what all have seen. */
  collect({ stable, lagMs, holders }: CollectRequest): void {
    this.#stable = readSeen(stable).vector;
    this.#lagMs = lagMs;
    this.#holders = holders.map(({ member, seen }) => {
      return { member, seen: readSeen(seen).vector, held: 0 };
    });
    this.#begin();
  }

  /** To be called with each of its ticks: something may have expired for long enough. */
  ticked(): void {
    this.#ticks.ticked();
    if (this.#isExpiredDue || this.#hasPostponed || this.#unknownSinceMs.size > 0) this.#begin();
    else this.#awaitExpired();
  }

  /** To be called when an entry has expired, or its deletion is of an unknown actor: of that nobody else says a word. */
  noteHidden(): void {
    this.#hasPostponed = true;
    this.#ticks.within(this.#context.limits.tellVersionsMs);
  }

  #awaitExpired(): void {
    const sinceMs = this.#expiredSinceMs.first;
    if (sinceMs === undefined) return;
    const dueMs = sinceMs + this.#context.limits.expiredKeptMs;
    this.#ticks.within(Math.max(1, dueMs - this.#context.monotonicMs()));
  }

  /** Drops entries of which a comparison found that they were replaced or deleted elsewhere. */
  drop(numbers: readonly number[]): void {
    const removals = removalsOf(this.#store, numbers);
    this.#outbox.addDropped(removals);
    for (const n of numbers) if (this.#store.isShown(n)) this.#dropped++;
    this.#drop(numbers, removals);
  }

  /** Drops what a sibling has dropped, if it is held here. */
  dropAlike(removals: Uint8Array): void {
    const store = this.#store;
    const held: number[] = [];
    for (const entry = new EntryReader(removals); entry.next();) {
      const n = store.find(entry.bytes, entry.keyStart, entry.keyEnd);
      if (n === noEntry || store.counterOf(n) !== entry.counter) continue;
      if (store.uidOf(n) === entry.uid) held.push(n);
    }
    if (held.length > 0) this.#drop(held, removals);
  }

  #drop(numbers: readonly number[], removals: Uint8Array): void {
    this.#commit?.addRemovals(removals);
    for (const n of numbers) {
      this.#outbox.remove(n);
      this.#commit?.remove(n);
      this.#store.blank(n);
      this.#watches.changed(n);
    }
    this.#begin();
  }

  /** Begins a walk, or another one behind that which goes on. */
  #begin(): void {
    this.#isDue = true;
    if (this.#isWalking) return;
    const { comparisonPauseRatio } = this.#context.limits;
    const dueMs = this.#endedMs + comparisonPauseRatio * this.#tookMs;
    this.#turns.request(Math.max(0, dueMs - this.#context.monotonicMs()));
  }

  /** Goes on with the walk. */
  turn(): void {
    this.#turns.begin();
    if (!this.#isWalking && !this.#isDue) return;
    if (!this.#isWalking) this.#beginWalk();
    // A comparison under way relies on the numbers of entries, and the disk has to come along.
    if (this.#comparing.isBusy || this.#commit?.isFullOfRemovals) {
      return this.#turns.request(retryMs);
    }
    const beganMs = this.#context.monotonicMs();
    const gone: number[] = [];
    const { collectedPerTurn } = this.#context.limits;
    let count = 0;
    for (; count < collectedPerTurn && this.#isExpiredDue; count++) this.#lookAtOneExpired(gone);
    for (; count < collectedPerTurn && this.#left > 0; count++, this.#left--) {
      this.#look(this.#queue.take()!, gone);
    }
    this.#remove(gone);
    this.#tookMs += this.#context.monotonicMs() - beganMs;
    if (this.#left > 0 || this.#isExpiredDue) this.#turns.request();
    else this.#endWalk();
  }

  #beginWalk(): void {
    this.#isDue = false;
    this.#isWalking = true;
    this.#hasPostponed = false;
    this.#tookMs = 0;
    this.#left = this.#queue.size;
    for (const holder of this.#holders) holder.held = 0;
  }

  #endWalk(): void {
    this.#isWalking = false;
    this.#watches.reviewLaggards();
    this.#unknownSinceMs = this.#unknown;
    this.#unknown = new Map();
    this.#endedMs = this.#context.monotonicMs();
    this.#outbox.tellHeld(
      Object.fromEntries(this.#holders.map(({ member, held }) => [member, held])),
    );
    if (this.#isDue) this.#begin();
    this.#awaitExpired();
    if (this.#hasPostponed) this.#ticks.within(this.#context.limits.tellVersionsMs);
    const count = this.#dropped;
    this.#dropped = 0;
    if (count === 0) return;
    const dropped = count === 1 ? "{count} entry was dropped" : "{count} entries were dropped";
    this.#context.log.warn(
      `${dropped} that others had deleted or replaced while this server did not know`,
      { count },
    );
  }

  // ---- an entry -----------------------------------------------------------------------------

  #look(n: number, gone: number[]): void {
    const store = this.#store;
    if (store.isShown(n)) this.#queue.release(n);
    else if (store.isBlank(n)) {
      if (!this.#isFree(n)) return this.#postpone(n);
      this.#queue.release(n);
      store.remove(n);
    } else if (store.expiresAtOf(n) !== noExpiry) this.#rest(n);
    else this.#lookAtTombstone(n, gone);
  }

  #lookAtTombstone(n: number, gone: number[]): void {
    if (!this.#isStable(n)) {
      if (this.#isOrphan(n)) this.#lookAtOrphan(n);
      this.#countHeld(n);
      this.#queue.putBack(n);
    } else if (this.#mayGo(n)) gone.push(n);
    else this.#postpone(n);
  }

  #postpone(n: number): void {
    this.#hasPostponed = true;
    this.#queue.putBack(n);
  }

  /** By this server's clock, which may have been set wrong just now, an entry has expired: it stays for a while. */
  #rest(n: number): void {
    this.#expired.push(n);
    this.#expiredSinceMs.push(this.#context.monotonicMs());
    this.#awaitExpired();
  }

  get #isExpiredDue(): boolean {
    const sinceMs = this.#expiredSinceMs.first;
    if (sinceMs === undefined) return false;
    return this.#context.monotonicMs() - sinceMs >= this.#context.limits.expiredKeptMs;
  }

  #lookAtOneExpired(gone: number[]): void {
    const n = this.#expired.first!;
    this.#expired.shift();
    this.#expiredSinceMs.shift();
    const store = this.#store;
    const expiresAt = store.expiresAtOf(n);
    if (store.isShown(n)) return this.#queue.release(n);
    // It was deleted or dropped since.
    if (expiresAt === noExpiry) return this.#look(n, gone);
    const hasExpired = this.#context.now() - this.#lagMs >=
      expiresAt + this.#context.limits.expiredKeptMs;
    if (hasExpired && this.#isStable(n) && this.#mayGo(n)) gone.push(n);
    else if (hasExpired && this.isFirst && this.#isOrphan(n) && this.#deleteAgain(n)) {
      this.#queue.putBack(n);
    } else this.#rest(n);
  }

  /**
   * Whether nobody can say that he has seen its write: it has no number, or nothing was seen of its actor, because
   * that is of another cluster, whose backup was restored here. It is deleted once more, by a write of which all
   * can say whether they have seen it. Were it removed, whoever still has it would give it back.
   */
  #isOrphan(n: number): boolean {
    return this.#store.counterOf(n) === noCounter || !this.#versions.knows(this.#store.uidOf(n));
  }

  /** What an actor of a server that begins has written may come before it is said what was seen of it. */
  #lookAtOrphan(n: number): void {
    const uid = this.#store.counterOf(n) === noCounter ? "" : this.#store.uidOf(n);
    const nowMs = this.#context.monotonicMs();
    const sinceMs = uid === "" ? -Infinity : this.#unknownSinceMs.get(uid) ?? nowMs;
    const { expiredKeptMs } = this.#context.limits;
    if (nowMs - sinceMs >= expiredKeptMs) {
      if (this.isFirst) this.#deleteAgain(n);
      return;
    }
    this.#unknown.set(uid, sinceMs);
    this.#ticks.within(sinceMs + expiredKeptMs - nowMs);
  }

  /** Whether all have seen its write. */
  #isStable(n: number): boolean {
    const counter = this.#store.counterOf(n);
    return counter !== noCounter && counter <= this.#stable.counter(this.#store.uidOf(n));
  }

  /** One of a clock that is ahead stays until this one comes to it, because it would make this one run ahead. */
  #mayGo(n: number): boolean {
    return this.#isFree(n) && this.#store.timestampOf(n) <= this.#context.now();
  }

  /** Whether nothing waits for the entry, by its number. */
  #isFree(n: number): boolean {
    return !this.#store.isMarked(n, waitsMarks) && !this.#watches.awaits(n);
  }

  #countHeld(n: number): void {
    if (this.#holders.length === 0) return;
    const dot = { uid: this.#store.uidOf(n), counter: this.#store.counterOf(n) };
    for (const holder of this.#holders) if (!holder.seen.has(dot)) holder.held++;
  }

  #remove(gone: readonly number[]): void {
    if (gone.length === 0) return;
    const store = this.#store;
    this.#commit?.addRemovals(removalsOf(store, gone));
    let latestMs = 0;
    for (const n of gone) {
      latestMs = Math.max(latestMs, store.timestampOf(n));
      this.#queue.release(n);
      store.remove(n);
    }
    this.#versions.raiseFloor(latestMs);
  }
}
