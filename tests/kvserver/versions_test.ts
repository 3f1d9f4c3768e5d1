import { type Claim, unite } from "../../kvserver/versions/claim.ts";
import { Claims } from "../../kvserver/versions/claims.ts";
import { survivor } from "../../kvserver/versions/return_rule.ts";
import { SeenWrites } from "../../kvserver/versions/seen_writes.ts";
import {
  claimBytes,
  readClaims,
  readSeen,
  seenBytes,
  seenSum,
} from "../../kvserver/versions/version_bytes.ts";
import { MsgpackWriter } from "../../rpc/mod.ts";
import { StableVector } from "../../kvserver/versions/stable_vector.ts";
import { meet, VersionVector } from "../../kvserver/versions/version_vector.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertLessOrEqual, assertThrows, fc } from "../deps.ts";

const counters = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 4 }));
const vector = counters.map((counters) => new VersionVector(Object.entries(counters)));

/** All writes that a vector may have seen. */
const dots = ["a", "b", "c"].flatMap((uid) => [1, 2, 3, 4].map((counter) => ({ uid, counter })));

function seenBy(vector: VersionVector): number[] {
  return dots.flatMap((dot, i) => vector.has(dot) ? [i] : []);
}

Deno.test("VersionVector.join() sees what either has seen, meet() what both have", () => {
  fc.assert(fc.property(vector, vector, vector, (a, b, c) => {
    const joined = new VersionVector(a);
    const hasGrown = joined.join(b);
    assertEquals(hasGrown, !a.covers(b));
    assert(joined.covers(a) && joined.covers(b) && !joined.join(b));
    const either = new Set([...seenBy(a), ...seenBy(b)]);
    assertEquals(new Set(seenBy(joined)), either);
    const met = meet([a, b, c]);
    assertEquals(seenBy(met), seenBy(a).filter((i) => b.has(dots[i]) && c.has(dots[i])));
    assertEquals(a.covers(b), seenBy(b).every((i) => a.has(dots[i])));
  }));
});

Deno.test("VersionVector.add() sees all writes of an actor up to one, and none unnumbered", () => {
  const vector = new VersionVector();
  assert(vector.add({ uid: "a", counter: 3 }));
  assert(!vector.add({ uid: "a", counter: 2 }));
  assertEquals([1, 2, 3, 4].map((counter) => vector.has({ uid: "a", counter })), [
    true,
    true,
    true,
    false,
  ]);
  assert(!vector.has({ uid: "a", counter: 0 }) && !vector.has({ uid: "b", counter: 1 }));
  assertEquals([...vector], [["a", 3]]);
});

Deno.test("StableVector is held back by a member that is away, until it is forgotten", () => {
  const stable = new StableVector();
  const write = { uid: "a", counter: 2 };
  assert(!stable.vector.has(write));
  for (const member of ["x", "y"]) stable.know(member);
  stable.told("x", new VersionVector([["a", 3]]));
  stable.told("nobody", new VersionVector([["a", 1]]));
  assert(!stable.vector.has(write));
  stable.told("y", new VersionVector([["a", 1]]));
  assertEquals([...stable.vector], [["a", 1]]);
  stable.forget("y");
  assertEquals([...stable.vector], [["a", 3]]);
  stable.know("y");
  assertEquals([...stable.vector], []);
  stable.told("y", new VersionVector([["a", 5]]));
  stable.know("y");
  assertEquals([...stable.vector], [["a", 3]]);
});

const claim = (uid: string, from: number, to: number): Claim => ({ uid, from, to });

Deno.test("Claims leave when all that was queued before them has left", () => {
  const claims = new Claims();
  claims.pushed();
  claims.add(claim("a", 0, 1));
  claims.add(claim("a", 1, 2));
  claims.add(claim("b", 0, 7));
  assertEquals([claims.take(), claims.size], [[], 2]);
  claims.pushed();
  claims.add(claim("a", 2, 3));
  claims.left();
  assertEquals(claims.take(), [claim("a", 0, 2), claim("b", 0, 7)]);
  claims.left();
  assertEquals([claims.take(), claims.size], [[claim("a", 2, 3)], 0]);
  // With nothing in the queue a claim may leave at once.
  claims.add(claim("a", 3, 4));
  assertEquals(claims.take(), [claim("a", 3, 4)]);
});

Deno.test("Claims of a queue that was emptied are dropped, and later ones leave as ever", () => {
  const claims = new Claims();
  claims.pushed();
  claims.add(claim("a", 0, 1));
  claims.clear();
  assertEquals([claims.take(), claims.size], [[], 0]);
  claims.pushed();
  claims.add(claim("a", 1, 2));
  assertEquals(claims.take(), []);
  claims.left();
  assertEquals(claims.take(), [claim("a", 1, 2)]);
});

Deno.test("Claims that wait go behind what is put back, with those that were lost", () => {
  const claims = new Claims();
  claims.pushed();
  claims.pushed();
  claims.add(claim("a", 1, 2));
  claims.left();
  // The first is lost, and stands behind the second now.
  claims.pushed();
  claims.putBack([claim("b", 0, 1), claim("a", 0, 1)]);
  claims.left();
  assertEquals(claims.take(), []);
  claims.left();
  assertEquals(claims.take(), [claim("b", 0, 1), claim("a", 0, 2)]);
});

Deno.test("Claims that wait for long are few, and none leaves before its entries", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2000 }), (steps) => {
      const claims = new Claims();
      let [pushed, left, counter, most] = [0, 0, 0, 0];
      for (const step of steps) {
        if (step < 7) {
          claims.pushed();
          claims.add(claim("a", counter, counter = ++pushed));
        } else if (left < pushed) {
          claims.left();
          left++;
          // Each write is an entry of its own: all that is claimed has left.
          for (const { to } of claims.take()) assert(to <= left);
        }
        most = Math.max(most, claims.size);
      }
      assert(most <= 257);
      for (; left < pushed; left++) claims.left();
      assertEquals(claims.take().at(-1)?.to ?? counter, counter);
    }),
    { numRuns: 5 },
  );
});

Deno.test("unite() makes one claim of those that go on from each other, and no other", () => {
  const claims = [claim("a", 4, 6), claim("b", 0, 1), claim("a", 0, 2), claim("a", 1, 3)];
  assertEquals(unite(claims), [claim("a", 0, 3), claim("a", 4, 6), claim("b", 0, 1)]);
});

Deno.test("SeenWrites takes a claim once what it goes on from was seen", () => {
  const seen = new SeenWrites();
  assert(seen.take(claim("a", 0, 2)));
  assert(!seen.take(claim("a", 5, 7)));
  assert(!seen.take(claim("a", 7, 9)));
  assert(!seen.has({ uid: "a", counter: 3 }) && seen.hasGaps);
  // What comes between is claimed by somebody else.
  assert(seen.take(claim("a", 0, 5)));
  assert(seen.has({ uid: "a", counter: 9 }) && !seen.hasGaps);
  assertEquals([[...seen.takeGrown()], seen.hasGrown], [[["a", 9]], false]);
  assert(!seen.take(claim("a", 0, 5)) && !seen.hasGrown);
  assert(seen.raiseFloor(7) && !seen.raiseFloor(6));
});

Deno.test("SeenWrites takes a claim that waits when single writes close the gap in front of it", () => {
  const seen = new SeenWrites();
  seen.take({ uid: "a", from: 2, to: 5 });
  for (const counter of [2, 1]) seen.addDot({ uid: "a", counter });
  assertEquals([seen.vector.counter("a"), seen.hasGaps], [5, false]);
  seen.take({ uid: "a", from: 5, to: 6 });
  assertEquals(seen.takeGrown().counter("a"), 6);
});

Deno.test("a vector bounds the single writes of actors of whom it knows nothing else: the earliest of those that have most", () => {
  const vector = new VersionVector([["known", 1]]);
  for (let counter = 1; counter <= 10; counter++) {
    for (const uid of ["known", "a", "b"]) vector.addDot({ uid, counter: 2 * counter + 1 });
  }
  const dotsOf = (uid: string) => [...vector.dots.get(uid) ?? []];
  assertEquals(vector.boundDots(6), 14);
  assertEquals(dotsOf("known").length, 10);
  for (const uid of ["a", "b"]) assertEquals(dotsOf(uid), [17, 19, 21]);
  vector.addDot({ uid: "a", counter: 23 });
  // Whoever has few keeps them.
  vector.addDot({ uid: "c", counter: 5 });
  assertEquals([vector.boundDots(5), dotsOf("a"), dotsOf("b"), dotsOf("c")], [
    ...[3, [21, 23], [19, 21], [5]],
  ]);
  assertEquals([vector.boundDots(5), vector.boundDots(0), vector.dots.size], [0, 5, 1]);
  assertEquals([vector.boundDots(3, "all"), dotsOf("known")], [7, [17, 19, 21]]);
});

Deno.test("a vector that has forgotten some of what was seen has seen nothing else", () => {
  const uids = fc.constantFrom("a", "b", "c");
  const dots = fc.array(fc.record({ uid: uids, counter: fc.integer({ min: 1, max: 40 }) }));
  const max = fc.integer({ min: 0, max: 12 });
  fc.assert(
    fc.property(
      fc.dictionary(uids, fc.integer({ min: 1, max: 9 })),
      dots,
      max,
      (known, dots, max) => {
        const vector = new VersionVector(Object.entries(known));
        for (const dot of dots) vector.addDot(dot);
        const all = new VersionVector(vector);
        vector.limit({
          versionsMax: 2,
          versionNameBytesMax: 9,
          unknownWritesMax: 5,
          singleWritesMax: max,
        });
        const kept = [...vector.dots.values()].reduce((sum, { size }) => sum + size, 0);
        const had = [...all.dots].filter(([uid]) =>
          vector.dots.has(uid) || vector.counter(uid) > 0
        );
        assert(all.covers(vector), "nothing is added");
        assert(kept <= max && [...vector].length <= 2, "no more is kept than may");
        if (had.reduce((sum, [, { size }]) => sum + size, 0) <= Math.min(5, max)) {
          for (const [uid, { size }] of had) assertEquals(vector.dots.get(uid)?.size, size);
        }
      },
    ),
  );
});

Deno.test("what is kept of what was seen fits in a message, however long the names of actors are", () => {
  const { versionsMax, singleWritesMax, versionBytesMax, uidBytesMax } = defaultLimits;
  const nameOf = (kind: string, i: number) =>
    `${`${kind}${i}.`.padEnd(uidBytesMax - 22, "x")}:1/0123456789abcdef/1`;
  for (const isShort of [true, false]) {
    const vector = new VersionVector();
    const uidOf = isShort
      ? (kind: string, i: number) => `${kind}${i}.example:6000/0123456789abcdef/1`
      : nameOf;
    const counter = 2 ** 40;
    for (let i = 0; i < 2 * versionsMax; i++) vector.add({ uid: uidOf("known", i), counter });
    for (let i = 0; i < 2 * singleWritesMax; i++) {
      vector.addDot({ uid: uidOf("single", i % 20_000), counter: counter + i });
    }
    vector.limit(defaultLimits);
    assertLessOrEqual(seenBytes({ vector, floorMs: 2 ** 40 }).length, versionBytesMax);
    // Those that wrote last stay.
    assert(vector.has({ uid: uidOf("known", 2 * versionsMax - 1), counter }));
    if (isShort) assertEquals([...vector].length, versionsMax);
  }
});

Deno.test("no more claims wait than may, whoever makes them", () => {
  const claims = new Claims(300);
  claims.pushed();
  for (let i = 0; i < 100_000; i++) claims.add(claim(`liar ${i}`, 0, 1));
  assertEquals([claims.size, claims.isDue], [300, false]);
  claims.putBack(Array.from({ length: 1_000 }, (_, i) => claim(`other ${i}`, 0, 1)));
  assertEquals(claims.size, 300);
  claims.left();
  assertEquals([claims.take().length, claims.size], [300, 0]);
  claims.add(claim("a", 0, 1));
  assertEquals(claims.take(), [claim("a", 0, 1)]);
});

Deno.test("SeenWrites never sees a write that no claim covers, in whatever order claims come", () => {
  const interval = fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 6 }));
  fc.assert(fc.property(fc.array(interval, { maxLength: 30 }), (intervals) => {
    const seen = new SeenWrites();
    const covered = new Set<number>();
    for (const [from, length] of intervals) {
      seen.take(claim("a", from, from + length));
      for (let i = 1; i <= length; i++) covered.add(from + i);
      const to = seen.vector.counter("a");
      for (let i = 1; i <= to; i++) assert(covered.has(i), `${i} is seen, up to ${to}`);
    }
  }));
});

Deno.test("versions come back from their bytes as they were, and nothing else does", () => {
  const uids = fc.tuple(fc.constantFrom("a:1/0f", "b.c:20/12"), fc.integer({ min: 1, max: 1e6 }))
    .map(([server, actor]) => `${server}/${actor}`);
  const counter = fc.integer({ min: 1, max: 2 ** 48 - 1 });
  const single = fc.array(fc.record({ uid: uids, counter }), { maxLength: 5 });
  fc.assert(
    fc.property(fc.dictionary(uids, counter), single, fc.nat(), (counters, dots, floorMs) => {
      const vector = new VersionVector(Object.entries(counters));
      for (const dot of dots) vector.addDot(dot);
      const read = readSeen(seenBytes({ vector, floorMs }));
      assertEquals([new Map(read.vector), read.floorMs], [new Map(vector), floorMs]);
      assertEquals(read.vector.dots, vector.dots);
      assertEquals(seenSum(read), seenSum({ vector, floorMs }));
      assert(vector.size === 0 || seenSum(read).join() !== seenSum(new SeenWrites()).join());
      const claims = Object.entries(counters).map(([uid, to]) => claim(uid, to - 1, to));
      const byUid = (claims: Claim[]) => new Map(claims.map((claim) => [claim.uid, claim]));
      assertEquals(byUid(readClaims(claimBytes(claims))), byUid(claims));
    }),
  );
  const bytes = seenBytes({ vector: new VersionVector([["a:1/0f/2", 7]]), floorMs: 5 });
  for (let end = 1; end < bytes.length; end++) {
    // What ends behind the floor is whole.
    if (end > 1) assertThrows(() => readSeen(bytes.subarray(0, end)));
  }
  for (const uid of ["a:1/2", "a:1/x/2", "a:1/0f/0"]) {
    const writer = new MsgpackWriter();
    writer.int(5);
    writer.str(uid.slice(0, uid.lastIndexOf("/")));
    for (const number of [1, Number(uid.slice(uid.lastIndexOf("/") + 1)), 7, 0]) writer.int(number);
    assertThrows(() => readSeen(writer.written()), TypeError);
  }
  assertThrows(() => readClaims(claimBytes([claim("a:1/0f/2", 7, 7)])), TypeError);
});

Deno.test("VersionVector takes single writes, which claims up to them take in", () => {
  const writes = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 12 })), {
    maxLength: 20,
  });
  fc.assert(fc.property(writes, writes, (ofA, ofB) => {
    const [a, b] = [ofA, ofB].map((writes) => {
      const vector = new VersionVector();
      const seen = new Set<number>();
      for (const [isSingle, counter] of writes) {
        const isNew = !seen.has(counter) || (!isSingle && counter > vector.counter("a"));
        assertEquals(vector[isSingle ? "addDot" : "add"]({ uid: "a", counter }), isNew);
        for (let i = isSingle ? counter : 1; i <= counter; i++) seen.add(i);
      }
      return { vector, seen };
    });
    const joined = new VersionVector(a.vector);
    const hasGrown = joined.join(b.vector);
    const met = meet([a.vector, b.vector]);
    const beyond = a.vector.beyond(b.vector);
    for (let counter = 1; counter <= 14; counter++) {
      const [isInA, isInB] = [a, b].map(({ vector, seen }) => {
        assertEquals(vector.has({ uid: "a", counter }), seen.has(counter), `${counter}`);
        return seen.has(counter);
      });
      assertEquals(joined.has({ uid: "a", counter }), isInA || isInB, `joined: ${counter}`);
      assertEquals(met.has({ uid: "a", counter }), isInA && isInB, `met: ${counter}`);
      assert(!isInA || isInB || beyond.has({ uid: "a", counter }), `beyond: ${counter}`);
    }
    assertEquals(hasGrown, !a.vector.covers(b.vector));
    // What follows the counter is no single write any more.
    assert(!joined.dots.get("a")?.has(joined.counter("a") + 1));
  }));
});

Deno.test("VersionVector.bound() forgets those that have written nothing for longest", () => {
  const vector = new VersionVector([["a", 1], ["b", 1], ["c", 1]]);
  vector.add({ uid: "a", counter: 2 });
  assertEquals([vector.bound(2), [...vector]], [1, [["c", 1], ["a", 2]]]);
});

Deno.test("survivor() asks who has seen what, and the order where that does not say", () => {
  const isLater = (a: { stamp: number }, b: { stamp: number }) => a.stamp > b.stamp;
  const old = { uid: "a", counter: 1, stamp: 9 };
  const other = { uid: "b", counter: 1, stamp: 5 };
  const [none, seesOld] = [new VersionVector(), new VersionVector([["a", 1]])];
  const seesOther = new VersionVector([["b", 1]]);
  const seesBoth = new VersionVector([["a", 1], ["b", 1]]);
  // What A holds, what B holds, what they have seen, what is left.
  const table = [
    [undefined, undefined, none, none, undefined],
    [old, undefined, seesOld, none, old],
    [old, undefined, seesOld, seesOld, undefined],
    [undefined, old, none, seesOld, old],
    [undefined, old, seesOld, seesOld, undefined],
    [old, other, seesOld, seesOther, old],
    [old, other, seesOld, seesBoth, other],
    [other, old, seesBoth, seesOld, other],
    [old, other, seesBoth, seesBoth, undefined],
    [old, old, seesOld, seesOld, old],
  ] as const;
  for (const [ofA, ofB, seenByA, seenByB, left] of table) {
    assertEquals(survivor(ofA, ofB, seenByA, seenByB, isLater), left);
    assertEquals(survivor(ofB, ofA, seenByB, seenByA, isLater), left);
  }
});
