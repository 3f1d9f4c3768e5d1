import type { ActorContext } from "../../actor/mod.ts";
import { EntryReader } from "../../kvserver/entry/entry_reader.ts";
import { SeenWrites } from "../../kvserver/versions/seen_writes.ts";
import { seenBytes } from "../../kvserver/versions/version_bytes.ts";
import { EntryPool } from "../../kvserver/sync/entry_pool.ts";
import { ForwardedBatch } from "../../kvserver/sync/forwarded_batch.ts";
import { Peer } from "../../kvserver/sync/peer.ts";
import { defaultLimits, withLimits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { messageOf } from "../support/store/stores.ts";

const MiB = 1024 * 1024;

const nothingSeen = new SeenWrites();

/** A peer without a cluster around it. */
class LonePeer {
  readonly pool = new EntryPool(defaultLimits);
  readonly peer: Peer;
  epoch = 1;
  nowMs = 0;
  #told = 0;

  constructor(limits = defaultLimits) {
    const context = {
      limits,
      memory: new MemoryAccount(),
      self: { address: "a:1", incarnation: "a", counter: 1 },
      now: () => 0,
      monotonicMs: () => this.nowMs,
      tellAfter: () => () => {},
    } as Partial<ActorContext> as ActorContext;
    const ref = { address: "b:1", incarnation: "b", counter: 1 };
    this.peer = new Peer(context, ref, this.pool, { within: () => {} });
  }

  /** The peer requests the state, and all of it is read: so many entries of so many bytes. */
  readState(id: number, count: number, bytes: number): void {
    this.peer.backlog.stateRequested(id);
    this.read("key", count, bytes);
    this.peer.completeState();
  }

  /** The last part of the state is read. */
  read(name: string, count: number, bytes: number): void {
    const batch = new ForwardedBatch(this.pool, bytesOf(name, count, bytes));
    this.peer.backlog.enqueuePart(batch, {
      reading: this.peer.backlog.reading!,
      after: undefined,
      seen: undefined,
      size: undefined,
    });
    batch.release();
  }

  /** So many more entries are put. */
  put(count: number, bytes: number): void {
    const large = new EntryReader(bytesOf("large", count, bytes));
    while (large.next()) {
      const n = this.pool.add(large);
      this.peer.backlog.enqueue(n);
      this.pool.release(n);
    }
  }

  /** More is put than may wait. */
  overflow(): void {
    this.put(defaultLimits.outboxBytesMax / (8 * MiB) + 1, 8 * MiB);
  }

  /** Sends the next message over a link of this epoch, with room for anything. */
  send() {
    const link = { epoch: this.epoch, told: this.#told, roomBytes: 100 * MiB, roundTripMs: 0 };
    const next = this.peer.nextMessage(link, nothingSeen);
    if (next !== undefined) this.#told++;
    this.peer.assertInvariants();
    return next;
  }

  /** Sends until there is nothing to send. @returns ids of the transfers that were completed. */
  sendAll(): number[] {
    const completed: number[] = [];
    for (let next = this.send(); next !== undefined; next = this.send()) {
      if (next.completed > 0) completed.push(next.completed);
    }
    return completed;
  }
}

function bytesOf(name: string, count: number, bytes: number): Uint8Array {
  const value = "x".repeat(bytes);
  return messageOf(Array.from({ length: count }, (_, i) => {
    return { key: name + i, value, timestamp: 1, sequence: 0, uid: "a:1/a/2" };
  }));
}

/** What must hold of a peer by itself. @returns what was wrong, or `undefined`. */
export const peerCases: Record<string, () => string | undefined> = {
  "of two requests for the state that are lost together, the later is sent again": () => {
    const stage = new LonePeer();
    for (const id of [1, 2]) {
      stage.peer.requestState(id);
      stage.send();
    }
    stage.epoch++;
    const again = stage.send()?.requested;
    if (again !== 2) return `Transfer ${again} is requested`;
  },

  "the state is not complete when what is left of it overflows": () => {
    const stage = new LonePeer();
    stage.readState(1, 30, 100_000);
    stage.overflow();
    if (stage.sendAll().length > 0) return "It counts as complete";
    stage.peer.recover();
    stage.read("key", 30, 100);
    if (!stage.peer.backlog.isStateRead) return "It is never complete";
  },

  "the state is not complete when what was lost of it overflows": () => {
    const windowBytesFirst = defaultLimits.outboxBytesMax;
    const windows = { windowBytesFirst, windowBytesMax: windowBytesFirst };
    const stage = new LonePeer(withLimits(windows));
    stage.readState(1, defaultLimits.outboxBytesMax / MiB - 4, MiB);
    // What is in flight then and what waits is together more than may wait.
    for (let i = 0; i < 30; i++) stage.send();
    stage.put(4, 7 * MiB);
    if (stage.peer.backlog.isOverflowed) return "It overflows too early";
    stage.epoch++;
    const completed = stage.sendAll();
    if (!stage.peer.backlog.isOverflowed) return "It does not overflow";
    if (completed.length > 0) return "It counts as complete";
  },

  "the state is complete once more when its end is lost after an overflow": () => {
    const stage = new LonePeer();
    stage.readState(1, 3, 100);
    if (stage.sendAll().join() !== "1") return "It is not complete";
    stage.overflow();
    stage.epoch++;
    if (stage.sendAll().length > 0) return "It is complete before all is read";
    stage.peer.recover();
    stage.read("late", 3, 100);
    if (!stage.peer.backlog.isStateRead) return "It is never complete";
    stage.peer.completeState();
    if (stage.sendAll().join() !== "1") return "Its end is not sent again";
  },

  "what overflowed is as old as it was until a comparison has found it": () => {
    const stage = new LonePeer();
    const { peer } = stage;
    stage.overflow();
    stage.nowMs = 5_000;
    peer.recover();
    const lagMs = () => peer.lagMs;
    if (lagMs() !== 5_000) return `It is ${lagMs()} ms old`;
    peer.comparison.begin(1, stage.nowMs, {
      quietMs: Infinity,
      silentMs: 0,
      upMs: Infinity,
      roundTripMs: 0,
    });
    peer.comparison.answered(peer.comparison.asked!.id, undefined, 0, {
      tookMs: 0,
      leftOut: false,
      seen: seenBytes(nothingSeen),
    });
    if (lagMs() !== 5_000) return `It is ${lagMs()} ms old while both compare`;
    stage.send();
    if (lagMs() !== 0) return `It is ${lagMs()} ms old when both have compared`;
  },

  "a part that was read before an overflow does not count for the reading after it": () => {
    const stage = new LonePeer();
    const { peer } = stage;
    peer.backlog.stateRequested(1);
    const earlier = peer.backlog.reading!;
    stage.overflow();
    peer.recover();
    const nothing = new ForwardedBatch(stage.pool, messageOf([]));
    peer.backlog.enqueuePart(nothing, {
      reading: earlier,
      after: new Uint8Array([5]),
      seen: undefined,
      size: undefined,
    });
    nothing.release();
    if (peer.backlog.reading?.after !== undefined) return "Reading goes on in the middle";
  },
};
