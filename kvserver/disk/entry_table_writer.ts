import type { DatabaseSync, StatementSync } from "node:sqlite";
import { EntryChecksums } from "../entry/checksum.ts";
import { isLater } from "../entry/order.ts";
import type { Store } from "../store/mod.ts";
import { readManifest, updateManifest } from "./manifest.ts";

/** Merges entries into the table of entries, and keeps the manifest true. */
export class EntryTableWriter {
  #database: DatabaseSync;
  #held: StatementSync;
  #replace: StatementSync;
  #delete: StatementSync;
  #insertActor: StatementSync;
  #actorNumber: StatementSync;
  #checksums = new EntryChecksums();
  /** Numbers of actors, by uid. */
  #actors = new Map<string, number>();
  /** What the transaction under way adds to the manifest. */
  #added = 0;
  #checksum = 0;

  /** @param database has the tables of the present format */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#held = database.prepare(`
      SELECT timestamp, sequence, checksum, (SELECT uid FROM actor WHERE number = actor) AS uid
      FROM entry WHERE key = ?
    `);
    this.#replace = database.prepare(
      "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#delete = database.prepare("DELETE FROM entry WHERE key = ?");
    this.#insertActor = database.prepare("INSERT OR IGNORE INTO actor (uid) VALUES (?)");
    this.#actorNumber = database.prepare("SELECT number FROM actor WHERE uid = ?");
  }

  /** Runs `write`, which calls `put` and `remove`, in a transaction that is under way. */
  within(write: () => void): void {
    this.#added = this.#checksum = 0;
    write();
    const manifest = readManifest(this.#database);
    manifest.entries += this.#added;
    manifest.checksum = (manifest.checksum ^ this.#checksum) >>> 0;
    updateManifest(this.#database, manifest);
  }

  /** To be called when the transaction was rolled back: with it, the actors that it numbered. */
  rolledBack(): void {
    this.#actors.clear();
  }

  /** Merges an entry of `store`, by the merge rule of the replicas. */
  put(store: Store, n: number): void {
    const key = store.keyOf(n);
    const held = this.#held.get(key) as unknown as HeldRow | undefined;
    const uid = store.uidOf(n);
    const order = { timestamp: store.timestampOf(n), sequence: store.sequenceOf(n), uid };
    if (!isLater(order, held)) return;
    const checksum = this.#checksums.of(store, n);
    this.#replace.run(
      key,
      store.valueOf(n),
      order.timestamp,
      order.sequence,
      this.#numberOf(uid),
      checksum,
      store.counterOf(n) || null,
      store.expiresAtOf(n) || null,
      store.isBin(n) ? 1 : null,
    );
    if (held === undefined) this.#added++;
    this.#checksum ^= checksum ^ (held?.checksum ?? 0);
  }

  /** Removes the row of an entry of `store`, unless it is later than that. */
  remove(store: Store, n: number): void {
    const key = store.keyOf(n);
    const held = this.#held.get(key) as unknown as HeldRow | undefined;
    if (held === undefined) return;
    const timestamp = store.timestampOf(n);
    const sequence = store.sequenceOf(n);
    if (isLater(held, { timestamp, sequence, uid: store.uidOf(n) })) return;
    this.#delete.run(key);
    this.#added--;
    this.#checksum ^= held.checksum;
  }

  #numberOf(uid: string): number {
    let number = this.#actors.get(uid);
    if (number === undefined) {
      this.#insertActor.run(uid);
      ({ number } = this.#actorNumber.get(uid) as { number: number });
      this.#actors.set(uid, number);
    }
    return number;
  }
}

interface HeldRow {
  timestamp: number;
  sequence: number;
  uid: string;
  checksum: number;
}
