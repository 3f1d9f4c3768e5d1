import { assertEquals, assertGreater, assertLess, assertMatch } from "../deps.ts";
import { entryOf, limits, other, siblings, Stage } from "./stage.ts";

/** So long that a message holds one. */
const large = "x".repeat(0.7 * limits.mergeMessageBytesMax);

/** What a query actor was told to do about Puts last. */
const ordersOf = ({ merges }: Stage) => {
  const { holdsBack = false, refusal } = merges.at(-1)!;
  return { holdsBack, refusal };
};

/** The peer is heard and reached, and has acknowledged all. */
function knownPeer(maxLagMs: number): Stage {
  const stage = new Stage(siblings, { maxLagMs });
  stage.heard();
  stage.pass(2);
  stage.acknowledge();
  stage.link.isHeard = true;
  stage.pass(2);
  stage.acknowledge();
  return stage;
}

/** Time passes, in which the query actors merge all that they are told. */
function passMerging(stage: Stage, times: number): void {
  for (let i = 0; i < times; i++) {
    stage.merged(1, Number.MAX_SAFE_INTEGER);
    stage.pass(1);
  }
}

Deno.test("a query actor that merges nothing is sent a window of bytes, and the rest as it merges", () => {
  const stage = new Stage();
  const windowMessages = Math.floor(limits.mergeWindowBytes / (0.7 * limits.mergeMessageBytesMax));
  for (let i = 0; i < windowMessages + 10; i++) stage.writtenBy(0, [entryOf(`key${i}`, 1, large)]);
  stage.pass(windowMessages + 10);
  const sent = stage.told.flat().length;
  assertLess(sent, windowMessages + 1);
  assertGreater(sent, windowMessages - 3);
  stage.merged(1, 5);
  stage.pass(20);
  assertEquals(stage.told.flat().length, sent + 5);
  stage.merged(1, sent + 5);
  stage.pass(20);
  assertEquals(stage.told.flat().length, windowMessages + 10);
});

Deno.test("the others keep what they accept while more waits for a query actor than may", () => {
  const stage = new Stage([...siblings, { ...siblings[0], counter: 4 }]);
  const count = Math.ceil(
    (limits.siblingBytesMax + limits.mergeWindowBytes) / (0.7 * limits.mergeMessageBytesMax),
  );
  for (let i = 0; i < count + 5; i++) stage.writtenBy(0, [entryOf(`key${i}`, 1, large)]);
  stage.pass(2 * count);
  // It is the last one that is told: the second one is behind as well.
  assertEquals(ordersOf(stage).holdsBack, true);
  for (let i = 1; i <= 2 * count; i++) {
    stage.merged(1, i);
    stage.pass(1);
  }
  assertEquals(ordersOf(stage).holdsBack, false);
});

Deno.test("a message of another server is acknowledged when all query actors have merged it, in its turn", () => {
  const stage = new Stage();
  stage.heard();
  stage.pass(2);
  const before = stage.acknowledged.length;
  stage.heard([entryOf("a", 1)]);
  stage.heard([entryOf("b", 1)]);
  // What has no entries waits for those before it: acknowledgements only count.
  stage.heard();
  stage.pass(2);
  assertEquals(stage.acknowledged.length, before);
  const sent = stage.merges.at(-1)!.number;
  stage.merged(0, sent);
  assertEquals(stage.acknowledged.length, before);
  stage.merged(1, Math.max(1, sent - 1));
  stage.merged(1, sent);
  assertEquals(stage.acknowledged, stage.acknowledged.toSorted((a, b) => a - b));
  assertEquals(stage.acknowledged.length, before + 3);
});

Deno.test("Puts are refused while a query actor is behind, and taken again when it has caught up, and the log says so", () => {
  const stage = new Stage();
  stage.written(1);
  const pass = (ms: number) => stage.pass(Math.ceil(ms / limits.syncPaceMs));
  pass(limits.replicaLagMaxMs - 1_000);
  assertEquals(ordersOf(stage).refusal, undefined);
  pass(2_000);
  assertMatch(ordersOf(stage).refusal!, /^Query actor a:1\/a\/3 has not kept up/);
  stage.merged(1, stage.merges.at(-1)!.number || 1);
  pass(500);
  assertEquals(ordersOf(stage).refusal, undefined);
  assertEquals(stage.logged.map((line) => line.replaceAll(/\d+ (bytes|ms)/g, "N $1")), [
    "Query actor a:1/a/3 falls behind: N bytes wait for it, the oldest for N ms",
    "Query actor a:1/a/3 is N ms behind: Puts are refused until it has caught up",
    "All have caught up: Puts are taken again",
    "Query actor a:1/a/3 has caught up",
  ]);
});

Deno.test("with a bound for lag, the log says whether a server has caught up, or is no longer there", () => {
  for (
    const [ends, said] of [
      [(stage: Stage) => stage.acknowledge(), "All have caught up: Puts are taken again"],
      [
        (stage: Stage) => stage.link.isUp = stage.link.isHeard = false,
        `Peer ${other.address} is not there any more: Puts are taken again`,
      ],
    ] as const
  ) {
    const stage = knownPeer(4_000);
    stage.written(1);
    passMerging(stage, 25);
    assertMatch(ordersOf(stage).refusal!, /^Peer /);
    ends(stage);
    passMerging(stage, 10);
    assertEquals(ordersOf(stage).refusal, undefined);
    assertEquals(stage.logged.filter((line) => line.endsWith("Puts are taken again")), [said]);
  }
});

Deno.test("with a bound for lag, Puts are refused while a server that is up is half as far behind", () => {
  for (const [maxLagMs, isRefused] of [[4_000, true], [Infinity, false]] as const) {
    const stage = knownPeer(maxLagMs);
    stage.written(1);
    passMerging(stage, 25);
    assertEquals(ordersOf(stage).refusal?.startsWith(`Peer ${other.address}`) ?? false, isRefused);
    stage.acknowledge();
    passMerging(stage, 5);
    assertEquals(ordersOf(stage).refusal, undefined);
  }
});

/** A peer that takes so many bytes a second: a message is acknowledged when it is through. */
class SlowPeer {
  #stage: Stage;
  #bytesPerMs: number;
  #freeAtMs: number;
  /** When each message is through that is not yet. */
  #throughMs: number[] = [];
  #seen: number;

  constructor(stage: Stage, bytesPerSecond: number) {
    this.#stage = stage;
    this.#bytesPerMs = bytesPerSecond / 1_000;
    this.#freeAtMs = stage.nowMs;
    this.#seen = stage.sent.length;
  }

  /** Whether it has all that it was sent. */
  get isIdle(): boolean {
    return this.#throughMs.length === 0;
  }

  /** Acknowledges what is through by now. */
  take(): void {
    const { nowMs, sent, link } = this.#stage;
    for (const { entries } of sent.slice(this.#seen)) {
      this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + entries.length / this.#bytesPerMs;
      this.#throughMs.push(this.#freeAtMs);
    }
    this.#seen = sent.length;
    const isThrough = (ms: number) => ms <= nowMs;
    const count = this.#throughMs.filter(isThrough).length;
    this.#throughMs = this.#throughMs.slice(count);
    link.handled += count;
  }
}

Deno.test("with a bound for lag, what was taken last is no later than that, be it that three times as much is put", () => {
  const maxLagMs = 5_000;
  const bytesPerSecond = 1_000_000;
  for (const times of [1.5, 2, 3]) {
    const stage = knownPeer(maxLagMs);
    const peer = new SlowPeer(stage, bytesPerSecond);
    const pass = () => {
      peer.take();
      stage.merged(1, Number.MAX_SAFE_INTEGER);
      stage.pass(1);
    };
    const value = "x".repeat(20_000);
    const perTurn = times * bytesPerSecond / value.length * limits.syncPaceMs / 1_000;
    const isRefused = () => ordersOf(stage).refusal !== undefined;
    // What the link carries has to be found out.
    for (let i = 0; i < 30; i++) {
      if (!isRefused()) stage.written(Math.round(perTurn), value);
      pass();
    }
    for (let i = 0; i < 5; i++) {
      while (isRefused()) pass();
      while (!isRefused()) {
        stage.written(Math.round(perTurn), value);
        pass();
      }
    }
    const startMs = stage.nowMs;
    const isOver = () => stage.link.handled === stage.link.told && peer.isIdle;
    while (!isOver()) pass();
    assertLess(stage.nowMs - startMs, maxLagMs, `${times} times as much is put`);
  }
});

Deno.test("with a bound for lag, how fast a server is on a new connection does not follow from its being cut off", () => {
  const stage = knownPeer(5_000);
  const value = "x".repeat(20_000);
  const pass = () => {
    stage.merged(1, Number.MAX_SAFE_INTEGER);
    stage.pass(1);
  };
  const isRefused = () => ordersOf(stage).refusal !== undefined;
  // Something waits all the time, and leaves in time.
  for (let i = 0; i < 20; i++) {
    stage.written(5, value);
    stage.acknowledge();
    pass();
  }
  assertEquals(isRefused(), false);
  stage.link.isUp = false;
  for (let i = 0; i < 4; i++) {
    stage.written(100, value);
    pass();
  }
  stage.cut();
  stage.link.isUp = true;
  pass();
  // So little leaves first that it would take long at this rate.
  stage.acknowledge();
  pass();
  stage.acknowledge();
  pass();
  assertEquals(isRefused(), false);
});
