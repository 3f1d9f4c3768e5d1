import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { Charge } from "../../rpc/mod.ts";
import { incarnationOf } from "../entry/order.ts";
import type { Ticking } from "../messages/ticks.ts";
import type { Claim } from "../versions/claim.ts";
import { VersionVector } from "../versions/version_vector.ts";
import type { EntryPool } from "./entry_pool.ts";
import type { ForwardedBatch } from "./forwarded_batch.ts";
import { LocalReplica } from "./local_replica.ts";

/** The query actors of this server. */
export class LocalReplicas {
  #context: ActorContext;
  #pool: EntryPool;
  #ticks: Ticking;
  #all: readonly LocalReplica[] = [];
  /** What the entries that wait will take on the replicas, because none can refuse them. */
  #promised: Charge;

  /** @param pool holds the entries @param ticks come when something is due */
  constructor(context: ActorContext, pool: EntryPool, ticks: Ticking) {
    this.#ticks = ticks;
    this.#context = context;
    this.#pool = pool;
    this.#promised = new Charge(context.memory);
  }

  /** All query actors, in the order in which they started. */
  get all(): readonly LocalReplica[] {
    return this.#all;
  }

  /** The query actor that stands for its server: persists what others accepted, and is read from. */
  get first(): LocalReplica {
    return this.#all[0];
  }

  /** Whether the server has a single query actor. */
  get isSingle(): boolean {
    return this.#all.length === 1;
  }

  /** Adds all query actors; called once. */
  start(queryActors: readonly ActorRef[]): void {
    const isSingle = queryActors.length === 1;
    this.#all = queryActors.map((ref) =>
      new LocalReplica(this.#context, ref, this.#pool, this.#ticks, isSingle)
    );
  }

  /** Charges what waits for each query actor: the room that entries will take there, and claims. */
  charge(): void {
    this.#promised.set(this.#all.reduce((sum, { chargedBytes }) => sum + chargedBytes, 0));
  }

  /** The query actor with this counter. */
  withCounter(counter: number): LocalReplica {
    return this.#all.find(({ ref }) => ref.counter === counter)!;
  }

  /** Enqueues the entries of a batch that came from another server. */
  enqueueRemote(batch: ForwardedBatch): void {
    // Whoever persists what other servers accepted cannot tell such entries from those of its siblings.
    const { incarnation } = this.#context.self;
    if (batch.uids.some((uid) => incarnationOf(uid) === incarnation)) this.first.persistAll();
    for (const replica of this.#all) replica.enqueueBatch(batch, 0);
  }

  /** Enqueues claims, behind the entries that they cover, for all query actors but the one that makes them. */
  enqueueClaims(claims: readonly Claim[], writer?: LocalReplica): void {
    for (const replica of this.#all) if (replica !== writer) replica.enqueueClaims(claims);
  }

  /** Up to where each query actor has claimed its writes to be passed on. */
  get claimed(): VersionVector {
    return new VersionVector(this.#all.map(({ uid, claimedTo }) => [uid, claimedTo]));
  }

  /** No tombstone that was forgotten elsewhere is later than this. */
  raiseFloor(ms: number): void {
    for (const replica of this.#all) replica.raiseFloor(ms);
  }

  /** Has all query actors but the one that has dropped entries drop them too. */
  drop(removals: readonly Uint8Array[], dropper: LocalReplica): void {
    for (const replica of this.#all) if (replica !== dropper) replica.drop(removals);
  }

  /**
   * Enqueues the entries of a batch for all query actors but the one that accepted them.
   *
   * @param ageMs how long the oldest of them has waited there
   */
  enqueueAccepted(batch: ForwardedBatch, writer: LocalReplica, ageMs: number): void {
    for (const replica of this.#all) {
      if (replica !== writer) replica.enqueueBatch(batch, ageMs);
    }
    writer.removeBatch(batch);
  }

  /** Whether a query actor is to keep what it accepts: more waits for another one than may. */
  holdsBack(writer: LocalReplica): boolean {
    return this.#all.some((replica) => replica !== writer && replica.isFull);
  }

  /** Age of the oldest entry that one of them has not merged. */
  get lagMs(): number {
    return this.#all.reduce((most, { lagMs }) => Math.max(most, lagMs), 0);
  }
}
