import type { ActorRef, ActorSystem } from "../../actor/mod.ts";
import { decode, MsgpackReader } from "../../rpc/mod.ts";
import type { PeerNote } from "../messages/peer_note.ts";
import type { Disk } from "./disk.ts";
import {
  type FailingMessage,
  isAccepted,
  type JournalMessage,
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
  /** Called with the reason when the disk refuses to be written, with `undefined` when it no longer does. */
  onFailing: (reason: string | undefined) => void = () => {};
  #system: ActorSystem;
  #disk: Disk;
  #queryActors: readonly ActorRef[] = [];
  #reader = new MsgpackReader(new Uint8Array());

  constructor(system: ActorSystem, disk: Disk) {
    this.#system = system;
    this.#disk = disk;
    this.ref = system.openInbox((bytes, start, end) => {
      if (isAccepted(bytes[start])) this.#write(bytes, start, end);
      else this.#notePeer(decode(bytes, start, end) as PeerNote);
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
  }

  /** Has every query actor merge what is on disk, one part after the other. */
  async load(parts: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const entries of parts) {
      await this.#askAll({}, (replyTo) => ({ type: "load", entries, replyTo }));
    }
  }

  /** Resolves once every accepted entry is on disk, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    const asked = this.#askAll({ timeoutMs }, (replyTo) => ({ type: "flush", replyTo }));
    await asked.catch(() => {});
  }

  #write(bytes: Uint8Array, start: number, end: number): void {
    this.#reader.reset(bytes, start, end);
    const { actor, message, entries } = readAccepted(this.#reader);
    const { address, incarnation } = this.#system;
    this.#disk.write(entries.slice(), () => {
      const onDisk: JournalMessage = { type: "onDisk", message };
      this.#system.tell({ address, incarnation, counter: actor }, onDisk);
    });
  }

  #notePeer({ address }: PeerNote): void {
    this.#disk.rememberPeer(address);
    this.onPeer(address);
  }

  /** Resolves when every query actor has replied. */
  async #askAll(
    options: { timeoutMs?: number },
    messageTo: (replyTo: ActorRef) => JournalMessage,
  ): Promise<void> {
    await Promise.all(this.#queryActors.map((queryActor) => {
      const { ref, response } = this.#system.newChannelRef(options);
      this.#system.tell(queryActor, messageTo(ref));
      return response;
    }));
  }
}
