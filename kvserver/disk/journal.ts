import type { ActorRef, ActorSystem } from "../../actor/mod.ts";
import { type Logger, reasonOf } from "../../log/mod.ts";
import { decode, MsgpackReader, parseAddress } from "../../rpc/mod.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import type { PeerNote } from "../messages/peer_note.ts";
import { readSeen } from "../versions/version_bytes.ts";
import type { Disk } from "./disk.ts";
import { removalsBatch, seenBatch } from "./log_batch.ts";
import type { DiskPart } from "./disk_messages.ts";
import {
  type FailingMessage,
  isAccepted,
  type JournalMessage,
  type LoadMessage,
  readAccepted,
} from "../messages/journal_messages.ts";

/**
 * Stands between the actors, which do no I/O, and the disk: writes the entries that query actors
 * accepted, and tells each query actor once its entries are on the medium.
 */
export class Journal {
  /** Inbox for accepted entries (from query actors) and new peers (from the sync actor). */
  readonly ref: ActorRef;
  /** Called with the system port's address of each server that the sync actor came to know. */
  onPeer: (address: string) => void = () => {};
  /** Called with the system port's address of each server that the sync actor is to know no more. */
  onForgotten: (address: string) => void = () => {};
  /** Called with the reason when the disk refuses to be written, with `undefined` when it no longer does. */
  onFailing: (reason: string | undefined) => void = () => {};
  #system: ActorSystem;
  #disk: Disk;
  #queryActors: readonly ActorRef[] = [];
  /** By counter of a query actor: the number of its last message. */
  #received = new Map<number, number>();
  #reader = new MsgpackReader(new Uint8Array());

  /** @param log takes a line for each message that is malformed */
  constructor(system: ActorSystem, disk: Disk, log: Logger) {
    this.#system = system;
    this.#disk = disk;
    this.ref = system.openInbox((bytes, start, end) => {
      try {
        if (isAccepted(bytes[start])) this.#write(bytes, start, end);
        else this.#notePeer(decode(bytes, start, end) as PeerNote);
      } catch (error) {
        log.error("The journal ignored a message: {reason}", { reason: reasonOf(error) });
      }
    }).ref;
    disk.onFailing = (reason) => {
      const message: FailingMessage = { type: "failing" };
      if (reason !== undefined) message.reason = reason;
      for (const queryActor of this.#queryActors) this.#system.tell(queryActor, message);
      this.onFailing(reason);
    };
  }

  /** Names the query actors of the server. To be called once, before `load` and `flush`. */
  serve(queryActors: readonly ActorRef[]): void {
    this.#queryActors = queryActors;
    for (const { counter } of queryActors) this.#received.set(counter, 0);
  }

  /** Has every query actor merge what is on disk, one part after the other. */
  async load(parts: AsyncIterable<DiskPart>): Promise<void> {
    let isExpecting = false;
    for await (const { kind, bytes, expected } of parts) {
      const part: Partial<LoadMessage> = kind === "seen" ? { seen: bytes } : { entries: bytes };
      if (expected !== undefined) part.expected = expected;
      isExpecting ||= expected !== undefined;
      await this.#askAll({}, (replyTo) => ({ type: "load", ...part, replyTo }));
    }
    if (isExpecting) await this.#askAll({}, (replyTo) => ({ type: "load", expected: 0, replyTo }));
  }

  /** Resolves with `true` once every accepted entry is on disk, with `false` when `timeoutMs` are over. */
  async flush(timeoutMs: number): Promise<boolean> {
    try {
      await this.#askAll({ timeoutMs }, (replyTo) => ({ type: "flush", replyTo }));
      return true;
    } catch {
      return false;
    }
  }

  /** How many accepted entries are not on disk; `undefined` when a query actor does not say within `timeoutMs`. */
  async unwritten(timeoutMs: number): Promise<number | undefined> {
    try {
      const counts = await this.#askAll(
        { timeoutMs },
        (replyTo) => ({ type: "countUnwritten", replyTo }),
      );
      return counts.reduce<number>((sum, count) => sum + Number(count), 0);
    } catch {
      return undefined;
    }
  }

  /**
   * Writes entries as they came, because entries on disk have the form of those in a message. They are
   * read once before, so that nothing is written that a reader of the disk would refuse.
   */
  #write(bytes: Uint8Array, start: number, end: number): void {
    this.#reader.reset(bytes, start, end);
    const { actor, message, removals, entries, seen } = readAccepted(this.#reader);
    const before = this.#received.get(actor);
    if (before === undefined) {
      throw new TypeError(`actor ${actor} is no query actor of this server`);
    }
    if (message !== before + 1) {
      throw new TypeError(`actor ${actor} sent message ${message} after ${before}`);
    }
    // What is gone was written before these entries, and what is seen is seen with them.
    const batches: Uint8Array<ArrayBuffer>[] = [];
    if (removals.length > 0) batches.push(removalsBatch(expectEntries(removals)));
    if (entries.length > 0) batches.push(expectEntries(entries).slice());
    if (seen.length > 0) batches.push(seenBatch(expectSeen(seen)));
    this.#received.set(actor, message);
    const { address, incarnation } = this.#system;
    this.#disk.write(batches, () => {
      const onDisk: JournalMessage = { type: "onDisk", message };
      this.#system.tell({ address, incarnation, counter: actor }, onDisk);
    });
  }

  #notePeer(note: PeerNote): void {
    if (note.type === "peersAway") return this.#disk.noteAway(note.away);
    const { address } = note;
    if (typeof address !== "string" || !isAddress(address)) {
      throw new TypeError("a peer has no address");
    }
    if (note.type === "peerForgotten") {
      this.#disk.forgetPeer({ address, incarnations: note.incarnations });
      return this.onForgotten(address);
    }
    this.#disk.rememberPeer(address);
    this.onPeer(address);
  }

  /** Resolves with the replies of all query actors. */
  async #askAll(
    options: { timeoutMs?: number },
    messageTo: (replyTo: ActorRef) => JournalMessage,
  ): Promise<unknown[]> {
    return await Promise.all(this.#queryActors.map((queryActor) => {
      const { ref, response } = this.#system.newChannelRef(options);
      this.#system.tell(queryActor, messageTo(ref));
      return response;
    }));
  }
}

/** @throws {TypeError | MsgpackError} when these are no entries. */
function expectEntries(bytes: Uint8Array): Uint8Array {
  for (const entry = new EntryReader(bytes); entry.next(););
  return bytes;
}

/** @throws {TypeError | MsgpackError} when that is nothing that was seen. */
function expectSeen(bytes: Uint8Array): Uint8Array {
  readSeen(bytes);
  return bytes;
}

function isAddress(text: string): boolean {
  try {
    parseAddress(text);
    return true;
  } catch {
    return false;
  }
}
