import { causes, comparisonId } from "../../kvserver/sync/comparison_course.ts";
import { PeerComparison } from "../../kvserver/sync/peer_comparison.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";

const roundTripMs = 600;

const pace = { quietMs: Infinity, silentMs: 0, upMs: Infinity, roundTripMs };

/** A comparison that the server with the lower uid has begun, whose first message has left. */
function begun({ isUrgent = true } = {}): PeerComparison {
  const comparison = new PeerComparison(0, true, defaultLimits);
  comparison.owe(0, isUrgent);
  comparison.begin(1, comparison.dueMs, pace);
  const { id } = comparison.asked!;
  const ranges = new Uint8Array(9);
  comparison.answered(id, ranges, 0, { tookMs: 0, leftOut: false, seen: new Uint8Array() });
  comparison.leaving(0, 0, 0);
  return comparison;
}

const ofPeer = { id: comparisonId(7, causes.urgent), place: 0, ranges: new Uint8Array(5) };

Deno.test("PeerComparison goes on with its own when the peer has begun one at the same time", () => {
  const comparison = begun();
  comparison.received(ofPeer, roundTripMs, roundTripMs);
  assertEquals(comparison.asked, undefined);
});

Deno.test("PeerComparison goes on with that of a peer that knew of its own, and lost its answer", () => {
  const comparison = begun();
  const nowMs = roundTripMs + defaultLimits.comparisonGraceMs + 1;
  comparison.received(ofPeer, nowMs, roundTripMs);
  assertEquals(comparison.asked?.id, ofPeer.id);
});

Deno.test("PeerComparison keeps nothing of the messages of which it keeps a part, and says how much it keeps", () => {
  const comparison = new PeerComparison(0, true, defaultLimits);
  const message = new Uint8Array(1_000);
  const part = (bytes: number) => message.subarray(100, 100 + bytes);
  comparison.received({ ...ofPeer, ranges: part(5), seen: part(30) }, 0, roundTripMs);
  const { id, ranges, theirs } = comparison.asked!;
  assertEquals([ranges!.buffer.byteLength, theirs!.buffer.byteLength], [5, 30]);
  comparison.answered(id, part(9), 0, { tookMs: 0, leftOut: false, seen: part(20) });
  assertEquals(comparison.seenBytes, 50);
  const step = comparison.leaving(0, 0, 0)!;
  assertEquals([step.ranges.buffer.byteLength, step.seen!.buffer.byteLength], [9, 20]);
  // It waits for an answer, and for no longer than the peer is there.
  assertEquals(comparison.seenBytes, 50);
  comparison.peerLost(0);
  assertEquals([comparison.seenBytes, comparison.isOwed], [0, true]);
});

Deno.test("PeerComparison goes on when a message of an earlier one was lost", () => {
  const comparison = begun();
  comparison.received(ofPeer, 2 * roundTripMs, roundTripMs);
  comparison.stepLost(comparisonId(1, causes.urgent), 2 * roundTripMs);
  assertEquals(comparison.asked?.id, ofPeer.id);
  comparison.stepLost(ofPeer.id, 2 * roundTripMs);
  assertEquals(comparison.asked, undefined);
});

Deno.test("PeerComparison goes on with one that it has lost, and claims nothing at its end", () => {
  // It was lost here, with a connection, and the answer of the peer was on its way.
  const comparison = begun();
  const seen = new Uint8Array();
  const id = comparisonId(1, causes.urgent);
  comparison.lost(1);
  comparison.received({ ...ofPeer, id, place: 1, seen }, 2, roundTripMs);
  comparison.answered(id, new Uint8Array(9), 0, { tookMs: 0, leftOut: false, seen });
  assertEquals(comparison.leaving(0, 0, 2)?.place, 2);
  comparison.received({ id, place: 3, ranges: new Uint8Array() }, 3, roundTripMs);
  assertEquals([comparison.isAwaited(id), comparison.takeEnded()], [false, undefined]);
  assertEquals(comparison.isOwed, true);
});

Deno.test("PeerComparison owes still what one was to find that another one takes the place of", () => {
  const late = roundTripMs + defaultLimits.comparisonGraceMs + 1;
  const ofTime = { ...ofPeer, id: comparisonId(7, causes.time) };
  for (
    const step of [
      // It was lost here, and its answer comes now.
      { ...ofPeer, id: comparisonId(7, causes.owed), place: 1 },
      // What was put just now it leaves out of account.
      ofTime,
    ]
  ) {
    const comparison = begun({ isUrgent: false });
    comparison.received(step, late, roundTripMs);
    assertEquals(comparison.asked?.id, step.id);
    const answer = { tookMs: 0, leftOut: false, seen: new Uint8Array() };
    comparison.answered(step.id, undefined, 0, answer);
    comparison.leaving(0, 0, late);
    assertEquals(comparison.isOwed, true, `by one with the place ${step.place}`);
  }
});

Deno.test("PeerComparison begins anew when the peer has lost a message of it", () => {
  const comparison = begun();
  const id = comparisonId(1, causes.urgent);
  comparison.received({ ...ofPeer, id, place: 3 }, roundTripMs, roundTripMs);
  assertEquals([comparison.isAwaited(id), comparison.isOwed], [false, true]);
});

/** A comparison of the peer comes to its end while one is urgent here. @returns whether one still is. */
function isUrgentAfter({ leftOut = false, speaksAgain = true }): boolean {
  const comparison = new PeerComparison(0, true, defaultLimits);
  comparison.owe(0, true);
  const seen = new Uint8Array();
  comparison.received({ ...ofPeer, seen }, 0, roundTripMs);
  const answer = speaksAgain ? new Uint8Array(9) : undefined;
  comparison.answered(ofPeer.id, answer, 0, { tookMs: 0, leftOut, seen });
  comparison.leaving(0, 0, 0);
  if (speaksAgain) {
    comparison.received({ ...ofPeer, place: 2, ranges: new Uint8Array() }, 0, roundTripMs);
  }
  return comparison.isOwed;
}

Deno.test("PeerComparison is content with one of the peer, if that says all that an own one would", () => {
  assertEquals(isUrgentAfter({}), false);
  assertEquals(isUrgentAfter({ leftOut: true }), true);
  // The peer may have taken something since it spoke, and not sent it.
  assertEquals(isUrgentAfter({ speaksAgain: false }), true);
});

Deno.test("PeerComparison says nothing behind entries that were dropped, and begins anew", () => {
  const comparison = new PeerComparison(0, true, defaultLimits);
  comparison.received({ ...ofPeer, seen: new Uint8Array() }, 0, roundTripMs);
  const { id } = comparison.asked!;
  // The last step: with it all would count as sent.
  comparison.answered(id, undefined, 2, { tookMs: 0, leftOut: false, seen: new Uint8Array() });
  comparison.dropped(0);
  assertEquals(comparison.leaving(2, 0, 0), undefined);
  assertEquals([comparison.takeEnded(), comparison.isOwed], [undefined, true]);
});
