import { noCounter } from "../entry/entry.ts";
import type { VersionVector } from "./version_vector.ts";

/**
 * What is said to a replica of the writes of an actor: "all behind `from`, up to `to`, have been merged by
 * you by now, or something later of the same keys was".
 *
 * It counts once those up to `from` have been seen, from whomever. So a claim says nothing wrong to a
 * replica that was not told of all that came before it: it waits there for what the replica lacks.
 */
export interface Claim {
  readonly uid: string;
  /** `noCounter`: the claim is about all writes of the actor up to `to`. */
  readonly from: number;
  readonly to: number;
}

/** A claim about all writes of an actor up to one. */
export function claimUpTo(uid: string, to: number): Claim {
  return { uid, from: noCounter, to };
}

/** Claims about all writes that were seen, those aside that are known to have been seen where the claims go. */
export function claimsBeyond(seen: VersionVector, known: VersionVector): Claim[] {
  return Array.from(seen.beyond(known), ([uid, counter]) => claimUpTo(uid, counter));
}

/** The same claims, those of one actor that go on from each other as one. */
export function unite(claims: Iterable<Claim>): Claim[] {
  const united: Claim[] = [];
  const byUid = new Map<string, Claim[]>();
  for (const claim of claims) {
    const ofActor = byUid.get(claim.uid);
    if (ofActor === undefined) byUid.set(claim.uid, [claim]);
    else ofActor.push(claim);
  }
  for (const ofActor of byUid.values()) {
    let last: Claim | undefined;
    for (const claim of ofActor.sort((a, b) => a.from - b.from)) {
      if (last !== undefined && claim.from <= last.to) {
        last = { ...last, to: Math.max(last.to, claim.to) };
        continue;
      }
      if (last !== undefined) united.push(last);
      last = claim;
    }
    united.push(last!);
  }
  return united;
}
