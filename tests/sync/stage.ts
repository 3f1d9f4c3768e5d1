import { type ActorContext, type ActorRef, noFacts } from "../../actor/mod.ts";
import { EntryReader } from "../../kvserver/entry/entry_reader.ts";
import type { MergeMessage } from "../../kvserver/messages/replica_messages.ts";
import type { PeerMessage } from "../../kvserver/sync/peer_message.ts";
import { SyncActor, type SyncActorOptions } from "../../kvserver/sync/sync_actor.ts";
import { withLimits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { charsOf } from "../../simulate/cluster/chars.ts";
import { lineLogger } from "../support/memory_log.ts";
import { messageOf, type TextEntry } from "../support/store/stores.ts";

const self: ActorRef = { address: "a:1", incarnation: "a", counter: 1 };
/** Two query actors of its server. */
export const siblings = [2, 3].map((counter) => ({ ...self, counter }));
/** The sync actor of another server. */
export const other: ActorRef = { address: "b:1", incarnation: "b", counter: 1 };
/** Who is told when a join is over. */
const nobody: ActorRef = { ...self, counter: 9 };
const nothing = messageOf([]);
/** What each message of a query actor says that has merged all that it was sent. */
const written = {
  type: "written",
  ageMs: 0,
  merged: Number.MAX_SAFE_INTEGER,
  isDrained: false,
  hasAccepted: true,
} as const;
/** One message at a time, so that what comes behind it waits, and as long within a server as between two. */
export const limits = withLimits({
  syncMessagesAtOnce: 1,
  syncMessageBytesMax: 1024 * 1024,
  mergeMessageBytesMax: 1024 * 1024,
});

/** The keys of a message, in its order: of one batch, or several. */
export function keysIn(entries: Uint8Array): string[] {
  const keys: string[] = [];
  for (let at = 0; at < entries.length;) {
    const reader = new EntryReader(entries.subarray(at));
    while (reader.next()) keys.push(charsOf(reader.bytes.subarray(reader.keyStart, reader.keyEnd)));
    at += reader.behind;
  }
  return keys;
}

/** An entry as a query actor of this server accepted it. */
export function entryOf(key: string, timestamp: number, value = ""): TextEntry {
  return { key, value, timestamp, sequence: 0, uid: "a:1/a/2" };
}

/** A sync actor on its own, whose messages go nowhere. */
export class Stage {
  nowMs = 0;
  link = {
    host: undefined,
    isUp: true,
    isWrongIncarnation: false,
    isHeard: false,
    epoch: 1,
    told: 0,
    handled: 0,
    silentMs: Infinity,
    roundTripMs: 0,
    roomBytes: limits.linkBytesMax,
    facts: noFacts,
    reset: () => {},
  };
  /** The messages to the other server's sync actor. */
  readonly sent: PeerMessage[] = [];
  /** What the last query actor was told. */
  readonly merges: MergeMessage[] = [];
  /** Which messages of the other server were acknowledged, of those that came. */
  readonly acknowledged: number[] = [];
  /** What was logged. */
  readonly logged: string[] = [];
  #came = 0;
  readonly #actor: SyncActor;
  #puts = 0;
  /** What there is in any part of the state that is asked for. */
  part = nothing;
  /** The part that the first query actor is to read. */
  #read: MergeMessage["read"];

  /**
   * @param queryActors of its server: the first of them is read
   * @param options of the sync actor
   */
  constructor(queryActors: readonly ActorRef[] = siblings, options: SyncActorOptions = {}) {
    const context = {
      limits,
      memory: new MemoryAccount(),
      self,
      now: () => this.nowMs,
      monotonicMs: () => this.nowMs,
      tellAfter: () => () => {},
      watchLink: () => {},
      unlink: () => {},
      hold: () => {
        const number = ++this.#came;
        return () => this.acknowledged.push(number);
      },
      link: () => this.link,
      tell: (ref, message) => {
        if (ref.address === other.address) {
          this.link.told++;
          this.sent.push(message as PeerMessage);
        }
        if (ref === siblings[0]) this.#read = (message as MergeMessage).read ?? this.#read;
        if (ref === queryActors.at(-1)) this.merges.push(message as MergeMessage);
      },
      log: lineLogger((line) => this.logged.push(line)),
    } as Partial<ActorContext> as ActorContext;
    this.#actor = new SyncActor(context, options);
    this.#tell({ type: "start", queryActors, hasState: false });
  }

  /** The keys that the last query actor was told, message by message. */
  get told(): string[][] {
    return this.merges.map(({ entries }) => keysIn(entries));
  }

  /** Id of the last transfer that was requested of the other server. */
  get transferId(): number {
    return Math.max(...this.sent.map(({ wantsState }) => wantsState));
  }

  /** The server joins the other one. */
  join(): void {
    this.#tell({ type: "join", peers: [other], replyTo: nobody });
  }

  /** The first query actor accepted Puts of so many new keys. @returns the message of them. */
  written(count: number, value = "value"): Uint8Array {
    return this.writtenBy(
      0,
      Array.from({ length: count }, () => entryOf(`key${++this.#puts}`, 1, value)),
    );
  }

  /** One of the two accepted these entries. @returns the message of them. */
  writtenBy(sibling: number, entries: readonly TextEntry[]): Uint8Array {
    const message = messageOf(entries);
    const from = siblings[sibling].counter;
    this.#tell({ ...written, entries: message, from });
    return message;
  }

  /** One of the two has merged all messages up to that number. */
  merged(sibling: number, number: number): void {
    const from = siblings[sibling].counter;
    this.#tell({ ...written, merged: number, entries: nothing, from });
  }

  /** Four messages in a row: the first goes on at once, the others are gathered. */
  writtenInRow(): void {
    for (let i = 0; i < 4; i++) this.written(25);
  }

  /** A message comes from the other server's sync actor. */
  heard(entries: readonly TextEntry[] = [], stateDone = 0, wantsState = 0): void {
    const message = { peers: [], wantsState, stateDone };
    this.#tell({ type: "peer", from: other, entries: messageOf(entries), ...message });
  }

  /** The other server has handled all that it was sent. */
  acknowledge(): void {
    this.link.handled = this.link.told;
    this.#tell({ type: "linkChanged" });
  }

  /** The connection to the other server is lost, and there is another one. */
  cut(): void {
    this.link.epoch++;
    this.link.told = this.link.handled = 0;
  }

  /** The keys that it sends again when the connection is lost: those that it keeps for the other. */
  keptKeys(): string[] {
    const before = this.sent.length;
    this.cut();
    this.pass(2);
    return this.sent.slice(before).flatMap(({ entries }) => keysIn(entries));
  }

  /** So many messages of each pair later. */
  pass(turns: number): void {
    for (let i = 0; i < turns; i++) {
      this.nowMs += limits.syncPaceMs;
      this.#tell({ type: "linkChanged" });
      const part = this.#read && { id: this.#read.id, entries: this.part };
      this.#read = undefined;
      const from = siblings[0].counter;
      this.#tell({ ...written, entries: nothing, from, part });
    }
  }

  #tell(message: Parameters<SyncActor["onMessage"]>[0]): void {
    this.#actor.onMessage(message);
    // Among them: its pool holds what waits or is in flight, and no more.
    this.#actor.assertInvariants();
  }
}
