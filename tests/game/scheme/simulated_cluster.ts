/**
 * Replicas of a last-writer-wins store that sync late, in any order, lose calls and die, all from
 * one random source: what the game's state scheme has to live with.
 *
 * @module
 */

import type { Dice } from "../../../app/game/world/dice.ts";
import { type GameStore, StoreFailure } from "../../../app/game/state/store.ts";

/** A server tells the others what it took within so long, unless it dies first. */
const syncBoundMs = 2_000;

/** Made once: most of what an error costs is its stack. */
const noAnswer = new StoreFailure("the replica does not answer");

interface Entry {
  readonly value: string;
  readonly timestamp: number;
  readonly sequence: number;
  readonly replica: number;
  /** When the first replica took it. */
  readonly takenMs: number;
}

interface Replica {
  alive: boolean;
  /** How often it has started again. */
  life: number;
  readonly skewMs: number;
  /** By the first part of the key, then by key. */
  readonly tables: Map<string, Map<string, Entry>>;
}

interface Delivery {
  readonly to: number;
  readonly key: string;
  readonly entry: Entry;
}

interface Call {
  readonly client: SimulatedClient;
  /** Where it was sent. */
  readonly replica: number;
  readonly address: string;
  readonly run: (replica: number) => unknown;
  /** Whether the call changes anything, and may do so late. */
  readonly writes: boolean;
  readonly resolve: (result: unknown) => void;
  readonly reject: (failure: StoreFailure) => void;
}

/** The replicas, and all that is on its way. */
export class SimulatedCluster {
  nowMs = 1_000_000;
  readonly replicas: Replica[];
  readonly clients: SimulatedClient[] = [];
  readonly calls: Call[] = [];
  readonly #dice: Dice;
  #faultPercent: number;
  readonly #deliveries: Delivery[] = [];
  /** Writes whose clients have given them up, and that may be applied yet. */
  readonly #stray: (() => void)[] = [];

  constructor(dice: Dice, replicaCount: number, faultPercent: number) {
    this.#dice = dice;
    this.#faultPercent = faultPercent;
    this.replicas = Array.from({ length: replicaCount }, () => ({
      alive: true,
      life: 0,
      skewMs: dice.whole(-300, 300),
      tables: new Map(),
    }));
  }

  /**
   * One thing happens: time passes, an entry or a stray write arrives, a client goes elsewhere (for
   * something else that it asked has failed), a server fails.
   */
  step(): void {
    const event = this.#dice.whole(1, 100);
    if (event <= 29) this.nowMs += this.#dice.whole(0, 400);
    else if (event <= 30) this.nowMs += this.#dice.whole(0, 10_000);
    else if (event <= 90) this.#deliver(take(this.#deliveries, this.#dice));
    else if (event <= 98) take(this.#stray, this.#dice)?.();
    else if (event <= 99) this.#moveSomeone();
    else if (this.#dice.whole(1, 100) <= this.#faultPercent * 8) this.#fail();
  }

  /** Answers one call: mostly as asked, sometimes with a fault, and always so at a server that has failed since. */
  answer(): void {
    const call = take(this.calls, this.#dice)!;
    const { client, run, writes, replica } = call;
    const faulty = this.#dice.whole(1, 100) <= this.#faultPercent ||
      this.addressOf(replica) !== call.address;
    if (this.replicas[replica].alive && !faulty) return call.resolve(run(replica));
    if (this.replicas[replica].alive && writes) {
      const fate = this.#dice.whole(1, 3);
      if (fate === 1) run(replica);
      if (fate === 2) this.#stray.push(() => run(replica));
    }
    // A failure where the client is no more changes nothing.
    if (client.replica === replica) client.goTo(this.#someAlive());
    call.reject(noAnswer);
  }

  /** From now on nothing breaks; what was given up either arrives or is gone. */
  calm(): void {
    this.#faultPercent = 0;
    while (this.#stray.length > 0) {
      const write = take(this.#stray, this.#dice)!;
      if (this.#dice.whole(0, 1) === 1) write();
    }
  }

  /** Every replica that lives learns what any of them has. */
  converge(): void {
    for (const { alive, tables } of this.replicas) {
      if (!alive) continue;
      for (const table of tables.values()) {
        for (const [key, entry] of table) {
          for (let to = 0; to < this.replicas.length; to++) this.#deliver({ to, key, entry });
        }
      }
    }
  }

  /** Names the replica in its present life. */
  addressOf(replica: number): string {
    return `replica ${replica}, life ${this.replicas[replica].life}`;
  }

  get(replica: number, key: string): string | undefined {
    return this.#table(replica, key).get(key)?.value;
  }

  put(replica: number, key: string, value: string): void {
    if (!this.replicas[replica].alive) return;
    const now = this.nowMs + this.replicas[replica].skewMs;
    const held = this.#table(replica, key).get(key);
    const order = held === undefined || now > held.timestamp
      ? { timestamp: now, sequence: 0 }
      : { timestamp: held.timestamp, sequence: held.sequence + 1 };
    const entry = { value, ...order, replica, takenMs: this.nowMs };
    this.#table(replica, key).set(key, entry);
    for (let to = 0; to < this.replicas.length; to++) {
      if (to !== replica) this.#deliveries.push({ to, key, entry });
    }
  }

  list(replica: number, prefix: string): Map<string, string> {
    const found = new Map<string, string>();
    for (const [key, { value }] of this.#table(replica, prefix)) {
      if (key.startsWith(prefix)) found.set(key, value);
    }
    return found;
  }

  #table(replica: number, key: string): Map<string, Entry> {
    const { tables } = this.replicas[replica];
    const name = key.slice(0, key.indexOf("/"));
    let table = tables.get(name);
    if (table === undefined) tables.set(name, table = new Map());
    return table;
  }

  #deliver(delivery: Delivery | undefined): void {
    if (delivery === undefined || !this.replicas[delivery.to].alive) return;
    const { to, key, entry } = delivery;
    const held = this.#table(to, key).get(key);
    if (held === undefined || compareEntries(entry, held) > 0) this.#table(to, key).set(key, entry);
  }

  /**
   * A server dies or starts again, and forgets what it took too lately to have told any other.
   *
   * What one other has been told, that one passes on.
   */
  #fail(): void {
    const failed = this.#someAlive();
    const others = this.replicas.filter((replica) => replica.alive).length - 1;
    if (others === 0) return;
    this.replicas[failed].alive = false;
    const forgotten = new Set<Entry>();
    for (const delivery of this.#deliveries.filter(({ entry }) => entry.replica === failed)) {
      this.#deliveries.splice(this.#deliveries.indexOf(delivery), 1);
      const { key, entry } = delivery;
      const old = this.nowMs - entry.takenMs >= syncBoundMs;
      const told = this.replicas.some(({ alive }, at) => alive && this.#holds(at, key, entry));
      if (old || told) this.#deliver(delivery);
      else forgotten.add(entry);
    }
    // It may take its clients a while to notice.
    this.nowMs += this.#dice.whole(0, 10_000);
    if (this.#dice.whole(0, 1) === 0) return;
    this.replicas[failed].alive = true;
    this.replicas[failed].life++;
    for (const table of this.replicas[failed].tables.values()) {
      for (const [key, entry] of table) if (forgotten.has(entry)) table.delete(key);
    }
  }

  #moveSomeone(): void {
    if (this.#dice.whole(1, 100) > this.#faultPercent * 8) return;
    this.clients[this.#dice.whole(0, this.clients.length - 1)].replica = this.#someAlive();
  }

  #holds(replica: number, key: string, entry: Entry): boolean {
    const held = this.#table(replica, key).get(key);
    return held !== undefined && compareEntries(held, entry) >= 0;
  }

  #someAlive(): number {
    const alive = this.replicas.flatMap((replica, index) => replica.alive ? [index] : []);
    return alive[this.#dice.whole(0, alive.length - 1)];
  }
}

/** A client that stays with one replica until a call fails. */
export class SimulatedClient implements GameStore {
  readonly #cluster: SimulatedCluster;
  replica: number;
  /** How often it has gone on at another replica, or at another life of one. */
  moves = 0;

  constructor(cluster: SimulatedCluster, replica: number) {
    this.#cluster = cluster;
    this.replica = replica;
    cluster.clients.push(this);
  }

  goTo(replica: number): void {
    this.replica = replica;
    this.moves++;
  }

  address(): string {
    return this.#cluster.addressOf(this.replica);
  }

  server(): string {
    return `replica ${this.replica}`;
  }

  get(key: string): Promise<string | undefined> {
    return this.#call(false, (replica) => this.#cluster.get(replica, key));
  }

  put(key: string, value: string): Promise<void> {
    return this.#call(true, (replica) => this.#cluster.put(replica, key, value));
  }

  list(prefix: string): Promise<Map<string, string>> {
    return this.#call(false, (replica) => this.#cluster.list(replica, prefix));
  }

  #call<T>(writes: boolean, run: (replica: number) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = resolve as (result: unknown) => void;
      const { replica } = this;
      const address = this.address();
      const call = { client: this, replica, address, run, writes, resolve: settle, reject };
      this.#cluster.calls.push(call);
    });
  }
}

/** Takes an element at random out of `from`. */
function take<T>(from: T[], dice: Dice): T | undefined {
  if (from.length === 0) return undefined;
  const index = dice.whole(0, from.length - 1);
  const taken = from[index];
  const last = from.pop()!;
  if (index < from.length) from[index] = last;
  return taken;
}

function compareEntries(a: Entry, b: Entry): number {
  return a.timestamp - b.timestamp || a.sequence - b.sequence || a.replica - b.replica;
}
