import { withLimits } from "../../limits.ts";
import { type Flow, TimeSlices } from "../../rpc/mod.ts";
import { assertEquals, assertGreater, assertLess, assertLessOrEqual } from "../deps.ts";

/** A piece of work takes a millisecond, mostly. */
const limits = withLimits({ connectionSliceMs: 4, heavySliceMs: 2 });
const { connectionSliceMs, heavyBytesMax, heavySliceMs, lightBytesMax } = limits;

/** A thread whose time passes only when somebody works, and whose event loop comes around when it is told to. */
class Thread {
  nowMs = 0;
  isYieldQuick = true;
  /** What happened, in order. */
  readonly log: string[] = [];
  readonly #marks = new Set<() => void>();
  readonly #slices = new TimeSlices(
    {
      limits,
      monotonicMs: () => this.nowMs,
      after: (_delayMs, fn) => this.#mark(fn),
      yieldToEvents: (fn) => this.#mark(fn),
      isYieldQuick: () => this.isYieldQuick,
    },
  );

  /** Marks that wait for the event loop. */
  get marks(): number {
    return this.#marks.size;
  }

  /** A connection that has something to do for so long, without end, or `times`. */
  async connection(
    name: string,
    { bytes = lightBytesMax + 1, workMs = 1, times = Infinity, isPeer = false } = {},
  ) {
    const flow = this.#slices.flow(() => isPeer);
    for (let i = 0; i < times && this.log.length < 1_000; i++) {
      await this.#turn(flow, bytes);
      this.log.push(name);
      this.nowMs += workMs;
      flow.end();
    }
  }

  /** A connection that ends when it has its turn. */
  gone(): void {
    void this.#turn(this.flow(), lightBytesMax + 1);
  }

  flow(): Flow {
    return this.#slices.flow();
  }

  #mark(fn: () => void): () => void {
    this.#marks.add(fn);
    return () => this.#marks.delete(fn);
  }

  async #turn(flow: Flow, bytes: number): Promise<void> {
    const turn = flow.begin(bytes);
    if (turn !== undefined) await turn;
  }

  /** Lets everybody work who may. @returns what happened since it was asked last. */
  async work(): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve));
    return this.log.splice(0);
  }

  /** Has the event loop come around. @returns what happened then. */
  turn(): Promise<string[]> {
    const marks = [...this.#marks];
    this.#marks.clear();
    for (const fn of marks) fn();
    return this.work();
  }
}

Deno.test("a connection that always has something to do lets the event loop come around", async () => {
  const thread = new Thread();
  thread.connection("a");
  assertEquals((await thread.work()).length, heavySliceMs);
  for (let i = 0; i < 5; i++) assertEquals((await thread.turn()).length, heavySliceMs);
  // What a timer takes would be lost after each slice.
  thread.isYieldQuick = false;
  for (let i = 0; i < 5; i++) assertEquals((await thread.turn()).length, connectionSliceMs);
});

Deno.test("connections that have much to do share the slices, each with its turn", async () => {
  const thread = new Thread();
  const names = ["a", "b", "c", "d", "e"];
  for (const name of names) thread.connection(name);
  await thread.work();
  const turns: string[] = [];
  for (let i = 0; i < 20; i++) {
    const turn = await thread.turn();
    assertEquals(turn.length, heavySliceMs);
    turns.push(...turn);
  }
  for (const name of names) {
    assertEquals(turns.filter((it) => it === name).length, 4 * heavySliceMs);
  }
});

Deno.test("who is in the midst of something goes on before others who want much", async () => {
  const thread = new Thread();
  const [busy, ...others] = Array.from({ length: 4 }, () => thread.flow());
  busy.begin(2 * heavyBytesMax);
  const log: string[] = [];
  others[0].begin(2 * heavyBytesMax)?.then(() => log.push("new"));
  others[1].begin(2 * heavyBytesMax, true)?.then(() => log.push("continued"));
  others[2].begin(2 * heavyBytesMax)?.then(() => log.push("newer"));
  for (const flow of [busy, others[1], others[0]]) {
    flow.end();
    await thread.work();
  }
  assertEquals(log, ["continued", "new", "newer"]);
});

Deno.test("of those who want little, who wants least goes on first", async () => {
  const thread = new Thread();
  const one = async (name: string, bytes: number, workMs = 0) => {
    thread.connection(name, { bytes, workMs, times: 1 });
    await thread.work();
  };
  // The clock is read once for so many: a slice begins, and is over.
  for (let i = 0; i < 8; i++) await one("first", 1);
  for (let i = 0; i < 8; i++) await one("busy", 1, connectionSliceMs);
  const sizes = [700, 20, 900, 21, lightBytesMax];
  for (const bytes of sizes) thread.connection(`${bytes}`, { bytes, workMs: 0, times: 1 });
  assertEquals(await thread.work(), []);
  const names = sizes.sort((a, b) => a - b).map(String);
  assertEquals((await thread.turn()).filter((name) => name !== "busy"), names);
});

Deno.test("only so much is under way at once in a slice, one at least", async () => {
  const thread = new Thread();
  const [first, second, third, long, last] = Array.from({ length: 5 }, () => thread.flow());
  const half = heavyBytesMax / 2;
  assertEquals([first.begin(half), second.begin(half)], [undefined, undefined]);
  const log: string[] = [];
  third.begin(half)?.then(() => log.push("third"));
  long.begin(4 * heavyBytesMax)?.then(() => log.push("long"));
  last.begin(half)?.then(() => log.push("last"));
  await thread.work();
  assertEquals(log.splice(0), []);
  first.end();
  await thread.work();
  assertEquals(log.splice(0), ["third"]);
  // Of what is under way when the event loop comes around nobody knows how long it takes.
  await thread.turn();
  assertEquals(log.splice(0), ["long"]);
  for (const flow of [second, third]) flow.end();
  await thread.work();
  assertEquals(log.splice(0), []);
  long.end();
  await thread.work();
  assertEquals(log, ["last"]);
});

Deno.test("a server has every second turn beside a crowd of clients, and no more", async () => {
  const thread = new Thread();
  for (let i = 0; i < 50; i++) thread.connection("client");
  for (let i = 0; i < 2; i++) thread.connection("peer", { isPeer: true });
  await thread.work();
  const turns: string[] = [];
  for (let i = 0; i < 20; i++) turns.push(...await thread.turn());
  assertEquals(turns.filter((it) => it === "peer").length, 10 * heavySliceMs);
});

Deno.test("who wants little goes on before all who want much", async () => {
  const thread = new Thread();
  for (let i = 0; i < 10; i++) thread.connection("much");
  await thread.work();
  const littles = 50;
  for (let i = 0; i < littles; i++) {
    thread.connection("little", { bytes: 100, workMs: 0.01, times: 1 });
  }
  const before = (await thread.work()).length;
  // A few of them look at no clock.
  assertLess(before, 10);
  const turn = await thread.turn();
  assertEquals(turn.indexOf("much"), littles - before);
});

Deno.test("who wants little in each slice always goes on first", async () => {
  const thread = new Thread();
  for (let i = 0; i < 3; i++) thread.connection("much");
  await thread.work();
  const flow = thread.flow();
  for (let i = 0; i < 10; i++) {
    // So many look at the clock.
    const turns = Array.from({ length: 8 }, () => flow.begin(lightBytesMax / 16));
    for (const turn of turns) {
      if (turn === undefined) thread.log.push("little");
      else turn.then(() => thread.log.push("little"));
    }
    assertEquals((await thread.turn())[0], "little");
  }
});

Deno.test("much of little is much", async () => {
  const thread = new Thread();
  thread.connection("much");
  thread.connection("little", { bytes: lightBytesMax / 2, workMs: 0.1 });
  await thread.work();
  const turns = [...await thread.turn(), ...await thread.turn(), ...await thread.turn()];
  assertGreater(turns.filter((it) => it === "much").length, 2);
});

Deno.test("one who is gone while it works keeps nobody from going on", async () => {
  const thread = new Thread();
  for (const name of ["a", "b"]) thread.connection(name);
  await thread.work();
  thread.gone();
  // Its turn comes, and it never says that it is done.
  const turns = [
    await thread.turn(),
    await thread.turn(),
    await thread.turn(),
    await thread.turn(),
  ];
  assertEquals(turns.filter(({ length }) => length >= heavySliceMs).length, 3);
});

Deno.test("where the event loop comes around, nobody waits, and a mark is set once a slice", async () => {
  const thread = new Thread();
  for (let i = 0; i < 100; i++) {
    thread.connection("a", { workMs: connectionSliceMs / 4, times: 1 });
    assertLessOrEqual(thread.marks, 1);
    assertEquals(await thread.turn(), ["a"]);
  }
});

Deno.test("one that is closed waits no more, and the last one takes the mark away", async () => {
  const thread = new Thread();
  const [busy, waiting, other] = [thread.flow(), thread.flow(), thread.flow()];
  assertEquals(busy.begin(lightBytesMax + 1), undefined);
  thread.nowMs += connectionSliceMs;
  const turn = waiting.begin(lightBytesMax + 1);
  const otherTurn = other.begin(lightBytesMax + 1);
  waiting.close();
  await turn;
  // Nor does it take the turn of the next one.
  await thread.turn();
  await otherTurn;
  assertEquals(thread.marks, 1);
  // One by a turn that was asked for goes with it as well.
  thread.nowMs += connectionSliceMs;
  void busy.begin(lightBytesMax + 1);
  assertEquals(thread.marks, 1);
  for (const flow of [busy, waiting, other]) flow.close();
  assertEquals([thread.marks, waiting.begin(1)], [0, undefined]);
});
