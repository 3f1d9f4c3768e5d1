import type { ActorContext } from "../../actor/mod.ts";
import { type EntryBytes, noCounter } from "../entry/entry.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { originTest } from "../messages/origin_filter.ts";
import type { MergeMessage } from "../messages/replica_messages.ts";
import { noEntry, type Store, unclaimedMark } from "../store/mod.ts";
import type { GroupCommit } from "./group_commit.ts";
import type { ReplicaVersions } from "./replica_versions.ts";
import type { SyncOutbox } from "./sync_outbox.ts";
import type { Watches } from "./watches.ts";

/** What the merger of a query actor counts, for `Stats`. */
export interface MergeFigures {
  readonly entriesMerged: number;
  readonly entriesIgnored: number;
  readonly entriesFromFuture: number;
}

/** Which entries of a message are persisted. */
export type Persists = Pick<MergeMessage, "persistsRemote" | "persistsAll">;

/**
 * Merges entries of other replicas, and those of the disk, into the replica of a query actor: the later
 * write of a key wins. Watches are told, and other servers' entries are persisted.
 */
export class Merger {
  #context: ActorContext;
  #store: Store;
  #watches: Watches;
  #outbox: SyncOutbox;
  #versions: ReplicaVersions;
  /** Absent when nothing is persisted. */
  #commit: GroupCommit | undefined;
  /** Returns, by the uid of an entry, whether another server accepted the entry. */
  #isForeign: (uid: string) => boolean;
  #onOrphan: () => void;
  #entriesMerged = 0;
  #entriesIgnored = 0;
  #entriesFromFuture = 0;
  #futureLoggedMs = -Infinity;

  /**
   * @param commit absent when nothing is persisted
   * @param onOrphan called when a deletion was merged of which nobody need have heard who made it
   */
  constructor(
    context: ActorContext,
    store: Store,
    watches: Watches,
    outbox: SyncOutbox,
    versions: ReplicaVersions,
    commit: GroupCommit | undefined,
    onOrphan: () => void,
  ) {
    this.#onOrphan = onOrphan;
    this.#context = context;
    this.#store = store;
    this.#watches = watches;
    this.#outbox = outbox;
    this.#versions = versions;
    this.#commit = commit;
    this.#isForeign = originTest({ except: [context.self.incarnation] });
  }

  /** What it has counted. */
  get figures(): MergeFigures {
    return {
      entriesMerged: this.#entriesMerged,
      entriesIgnored: this.#entriesIgnored,
      entriesFromFuture: this.#entriesFromFuture,
    };
  }

  /**
   * Merges entries that the sync actor brings, from where the reader is.
   *
   * @param bytesMax how many bytes of them, about
   * @returns whether those were the last ones.
   */
  merge(received: EntryReader, persists: Persists, bytesMax: number): boolean {
    try {
      return this.#merge(received, persists, bytesMax);
    } catch (error) {
      // What is claimed of these entries, and of later ones, need not be here.
      this.#versions.failed();
      throw error;
    }
  }

  #merge(
    received: EntryReader,
    { persistsRemote, persistsAll }: Persists,
    bytesMax: number,
  ): boolean {
    const nowMs = this.#context.now();
    const endMax = received.end + bytesMax;
    let uid = "";
    let seenTo = noCounter;
    while (received.next()) {
      if (received.uid !== uid) seenTo = this.#versions.counterOf(uid = received.uid);
      if (received.timestamp > nowMs + this.#context.limits.futureToleranceMs) {
        this.#noteFuture(received, nowMs);
      }
      // What was seen and is not held any more was replaced or deleted since.
      const { counter } = received;
      const isNew = counter === noCounter ||
        counter > seenTo && !this.#versions.hasDot(uid, counter);
      const n = isNew && this.#store.merge(received) || this.#mergeDamaged(received);
      if (n === noEntry) {
        this.#entriesIgnored++;
        if (isNew && persistsRemote) this.#persistHeld(received);
        if (received.end >= endMax) return false;
        continue;
      }
      if (isNew && counter !== noCounter) this.#store.mark(n, unclaimedMark);
      const isUnknown = counter === noCounter || seenTo === noCounter;
      if (isUnknown && this.#store.isDeleted(n)) this.#onOrphan();
      this.#entriesMerged++;
      this.#watches.changed(n);
      // The merged entry beats the one that this actor accepted, so no other replica needs that.
      this.#outbox.remove(n);
      // Sibling query actors persist what they accepted themselves.
      const isPersisted = persistsRemote && this.#isForeign(received.uid);
      if (isPersisted || persistsAll) this.#commit?.add(n);
      if (received.end >= endMax) return false;
    }
    return true;
  }

  /**
   * An entry was ignored for one of a sibling, which persists that itself, a little later perhaps: the disk
   * must not be said to have seen the ignored one before.
   */
  #persistHeld({ bytes, keyStart, keyEnd, uid }: EntryBytes): void {
    if (this.#commit === undefined || !this.#isForeign(uid)) return;
    const n = this.#store.find(bytes, keyStart, keyEnd);
    if (n !== noEntry && !this.#isForeign(this.#store.uidOf(n))) this.#commit.add(n);
  }

  /** Of two values with one order, which only damage makes, the greater one wins, on all replicas alike. */
  #mergeDamaged(received: EntryBytes): number {
    const n = this.#store.mergeGreater(received);
    if (n === noEntry) return noEntry;
    const { bytes, keyStart, keyEnd } = received;
    this.#context.log.warn(
      "Two replicas held other values of one write of {key}: the greater won",
      {
        key: new TextDecoder().decode(bytes.subarray(keyStart, keyEnd)),
      },
    );
    return n;
  }

  /** Merges entries that are on disk. */
  load(entries: Uint8Array): void {
    for (const entry = new EntryReader(entries); entry.next();) {
      const n = this.#store.merge(entry);
      if (n === noEntry) continue;
      this.#watches.changed(n);
      if (entry.counter === noCounter && this.#store.isDeleted(n)) this.#onOrphan();
    }
  }

  /** Counts and logs an entry from the future. It is merged, because replicas would diverge otherwise. */
  #noteFuture({ timestamp, uid }: EntryBytes, nowMs: number): void {
    this.#entriesFromFuture++;
    if (nowMs - this.#futureLoggedMs < this.#context.limits.futureToleranceMs) return;
    this.#futureLoggedMs = nowMs;
    const aheadMs = timestamp - nowMs;
    this.#context.log.warn("An entry of {uid} is {aheadMs} ms ahead of this server's clock", {
      uid,
      aheadMs,
    });
  }
}
