import type { ActorRef, ActorSystem } from "../../actor/mod.ts";
import { decode, MsgpackReader } from "../../rpc/mod.ts";
import type { PeerNote } from "../messages/peer_note.ts";
import type { Disk } from "./disk.ts";
import { type FailingMessage, isTook, type JournalMessage, readTook } from "./journal_messages.ts";

/**
 * Stands between the actors, who do no I/O, and the disk: carries there what query actors took, and
 * tells them when it is there.
 */
export class Journal {
  /** Where query actors tell what they took, and the sync actor whom it came to know. */
  readonly ref: ActorRef;
  /** Told of each other server that came to be known, by its system port's address. */
  onPeer: (address: string) => void = () => {};
  /** Told why the disk refuses to be written, and with `undefined` that it no longer does. */
  onFailing: (reason: string | undefined) => void = () => {};
  #system: ActorSystem;
  #disk: Disk;
  #queryActors: readonly ActorRef[] = [];
  #reader = new MsgpackReader(new Uint8Array());

  constructor(system: ActorSystem, disk: Disk) {
    this.#system = system;
    this.#disk = disk;
    this.ref = system.openInbox((bytes, start, end) => {
      if (isTook(bytes[start])) this.#write(bytes, start, end);
      else this.#notePeer(decode(bytes, start, end) as PeerNote);
    }).ref;
    disk.onFailing = (reason) => {
      const message: FailingMessage = { type: "failing" };
      if (reason !== undefined) message.reason = reason;
      for (const queryActor of this.#queryActors) this.#system.tell(queryActor, message);
      this.onFailing(reason);
    };
  }

  /** Serves these; to be called once, before they are asked anything. */
  serve(queryActors: readonly ActorRef[]): void {
    this.#queryActors = queryActors;
  }

  /** Gives every replica what is on disk, a part after the other. */
  async load(parts: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const entries of parts) {
      await this.#askAll({}, (replyTo) => ({ type: "load", entries, replyTo }));
    }
  }

  /** Resolves when all that was taken is on disk, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    const asked = this.#askAll({ timeoutMs }, (replyTo) => ({ type: "flush", replyTo }));
    await asked.catch(() => {});
  }

  #write(bytes: Uint8Array, start: number, end: number): void {
    this.#reader.reset(bytes, start, end);
    const { actor, message, entries } = readTook(this.#reader);
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
