import { concat, frameOf, requestFrame } from "../../support/rpc/wire.ts";
import type { Step, Target } from "../arena/action.ts";
import { hostileEncode } from "../arena/hostile_bytes.ts";

/**
 * What servers tell each other, as somebody would write it who has only read the protocol.
 *
 * @module
 */

/** A sync actor, as messages name it. */
export interface PeerRef {
  readonly address: string;
  readonly incarnation: string;
  readonly counter: number;
}

/** Who sends a message, and who is told. */
export interface Parties {
  readonly from: PeerRef;
  readonly target: Target;
  readonly other: Target;
}

/** A message that is made when it is known who sends it. */
export interface MessageStep extends Step {
  make(parties: Parties): Uint8Array;
}

/** One entry, before it becomes bytes: whatever stands where its parts do. */
export interface EntryFields {
  readonly key: unknown;
  readonly value: unknown;
  /** A counter, and behind it when the entry expires. */
  readonly extras?: readonly unknown[];
  readonly timestamp: unknown;
  readonly sequence: unknown;
  readonly uid: string;
}

/** The frame with which `from` says who it is. */
export function helloFrame({ address, incarnation }: Omit<PeerRef, "counter">): Uint8Array {
  return requestFrame(1, "Hello", [1, address, incarnation, null, { cluster: "cmud" }]);
}

/** A notification that tells the actor `counter` something, before it becomes bytes. */
export function tellOf(counter: unknown, message: unknown): unknown[] {
  return [2, "Tell", [counter, message]];
}

/** The frame that tells a target's sync actor something. */
export function toldFrame({ syncActor }: Target, message: unknown): Uint8Array {
  return frameOf(tellOf(syncActor, hostileEncode(message)));
}

/** Entries in the form in which they travel, and in the one spelling, before they become bytes. */
export function entryParts(entries: readonly EntryFields[]): unknown[] {
  const uids = [...new Set(entries.map(({ uid }) => uid))];
  return [
    uids,
    entries.length,
    ...entries.flatMap(({ key, value, extras, timestamp, sequence, uid }) => [
      ...[key, value, ...(extras === undefined ? [] : [extras])],
      ...[timestamp, sequence, uids.indexOf(uid)],
    ]),
  ];
}

/** The bytes of claims of a server's actors: of each its number, the write behind which it begins, and the last. */
export function claimParts(
  { address, incarnation }: Omit<PeerRef, "counter">,
  claims: readonly (readonly number[])[],
): Uint8Array {
  const parts = [`${address}/${incarnation}`, claims.length, ...claims.flat()];
  return concat(...parts.map((part) => hostileEncode(part)));
}

/** No entries, in that form. */
export const noEntries: readonly unknown[] = entryParts([]);

/** A message between sync actors, before it becomes bytes. */
export function peerMessage(from: unknown, entries: unknown, fields = {}): unknown {
  return {
    type: "peer",
    from,
    entries: entryBytes(entries),
    peers: [],
    wantsState: 0,
    stateDone: 0,
    ...fields,
  };
}

/** The parts of entries one behind the other; of what is no entries any more, whatever it is. */
function entryBytes(entries: unknown): Uint8Array {
  const parts = Array.isArray(entries) ? entries : [entries];
  return concat(...parts.map((part) => hostileEncode(part)));
}
