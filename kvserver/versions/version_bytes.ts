/**
 * Versions as they travel between servers, and stand on disk. Actors of one server follow each other, so
 * that its name is written once:
 *
 *     seen     floor (uint, milliseconds since the epoch), then groups, each of them
 *                server (str): HOST:PORT/INCARNATION
 *                count (uint): of actors; of each its number (uint), that of its last write (uint, 0: none),
 *                how many single writes behind that (uint), and their numbers (uints)
 *     claims   groups, each of them
 *                server (str), count (uint); of each the actor's number, the write behind which the claim
 *                begins, and the one with which it ends (uints)
 *
 * @module
 */

import { mismatch, MsgpackReader, MsgpackWriter } from "../../rpc/mod.ts";
import { counterMax, noCounter } from "../entry/entry.ts";
import { isUid, timestampMax } from "../entry/order.ts";
import { WideHash } from "../memory/wide_hash.ts";
import type { Claim } from "./claim.ts";
import { VersionVector } from "./version_vector.ts";

/** What a replica, or a server, has seen. */
export interface Seen {
  readonly vector: VersionVector;
  /** No write of it is as early as a tombstone that it has forgotten. */
  readonly floorMs: number;
}

/** Writes what is copied at once: a buffer of its own would take longer to make than such bytes to write. */
const writer = new MsgpackWriter();

/** The bytes of what was seen. */
export function seenBytes({ vector, floorMs }: Seen): Uint8Array<ArrayBuffer> {
  writer.clear();
  writer.int(floorMs);
  const uids = new Set([...vector].map(([uid]) => uid));
  for (const uid of vector.dots.keys()) uids.add(uid);
  writeGroups(writer, uids, (uid) => uid, (uid) => {
    const dots = vector.dots.get(uid) ?? [];
    writer.int(vector.counter(uid));
    writer.int(vector.dots.get(uid)?.size ?? 0);
    for (const dot of dots) writer.int(dot);
  });
  return writer.written().slice();
}

/** Reads what was seen. @throws {TypeError | MsgpackError} for other bytes. */
export function readSeen(bytes: Uint8Array): Seen {
  const reader = new MsgpackReader(bytes);
  const floorMs = expected(reader.uint(), timestampMax);
  const vector = new VersionVector();
  readGroups(reader, (uid) => {
    vector.add({ uid, counter: expected(reader.uint(), counterMax) });
    for (let left = expected(reader.uint(), reader.end - reader.at); left > 0; left--) {
      vector.addDot({ uid, counter: counterIn(reader) });
    }
  });
  return { vector, floorMs };
}

/** The bytes of claims. */
export function claimBytes(claims: readonly Claim[]): Uint8Array<ArrayBuffer> {
  writer.clear();
  writeGroups(writer, claims, ({ uid }) => uid, ({ from, to }) => {
    writer.int(from);
    writer.int(to);
  });
  return writer.written().slice();
}

/** Reads claims. @throws {TypeError | MsgpackError} for other bytes. */
export function readClaims(bytes: Uint8Array): Claim[] {
  const reader = new MsgpackReader(bytes);
  const claims: Claim[] = [];
  readGroups(reader, (uid) => {
    const from = expected(reader.uint(), counterMax);
    const to = counterIn(reader);
    if (from >= to) throw malformed();
    claims.push({ uid, from, to });
  });
  return claims;
}

/** 8 bytes that stand for what was seen: of the same the same. */
export function seenSum({ vector, floorMs }: Seen): Uint8Array<ArrayBuffer> {
  const lines = Array.from(vector, ([uid, counter]) => `${uid} ${counter}\n`);
  for (const [uid, dots] of vector.dots) lines.push(`${uid} ${[...dots].sort()}\n`);
  lines.sort();
  const bytes = new TextEncoder().encode(lines.join(""));
  const hash = new WideHash();
  hash.begin();
  hash.block(bytes.length, floorMs, floorMs / 0x100000000, 0);
  hash.bytes(bytes, 0, bytes.length);
  hash.end();
  const sum = new DataView(new ArrayBuffer(seenSumBytes));
  sum.setUint32(0, hash.words[0]);
  sum.setUint32(4, hash.words[1]);
  return new Uint8Array(sum.buffer);
}

/** Length of a `seenSum`. */
export const seenSumBytes = 8;

/** An actor's uid: its server's name, and its number there, if that is one that servers give. */
const uidParts = /^(.+)\/([1-9][0-9]{0,8})$/;

/** Actors with numbers that no server gives are left out: nothing of them was ever seen. */
function writeGroups<Item>(
  writer: MsgpackWriter,
  items: Iterable<Item>,
  uidOf: (item: Item) => string,
  write: (item: Item) => void,
): void {
  const groups = new Map<string, { actor: number; item: Item }[]>();
  for (const item of items) {
    const [, server, actor] = uidParts.exec(uidOf(item)) ?? [];
    if (server === undefined) continue;
    const group = groups.get(server);
    const member = { actor: Number(actor), item };
    if (group === undefined) groups.set(server, [member]);
    else group.push(member);
  }
  for (const [server, members] of groups) {
    writer.str(server);
    writer.int(members.length);
    for (const { actor, item } of members) {
      writer.int(actor);
      write(item);
    }
  }
}

/** @param read reads what is said of an actor */
function readGroups(reader: MsgpackReader, read: (uid: string) => void): void {
  while (!reader.atEnd) {
    const server = reader.str();
    if (server === undefined) throw malformed();
    // Each takes two bytes at the least.
    for (let left = expected(reader.uint(), reader.end - reader.at); left > 0; left--) {
      const uid = `${server}/${expected(reader.uint())}`;
      if (!isUid(uid)) throw malformed();
      read(uid);
    }
  }
}

function counterIn(reader: MsgpackReader): number {
  const counter = expected(reader.uint(), counterMax);
  if (counter === noCounter) throw malformed();
  return counter;
}

function expected(value: number, max = Infinity): number {
  if (value === mismatch || value > max) throw malformed();
  return value;
}

function malformed(): TypeError {
  return new TypeError("Cannot read versions: found something else in a message between replicas");
}
