import type { Claim } from "../../kvserver/versions/claim.ts";
import { Claims } from "../../kvserver/versions/claims.ts";
import { survivor } from "../../kvserver/versions/return_rule.ts";
import { SeenWrites } from "../../kvserver/versions/seen_writes.ts";
import { StableVector } from "../../kvserver/versions/stable_vector.ts";
import { type Dot, VersionVector } from "../../kvserver/versions/version_vector.ts";
import { assert, assertEquals } from "../deps.ts";
import type { Prng } from "../../simulate/world/prng.ts";

/** A write of a key. */
export interface Write extends Dot {
  readonly key: string;
  readonly stamp: number;
  readonly isDelete: boolean;
  /** The writes of the key that its writer had seen. */
  readonly replaced: readonly Write[];
}

/** What a member still has to send to another one: its own writes, each key once. */
interface Queue {
  keys: string[];
  claims: Claims;
  /** Up to where the member's writes were claimed to the other one, or to somebody who told it. */
  claimed: number;
  /** A message on its way: its writes, and the claims behind them. */
  message?: { writes: Write[]; claims: Claim[] };
}

function isLater(a: Write, b: Write): boolean {
  return a.stamp > b.stamp || (a.stamp === b.stamp && a.uid > b.uid);
}

/** A member of a cluster as simple as can be: one replica, and a queue for each other member. */
export class Member {
  readonly name: string;
  readonly held = new Map<string, Write>();
  readonly stable = new StableVector();
  readonly writes = new SeenWrites();
  readonly queues = new Map<Member, Queue>();
  /** No write is as early as a tombstone that was forgotten here. */
  floor = 0;
  #counter = 0;
  #claimsMax: number;

  /** @param claimsMax how many claims may wait for another member */
  constructor(name: string, claimsMax: number) {
    this.name = name;
    this.#claimsMax = claimsMax;
  }

  /** Knows another member from now on. */
  know(other: Member): void {
    this.stable.know(other.name);
    if (this.queues.has(other)) return;
    // What was written before it is not sent: comparing finds it.
    const claims = new Claims(this.#claimsMax);
    this.queues.set(other, { keys: [], claims, claimed: this.#counter });
  }

  forget(other: Member): void {
    this.stable.forget(other.name);
    this.queues.delete(other);
  }

  get seen(): VersionVector {
    return this.writes.vector;
  }

  knows(other: Member): boolean {
    return this.queues.has(other);
  }

  write(key: string, clock: number, isDelete: boolean, past: readonly Write[]): Write {
    const held = this.held.get(key);
    const replaced = past.filter((write) => write.key === key && this.seen.has(write));
    const stamp = Math.max(clock, this.floor + 1, held === undefined ? 0 : held.stamp + 1);
    const write = { key, stamp, isDelete, replaced, uid: this.name, counter: ++this.#counter };
    this.held.set(key, write);
    this.writes.add(write.uid, write.counter);
    for (const queue of this.queues.values()) {
      if (!queue.keys.includes(key)) {
        queue.keys.push(key);
        queue.claims.pushed();
      }
      queue.claims.add({ uid: this.name, from: queue.claimed, to: write.counter });
      queue.claimed = write.counter;
    }
    return write;
  }

  merge(write: Write): void {
    if (this.seen.has(write)) return;
    const held = this.held.get(write.key);
    if (held === undefined || isLater(write, held)) this.held.set(write.key, write);
  }

  /** Sends up to `count` writes, and the claims behind them. */
  send(other: Member, count: number): void {
    const queue = this.queues.get(other)!;
    if (queue.message !== undefined) return;
    const writes: Write[] = [];
    for (const key of queue.keys.splice(0, count)) {
      queue.claims.left();
      const held = this.held.get(key);
      // What was replaced by another one's write is on its way from there.
      if (held?.uid === this.name) writes.push(held);
    }
    queue.message = { writes, claims: queue.claims.take() };
  }

  /** The message to another member arrives, or is lost. */
  arrive(other: Member, isLost: boolean): void {
    const queue = this.queues.get(other)!;
    const { message } = queue;
    if (message === undefined) return;
    queue.message = undefined;
    if (isLost || !other.knows(this)) {
      for (const { key } of message.writes) {
        if (queue.keys.includes(key)) continue;
        queue.keys.push(key);
        queue.claims.pushed();
      }
      queue.claims.putBack(message.claims);
      return;
    }
    for (const write of message.writes) other.merge(write);
    for (const claim of message.claims) other.writes.take(claim);
  }

  /** Forgets the tombstones that all known members have seen. */
  collect(): void {
    const { vector } = this.stable;
    for (const [key, write] of this.held) {
      if (!write.isDelete || this.queues.size > 0 && !vector.has(write)) continue;
      this.held.delete(key);
      this.floor = Math.max(this.floor, write.stamp);
    }
  }
}

/** Two members compare all that they hold, and know each other. */
export function compare(a: Member, b: Member): void {
  a.know(b);
  b.know(a);
  const [seenByA, seenByB] = [new VersionVector(a.seen), new VersionVector(b.seen)];
  for (const key of new Set([...a.held.keys(), ...b.held.keys()])) {
    const write = survivor(a.held.get(key), b.held.get(key), seenByA, seenByB, isLater);
    for (const member of [a, b]) {
      if (write === undefined) member.held.delete(key);
      else member.held.set(key, write);
    }
  }
  for (const [uid, counter] of seenByB) a.writes.add(uid, counter);
  for (const [uid, counter] of seenByA) b.writes.add(uid, counter);
  a.floor = b.floor = Math.max(a.floor, b.floor);
  a.stable.told(b.name, b.seen);
  b.stable.told(a.name, a.seen);
}

/**
 * Lets members write, send, lose messages, collect tombstones, forget each other and compare, at random.
 *
 * @throws {Error} when they differ at the end, something deleted is back, or something put is lost.
 */
export function simulateMembers(random: Prng): void {
  // Where claims are left out, comparing finds what they covered.
  const leavesOut = random.below(4) === 0;
  const members = ["a", "b", "c"].map((name) => new Member(name, leavesOut ? 1 : Infinity));
  for (const member of members) {
    for (const other of members) if (other !== member) member.know(other);
  }
  const writes: Write[] = [];
  const keys = ["k", "l", "m"];
  const canForget = random.below(2) === 0;
  for (let i = 0; i < 200; i++) {
    const member = members[random.below(3)];
    const other = members[(members.indexOf(member) + 1 + random.below(2)) % 3];
    const step = random.below(20);
    const areFriends = member.knows(other) && other.knows(member);
    if (step < 4) {
      const key = keys[random.below(keys.length)];
      // Clocks are off by more than the writes are apart.
      writes.push(member.write(key, random.below(i + 10), random.below(2) === 0, writes));
    } else if (step < 8 && areFriends) member.send(other, random.below(3));
    else if (step < 12 && member.knows(other)) member.arrive(other, random.below(4) === 0);
    else if (step < 14 && areFriends) member.stable.told(other.name, other.seen);
    else if (step < 18) member.collect();
    else if (step < 19) compare(member, other);
    else if (canForget && random.below(3) === 0) member.forget(other);
  }
  quiesce(members, canForget || leavesOut);
  for (const key of keys) {
    const ofKey = writes.filter((write) => write.key === key);
    const shown = members.map((member) => shownBy(member, key));
    assertEquals(shown[1], shown[0], "members are equal");
    assertEquals(shown[2], shown[0], "members are equal");
    const isBack = ofKey.some(({ replaced }) => replaced.includes(shown[0]!));
    assert(!isBack, "nothing is back that was deleted by one who had seen it");
    const last = ofKey.reduce<Write | undefined>(
      (last, write) => last === undefined || isLater(write, last) ? write : last,
      undefined,
    );
    if (last?.isDelete === false) assert(shown[0] === last, "the last Put is shown");
  }
  for (const member of members) {
    const tombstones = [...member.held.values()].filter(({ isDelete }) => isDelete);
    assertEquals(tombstones.length, 0, "no tombstones are left when all have seen them");
  }
}

/** All that waits arrives, all compare, if that is needed, and what may be forgotten is. */
function quiesce(members: readonly Member[], needsComparing: boolean): void {
  for (let round = 0; round < (needsComparing ? 2 : 1); round++) {
    for (const member of members) {
      for (const other of members) {
        if (member !== other && round === 1) compare(member, other);
        if (!member.knows(other) || !other.knows(member)) continue;
        for (let i = 0; i < 2; i++) {
          member.arrive(other, false);
          member.send(other, Infinity);
        }
        member.arrive(other, false);
      }
    }
  }
  for (const member of members) {
    for (const other of members) if (member !== other) member.stable.told(other.name, other.seen);
  }
  for (const member of members) member.collect();
}

function shownBy(member: Member, key: string): Write | undefined {
  const write = member.held.get(key);
  return write?.isDelete ? undefined : write;
}
