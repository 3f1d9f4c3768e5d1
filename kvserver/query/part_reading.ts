import type { ActorContext } from "../../actor/mod.ts";
import { MsgpackWriter } from "../../rpc/mod.ts";
import { entryBytesMax, envelopeBytes } from "../entry/entry_batch.ts";
import { messageTypes } from "../messages/message_types.ts";
import { originTest } from "../messages/origin_filter.ts";
import type { ReadRequest, StatePart } from "../messages/replica_messages.ts";
import { noEntry, type Store } from "../store/mod.ts";
import { seenBytes } from "../versions/version_bytes.ts";
import { OwnTurns } from "./own_turns.ts";
import type { ReplicaVersions } from "./replica_versions.ts";

/** Tells a query actor to go on reading a part of its replica. */
export interface ReadTurnMessage {
  type: typeof messageTypes.readTurn;
}

/** A part that is being read: what has been written of it. */
interface Progress {
  readonly request: ReadRequest;
  readonly isSelected: (uid: string) => boolean;
  /** The entries, as an `EntryBatch` writes them, each as it was in its turn. */
  readonly entries: MsgpackWriter;
  count: number;
  /** The place of each uid that they bear among the uids: by the uid, whose number may be another's next turn. */
  readonly uids: Map<string, number>;
  uidBytes: number;
  after: Uint8Array | undefined;
  /** Of the first part: what the replica had seen when it began. */
  readonly seen: Uint8Array | undefined;
  /** Of the first part: how many entries the replica showed then. */
  readonly size: number | undefined;
}

/**
 * Reads a part of a replica for the sync actor, in turns, so that the queries of the actor go on between them.
 * An entry that is changed after its turn is sent by whoever accepts it.
 */
export class PartReading {
  #context: ActorContext;
  #store: Store;
  #versions: ReplicaVersions;
  #turns: OwnTurns;
  #progress: Progress | undefined;
  #part: StatePart | undefined;

  constructor(context: ActorContext, store: Store, versions: ReplicaVersions) {
    this.#context = context;
    this.#store = store;
    this.#versions = versions;
    this.#turns = new OwnTurns(context, messageTypes.readTurn);
  }

  /** Whether a part is read that was not taken. */
  get isDone(): boolean {
    return this.#part !== undefined;
  }

  /** Begins with another part, in place of one that is not read yet. */
  begin(request: ReadRequest): void {
    const isFirst = request.after === undefined;
    this.#progress = {
      request,
      isSelected: originTest(request.filter),
      entries: new MsgpackWriter(firstBytes),
      count: 0,
      uids: new Map(),
      uidBytes: 0,
      after: request.after,
      seen: isFirst ? seenBytes(this.#versions.seen) : undefined,
      size: isFirst ? this.#store.size : undefined,
    };
    if (!this.#turns.isDue) this.turn();
  }

  /** Goes on with the part. */
  turn(): void {
    this.#turns.begin();
    const progress = this.#progress;
    if (progress === undefined) return;
    const { entries, uids, request: { id } } = progress;
    if (!this.#isRead(progress)) return this.#turns.request();
    this.#progress = undefined;
    const head = new MsgpackWriter(envelopeBytes);
    head.arrayHeader(uids.size);
    for (const uid of uids.keys()) head.str(uid);
    head.int(progress.count);
    const bytes = new Uint8Array(head.length + entries.length);
    bytes.set(head.written());
    bytes.set(entries.written(), head.length);
    const { after, seen, size } = progress;
    this.#part = {
      id,
      entries: bytes,
      ...(after === undefined ? {} : { after }),
      ...(seen === undefined ? {} : { seen }),
      ...(size === undefined ? {} : { size }),
    };
  }

  /** The part that is read; it is taken once. */
  take(): StatePart | undefined {
    const part = this.#part;
    this.#part = undefined;
    return part;
  }

  /** Writes what fits in a turn. @returns whether the part is whole. */
  #isRead(progress: Progress): boolean {
    const store = this.#store;
    const { isSelected, entries, request: { bytesMax } } = progress;
    let looked = 0;
    let last = noEntry;
    let isFull = false;
    const isDone = store.walk(progress.after, (n) => {
      if (looked === this.#context.limits.readEntriesMax) return false;
      if (isSelected(store.uidOf(n)) && !store.isBlank(n)) {
        const bytes = progress.uidBytes + entries.length + entryBytesMax(store, n);
        isFull = bytes > bytesMax && progress.count > 0;
        if (isFull) return false;
        this.#write(progress, n);
      }
      last = n;
      looked++;
      return true;
    });
    if (isDone) progress.after = undefined;
    else if (last !== noEntry) progress.after = store.keyOf(last);
    return isDone || isFull;
  }

  #write(progress: Progress, n: number): void {
    const { entries, uids } = progress;
    const uid = this.#store.uidOf(n);
    let place = uids.get(uid);
    if (place === undefined) {
      uids.set(uid, place = uids.size);
      progress.uidBytes += uid.length + 5;
    }
    this.#store.writeEntry(entries, n);
    entries.int(place);
    progress.count++;
  }
}

/** Room for entries at first. */
const firstBytes = 64 * 1024;
