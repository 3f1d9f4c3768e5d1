import {
  type ActorContext,
  type ActorRef,
  type ActorSystem,
  type ActorThread,
  joinSystem,
  type ThreadPort,
} from "../../actor/mod.ts";
import { writeValue } from "../../rpc/mod.ts";
import { assert, assertEquals, assertMatch } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** A system of three threads, all of them in this one: what crosses takes a millisecond. */
async function startThreads(world: SimulatedWorld, network = new MemoryNetwork(world)) {
  const environment = world.environment();
  const { system, reports } = await startSystem(world, { environment, network, threadCount: 3 });
  const blocks: number[] = [];
  const threads = [1, 2].map((thread): ActorThread => {
    const [here, there] = portPair(world, blocks);
    system.connectThread(thread, here);
    const seated = joinSystem(
      structuredClone(system.threadConfig(thread)),
      there,
      environment,
      system.log,
    );
    seated.onError = system.onError;
    return seated;
  });
  const close = () => Promise.all([system, ...threads].map((thread) => thread.close()));
  return { system, threads: [system, ...threads], reports, blocks, close };
}

function portPair(world: SimulatedWorld, blocks: number[]): [ThreadPort, ThreadPort] {
  const receivers: ((bytes: Uint8Array) => void)[] = [];
  const end = (i: number): ThreadPort => ({
    post(bytes) {
      blocks.push(bytes.length);
      world.after(1, () => receivers[1 - i](bytes));
    },
    listen(receive) {
      receivers[i] = receive;
    },
  });
  return [end(0), end(1)];
}

testInWorld("tell() reaches actors of all threads, in order, whatever the way", async (world) => {
  const { threads, close } = await startThreads(world);
  const probes = threads.map((thread) => startProbe(thread));
  const refs = probes.map(({ ref }) => ref);
  assertEquals(new Set(refs.map(({ counter }) => counter)).size, 3);
  const start = (thread: ActorThread) =>
    thread.startActor((context: ActorContext) => ({
      onMessage(from) {
        for (let i = 0; i < 10; i++) for (const ref of refs) context.tell(ref, { from, i });
      },
    }));
  for (const [from, thread] of threads.entries()) thread.tell(start(thread), from);
  await world.run();
  for (const { messages } of probes) {
    for (const from of [0, 1, 2]) {
      const got = (messages as { from: number; i: number }[]).filter((m) => m.from === from);
      assertEquals(got.map(({ i }) => i), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  }
  await close();
});

testInWorld("what is told in one turn crosses as one block", async (world) => {
  const { system, threads, blocks, close } = await startThreads(world);
  const { ref, messages } = startProbe(threads[1]);
  for (let i = 0; i < 100; i++) system.tell(ref, i);
  await world.run();
  assertEquals(messages.length, 100);
  assertEquals(blocks.length, 1);
  await close();
});

testInWorld("a channel and an inbox take replies from another thread", async (world) => {
  const { system, threads, close } = await startThreads(world);
  const echo = threads[1].startActor((context) => ({
    onMessage: ({ text, replyTo }: { text: string; replyTo: ActorRef }) =>
      context.tell(replyTo, text),
  }));
  for (const thread of [system, threads[2]]) {
    const { ref: replyTo, response } = thread.newChannelRef<string>();
    thread.tell(echo, { text: "hello", replyTo });
    assertEquals(await world.complete(response), "hello");
    const lengths: number[] = [];
    const inbox = thread.openInbox((_bytes, start, end) => lengths.push(end - start));
    thread.tell(echo, { text: "a", replyTo: inbox.ref });
    thread.tell(echo, { text: "ab", replyTo: inbox.ref });
    await world.run();
    assertEquals(lengths, [2, 3]);
    inbox.close();
    const dropped = thread.stats().messagesDropped;
    thread.tell(echo, { text: "too late", replyTo: inbox.ref });
    await world.run();
    assertEquals(thread.stats().messagesDropped, dropped + 1);
  }
  await close();
});

testInWorld("stats() sums up all threads, on each of them", async (world) => {
  const { threads, close } = await startThreads(world);
  for (const thread of threads) {
    const { ref } = startProbe(thread);
    threads[0].tell(ref, "x");
    writeValue(threads[2].beginMessage(), "y");
    threads[2].tellWritten(ref, 5);
    thread.newChannelRef({ timeoutMs: 1 });
  }
  await world.run();
  for (const thread of threads) {
    const { messagesSent, messagesSentExternal, bytesSent, channelRefsUsed } = thread.stats();
    assertEquals([messagesSent, messagesSentExternal, bytesSent, channelRefsUsed], [18, 18, 12, 3]);
  }
  await close();
});

testInWorld("a further thread tells other systems through the main thread", async (world) => {
  const network = new MemoryNetwork(world);
  const { system: far } = await startSystem(world, { network });
  const { threads, close } = await startThreads(world, network);
  const { ref, messages } = startProbe(far, (from, context) => context.tell(from.back, "reply"));
  const back = startProbe(threads[2]);
  (threads[0] as ActorSystem).expose(back.ref);
  const sender = threads[1].startActor((context) => ({
    onMessage: () => context.tell(ref, { back: back.ref }),
  }));
  // The first opens the link.
  for (let i = 0; i < 3; i++) {
    threads[0].tell(sender, null);
    await world.advance(1000);
  }
  assert(messages.length >= 1);
  assertEquals(back.messages.length, messages.length);
  await close();
  await far.close();
});

testInWorld(
  "what another system told and an actor cannot handle is that one's fault, on each thread",
  async (world) => {
    const network = new MemoryNetwork(world);
    const { system: far } = await startSystem(world, { network });
    const { threads, close } = await startThreads(world, network);
    const faults: (string | undefined)[] = [];
    for (const thread of threads) {
      thread.onError = (_error, _ref, from) => void faults.push(from);
      const { ref } = startProbe(thread, () => {
        throw new Error("no such message");
      });
      (threads[0] as ActorSystem).expose(ref);
      far.tell(ref, "from elsewhere");
      await world.advance(1_000);
      thread.tell(ref, "from here");
      await world.advance(1_000);
    }
    assertEquals(faults.length, 6);
    for (const i of [0, 2, 4]) assertMatch(String(faults[i]), /^(?!undefined)[^:]+$/);
    for (const i of [1, 3, 5]) assertEquals(faults[i], undefined);
    await Promise.all([close(), far.close()]);
  },
);

testInWorld(
  "a long message that leaves its thread gives its memory back there, and arrives whole",
  async (world) => {
    const network = new MemoryNetwork(world);
    const { system, threads, close } = await startThreads(world, network);
    const other = await startSystem(world, { network, hostname: "other" });
    const [long, next] = [7, 8].map((value) => new Uint8Array(200_000).fill(value));
    const sender = startProbe(system);
    for (const thread of [system, threads[1], other.system]) {
      const { ref, messages } = startProbe(thread);
      sender.context.tell(ref, "first");
      await world.advance(1_000);
      const writer = sender.context.beginMessage();
      writeValue(writer, long);
      const memory = writer.bytes;
      sender.context.tellWritten(ref);
      assertEquals(memory.length === 0, thread !== system);
      // What comes next may be written there.
      sender.context.tell(ref, next);
      await world.advance(1_000);
      assertEquals(messages, ["first", long, next]);
    }
    await world.complete(other.system.close());
    await close();
  },
);
