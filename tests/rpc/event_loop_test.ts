import { EventLoop, type LoopProbe } from "../../rpc/event_loop.ts";
import { SelfPipe } from "../../rpc/self_pipe.ts";
import { assertEquals, assertLessOrEqual, assertRejects } from "../deps.ts";
import { until } from "../support/until.ts";

/** Timers of an `EventLoop` that wait. */
const timers = new Set<ReturnType<typeof setTimeout>>();

function later(fn: () => void): () => void {
  const timer = setTimeout(() => (timers.delete(timer), fn()), 0);
  timers.add(timer);
  return () => {
    timers.delete(timer);
    clearTimeout(timer);
  };
}

/** Resolves when the event loop has come around. */
function turn(loop: EventLoop): Promise<void> {
  return new Promise((resolve) => loop.onTurn(resolve));
}

/** Resolves when all promises and timers that are due have had their effect. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}

/** A probe whose round trips end when they are told to. */
class FakeProbe implements LoopProbe {
  isClosed = false;
  readonly trips: PromiseWithResolvers<void>[] = [];

  roundTrip(): Promise<void> {
    const trip = Promise.withResolvers<void>();
    this.trips.push(trip);
    return trip.promise;
  }

  async arrive(): Promise<void> {
    this.trips.at(-1)!.resolve();
    await settled();
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A loop that has its probe, and what was run, in order. */
async function probedLoop() {
  const probe = new FakeProbe();
  const loop = new EventLoop(later, () => Promise.resolve(probe));
  const release = loop.keep();
  await turn(loop);
  const log: string[] = [];
  return { probe, loop, release, log, note: (name: string) => loop.onTurn(() => log.push(name)) };
}

Deno.test("what has come on any socket is there when the event loop has come around by a SelfPipe", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [near, far] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
  near.setNoDelay(true);
  const pipe = await SelfPipe.open();
  const into = new Uint8Array(2);
  for (let round = 0; round < 100; round++) {
    let isRead = false;
    const reading = far.read(into).then(() => isRead = true);
    await near.write(new Uint8Array(1));
    let turns = 0;
    for (; !isRead; turns++) await pipe.roundTrip();
    assertLessOrEqual(turns, 2);
    await reading;
  }
  for (const conn of [near, far, pipe]) conn.close();
});

Deno.test("a SelfPipe that is closed rejects the round trip under way", async () => {
  const pipe = await SelfPipe.open();
  await pipe.roundTrip();
  const rejected = assertRejects(() => pipe.roundTrip());
  pipe.close();
  await rejected;
});

Deno.test("all who ask for a turn while a byte is under way come with it", async () => {
  const { probe, note, log, release } = await probedLoop();
  note("a");
  note("b");
  await settled();
  assertEquals([log.length, probe.trips.length], [0, 1]);
  await probe.arrive();
  assertEquals([log, probe.trips.length], [["a", "b"], 1]);
  release();
});

Deno.test("onTurn() called by what runs at a turn waits for the next one", async () => {
  const { probe, loop, note, log, release } = await probedLoop();
  loop.onTurn(() => note("again"));
  await probe.arrive();
  assertEquals([log.length, probe.trips.length], [0, 2]);
  await probe.arrive();
  assertEquals(log, ["again"]);
  release();
});

Deno.test("onTurn() goes by timers when a probe breaks, is closed, or is not to be had", async () => {
  const broken = await probedLoop();
  broken.note("a");
  broken.note("b");
  broken.probe.trips.at(-1)!.reject(new Error("broken"));
  await until("both are run", () => broken.log.length === 2);
  assertEquals([broken.log, broken.probe.isClosed], [["a", "b"], true]);
  // The next turn is by a timer, and has another one opened.
  await turn(broken.loop);
  assertEquals([broken.loop.isQuick, broken.probe.trips.length], [true, 1]);
  broken.release();

  const without = new EventLoop(later, () => Promise.reject(new Error("none")));
  const release = without.keep();
  for (let i = 0; i < 3; i++) await turn(without);
  release();
});

Deno.test("who cancels a turn is left out of it, and leaves no timer", async () => {
  const { probe, loop, note, log, release } = await probedLoop();
  const cancels = ["a", "b"].map(note);
  loop.onTurn(() => cancelLast());
  const cancelLast = note("c");
  cancels[0]();
  await probe.arrive();
  assertEquals([log, probe.trips.length], [["b"], 1]);
  // All of a turn may be gone, and the next one comes with it nevertheless.
  note("d")();
  note("e");
  await probe.arrive();
  assertEquals([log, probe.trips.length], [["b", "e"], 2]);
  const cancelWithProbe = note("f");
  release();
  probe.trips.at(-1)!.reject(new Error("closed"));
  await Promise.resolve();
  const cancelWithout = note("g");
  assertEquals(timers.size, 2);
  cancelWithProbe();
  cancelWithout();
  assertEquals(timers.size, 0);
});

Deno.test("an EventLoop has a probe only while somebody keeps it and has asked for a turn", async () => {
  const probes: FakeProbe[] = [];
  const loop = new EventLoop(
    later,
    () => Promise.resolve(probes[probes.push(new FakeProbe()) - 1]),
  );
  await turn(loop);
  const releases = [loop.keep(), loop.keep()];
  assertEquals(probes.length, 0);
  for (let i = 0; i < 2; i++) loop.onTurn(() => {});
  await settled();
  assertEquals(probes.length, 1);
  releases[0]();
  assertEquals(probes[0].isClosed, false);
  releases[1]();
  assertEquals(probes[0].isClosed, true);
  await turn(loop);
  assertEquals(probes.length, 1);
  loop.keep();
  await turn(loop);
  assertEquals(probes.length, 2);
});

Deno.test("a probe that is there only when nobody keeps it any more is closed", async () => {
  const opened = Promise.withResolvers<LoopProbe>();
  const loop = new EventLoop(later, () => opened.promise);
  const release = loop.keep();
  await turn(loop);
  release();
  const probe = new FakeProbe();
  opened.resolve(probe);
  await settled();
  assertEquals(probe.isClosed, true);
});
