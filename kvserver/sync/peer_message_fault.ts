import {
  type ActorRef,
  isDialable,
  isIncarnation,
  type Marshalled,
  type SystemId,
} from "../../actor/mod.ts";
import { type Limits, wireLimits } from "../../limits.ts";
import {
  type Clock,
  decode,
  encode,
  isUtf8,
  type Limited,
  mismatch,
  MsgpackError,
  MsgpackReader,
} from "../../rpc/mod.ts";
import { noValue } from "../entry/entry.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { EntrySpelling } from "../entry/entry_spelling.ts";
import { timeFault, uidFault } from "../entry/order.ts";
import { readRangeMessage } from "../reconcile/mod.ts";
import { readClaims, readSeen, seenSumBytes } from "../versions/version_bytes.ts";
import type { PeerMessage } from "./peer_message.ts";

/**
 * Checks a message that came from another server, whole, before any of it changes anything: what passes
 * is handled without a fault, and every entry of it can be kept, passed on, written and read again.
 *
 * @param from the system that was greeted, and that sent it
 * @param edges this server's clock, and how far the sender's may be ahead of it
 * @returns what is wrong with the message, in words without anything of its own but numbers; `undefined`
 * when nothing is.
 */
export function peerMessageFault(
  { bytes, start, end }: Marshalled,
  from: SystemId,
  edges: Pick<Clock, "now"> & Limited,
): string | undefined {
  try {
    // Before anything is made of it, because a byte may become an object of a hundred.
    const beside = bytesBesideEntries(new MsgpackReader(bytes, start, end));
    const { besideEntriesBytesMax } = edges.limits;
    if (beside > besideEntriesBytesMax) {
      return `it has ${beside} bytes beside its entries: allowed are ${besideEntriesBytesMax}`;
    }
    const message = decode(bytes, start, end);
    return messageFault(message, from, edges) ??
      entriesFault((message as PeerMessage).entries, edges.now(), edges.limits);
  } catch (error) {
    if (error instanceof MsgpackError || error instanceof TypeError) return error.message;
    throw error;
  }
}

/** The bytes of a message but for its entries and ranges, which stay as they are when it is decoded. */
function bytesBesideEntries(reader: MsgpackReader): number {
  let beside = reader.end - reader.at;
  const count = reader.mapHeader();
  for (let i = 0; i < (count === mismatch ? 0 : count); i++) {
    const start = reader.at;
    reader.skip();
    const bytes = namesOfBytes.some((name) => isName(name, reader, start))
      ? reader.binHeader()
      : mismatch;
    if (bytes === mismatch) reader.skip();
    else {
      beside -= bytes;
      reader.at += bytes;
    }
  }
  return beside;
}

/** Whether a key of a map, `bytes[start..at)`, is a name as servers write it. */
function isName(name: Uint8Array, { bytes, at }: MsgpackReader, start: number): boolean {
  return at - start === name.length && name.every((byte, i) => bytes[start + i] === byte);
}

const namesOfVersions = ["claims", "seen", "replicaSeen"] as const;
const namesOfBytes = ["entries", "ranges", ...namesOfVersions].map((name) => encode(name));

/** What is wrong with all of it but the entries. */
function messageFault(
  message: unknown,
  from: SystemId,
  edges: Pick<Clock, "now"> & Limited,
): string | undefined {
  const { limits } = edges;
  if (!isRecord(message) || message.type !== "peer") return "it is no message between sync actors";
  if ("batch" in message) return "it is of version 0.1.0, with which this one does not sync";
  const { from: sender, entries, peers, wantsState, stateDone, stateSize } = message;
  const { awaits = [], forgotten = [], kept = [] } = message;
  if (!isRef(sender)) return "its sender is no actor";
  if (sender.address !== from.address || sender.incarnation !== from.incarnation) {
    return "it is sent in another server's name";
  }
  for (const named of [peers, kept]) {
    if (!Array.isArray(named) || !named.every(isRef)) return "it names what is no actor";
    if (named.length > limits.peersMax) {
      return `it names ${named.length} servers: allowed are ${limits.peersMax}`;
    }
  }
  if (!Array.isArray(awaits) || !awaits.every(isRef)) return "it awaits what is no actor";
  if (awaits.length > limits.awaitedServersMax) {
    return `it awaits ${awaits.length} servers: allowed are ${limits.awaitedServersMax}`;
  }
  if (!Array.isArray(forgotten) || !forgotten.every((it) => isForgotten(it, limits))) {
    return "it forgets what is no server";
  }
  if (forgotten.length > limits.forgottenServersMax) {
    return `it forgets ${forgotten.length} servers: allowed are ${limits.forgottenServersMax}`;
  }
  if (!isCount(wantsState) || !isCount(stateDone)) return "a transfer's number is none";
  if (stateSize !== undefined && !isCount(stateSize)) return "a state's size is none";
  const fault = comparisonFault(message, limits) ?? versionsFault(message, limits);
  if (fault !== undefined) return fault;
  return entries instanceof Uint8Array ? undefined : "its entries are no bytes";
}

/** What is wrong with the step of a comparison. @throws {TypeError | MsgpackError} for other ranges. */
function comparisonFault(
  { comparison, comparisonPlace = 0, ranges, repairs, leftOut }: Record<string, unknown>,
  { rangesBytesMax }: Limits,
): string | undefined {
  if (repairs !== undefined && !isCount(repairs)) return "a number of repairs is none";
  if (leftOut !== undefined && leftOut !== true) return "what it leaves out is no fact";
  if (comparison === undefined && ranges === undefined) return undefined;
  if (!isCount(comparison)) return "a comparison's number is none";
  if (!isCount(comparisonPlace)) return "a place in a comparison is none";
  if (!(ranges instanceof Uint8Array)) return "its ranges are no bytes";
  // What must be in a message may make it longer than it is to be.
  const bytesMax = 2 * rangesBytesMax;
  if (ranges.length > bytesMax) {
    return `its ranges have ${ranges.length} bytes: allowed are ${bytesMax}`;
  }
  if (ranges.length > 0) readRangeMessage(ranges);
  return undefined;
}

/** What is wrong with what it says of what was seen. @throws {TypeError | MsgpackError} for other bytes. */
function versionsFault(
  message: Record<string, unknown>,
  limits: Limits,
): string | undefined {
  const { claims, seen, replicaSeen, replicaSum } = message;
  const { versionBytesMax } = limits;
  for (const name of namesOfVersions) {
    const bytes = message[name];
    if (bytes === undefined) continue;
    if (!(bytes instanceof Uint8Array)) return "its versions are no bytes";
    if (bytes.length > versionBytesMax) {
      return `its versions have ${bytes.length} bytes: allowed are ${versionBytesMax}`;
    }
  }
  if (claims !== undefined) {
    const fault = namesFault(readClaims(claims as Uint8Array).map(({ uid }) => uid), limits);
    if (fault !== undefined) return fault;
  }
  for (const bytes of [seen, replicaSeen]) {
    if (bytes === undefined) continue;
    const { vector } = readSeen(bytes as Uint8Array);
    const uids = [...Array.from(vector, ([uid]) => uid), ...vector.dots.keys()];
    const fault = namesFault(uids, limits);
    if (fault !== undefined) return fault;
  }
  const isSum = replicaSum instanceof Uint8Array && replicaSum.length === seenSumBytes;
  return replicaSum === undefined || isSum ? undefined : "the sum of what was seen is none";
}

/** What is wrong with the names of actors of which it says what was seen: no entry bears a longer one. */
function namesFault(uids: readonly string[], { uidBytesMax }: Limits): string | undefined {
  const isTooLong = uids.some((uid) => uid.length > uidBytesMax);
  return isTooLong ? `a uid is longer than ${uidBytesMax} bytes` : undefined;
}

/** Walks over all of them. @throws {TypeError | MsgpackError} for bytes that hold something else. */
function entriesFault(bytes: Uint8Array, nowMs: number, limits: Limits): string | undefined {
  const reader = new EntryReader(bytes);
  const { syncMessageBytesMax } = limits;
  if (reader.size > 1 && bytes.length > syncMessageBytesMax) {
    return `its entries have ${bytes.length} bytes: allowed are ${syncMessageBytesMax}, or one entry`;
  }
  const spelling = new EntrySpelling(reader);
  // The uid that was looked at last, because entries come in runs of one uid.
  let uid: string | undefined;
  while (reader.next()) {
    const { keyStart, keyEnd, valueStart, valueEnd, isBin } = reader;
    if (!isUtf8(bytes, keyStart, keyEnd)) return "a key is not UTF-8";
    if (valueStart !== noValue) {
      if (valueEnd - valueStart > wireLimits.valueBytesMax) {
        return `a value has over ${wireLimits.valueBytesMax} bytes`;
      }
      if (!isBin && !isUtf8(bytes, valueStart, valueEnd)) return "a value is not UTF-8";
    }
    const fault = timeFault(reader, nowMs, limits) ??
      (reader.uid === uid ? null : uidFault(uid = reader.uid, limits));
    if (fault !== null) return fault;
    spelling.follow();
  }
  return reader.isAtEnd ? spelling.fault : "bytes follow its entries";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRef(value: unknown): value is ActorRef {
  return isRecord(value) && typeof value.address === "string" && isDialable(value.address) &&
    typeof value.incarnation === "string" && isIncarnation(value.incarnation) &&
    isCount(value.counter);
}

/** Whether it names a server that was forgotten, as a message may. */
export function isForgotten(value: unknown, { livesPerAddressMax }: Limits): boolean {
  if (!isRecord(value) || typeof value.address !== "string" || !isDialable(value.address)) {
    return false;
  }
  const { incarnations } = value;
  return Array.isArray(incarnations) && incarnations.length <= livesPerAddressMax &&
    incarnations.every((it) => typeof it === "string" && isIncarnation(it));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
