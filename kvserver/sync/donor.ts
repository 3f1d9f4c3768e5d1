import type { ActorContext } from "../../actor/mod.ts";
import { readAheadBytesMax } from "../../limits.ts";
import { EntryReader } from "../entry_reader.ts";
import { type Debt, debtTest } from "./debt.ts";
import type { EntryPool } from "./entry_pool.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { OpenDebt, Peer } from "./peer.ts";
import type { StatePart } from "./sync_messages.ts";

/**
 * Gives peers the state that they are owed: has it read from a replica of this server, part by part,
 * in the order of the keys, while that goes on serving.
 *
 * One part is read at a time, each peer in turn, and none for a peer that has enough waiting.
 */
export class Donor {
  #context: ActorContext;
  #replicas: LocalReplicas;
  #pool: EntryPool;
  /** For whom a part is being read. */
  #reading: { id: number; peer: Peer; open: OpenDebt } | undefined;
  #lastId = 0;

  /** @param pool where the entries are */
  constructor(context: ActorContext, replicas: LocalReplicas, pool: EntryPool) {
    this.#context = context;
    this.#replicas = replicas;
    this.#pool = pool;
  }

  /**
   * Owes a peer state. What is on its way to the replica that it is read from would be missed by the
   * reading, and is owed at once.
   */
  owe(peer: Peer, debt: Debt): void {
    peer.oweState(debt);
    const isOwed = debtTest(debt);
    for (const n of this.#replicas.first.pending.values()) {
      if (isOwed(this.#pool.uidOf(n))) peer.owe(n);
    }
  }

  /**
   * Asks for the next part, unless one is being read.
   *
   * @param peers in the order of their turns
   * @returns whose turn it was: the others come before it now.
   */
  readOn(peers: Iterable<Peer>): Peer | undefined {
    if (this.#reading !== undefined && !this.#reading.peer.isForgotten) return undefined;
    const peer = [...peers].find((peer) => this.#isToRead(peer));
    if (peer === undefined) return undefined;
    if (peer.overflowed) {
      peer.overflowed = false;
      this.owe(peer, { except: [peer.ref.incarnation] });
    }
    const id = ++this.#lastId;
    const open = peer.open!;
    this.#reading = { id, peer, open };
    this.#replicas.first.read = { id, after: open.after, debt: open.debt };
    return peer;
  }

  #isToRead(peer: Peer): boolean {
    return (peer.open !== undefined || peer.overflowed) &&
      peer.pending.bytes < readAheadBytesMax && this.#context.link(peer.ref).isUp;
  }

  /** Takes the part that was asked for. */
  take({ id, entries, after }: StatePart): void {
    if (id !== this.#reading?.id) return;
    const { peer, open } = this.#reading;
    this.#reading = undefined;
    if (!peer.isForgotten) peer.addPart(new EntryReader(entries), after, open);
  }
}
