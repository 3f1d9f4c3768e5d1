/**
 * The smallest actor system: two counters, told from outside and by themselves.
 *
 *     deno run --allow-net examples/counter/main.ts
 *
 * @module
 */

import { type ActorRef, ActorSystem, uid } from "../../actor/mod.ts";
import { type CounterMessage, newCounterActor } from "./counter_actor.ts";

/** Runs the example; every line of its output goes to `print`. */
export async function runCounterExample(print: (line: string) => void): Promise<void> {
  const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
  const tell = (ref: ActorRef, message: CounterMessage) => system.tell(ref, message);

  // Whoever asks gives a ref for the answer: a channel, whose first message resolves a promise.
  const ask = (ref: ActorRef, question: (replyTo: ActorRef) => CounterMessage) => {
    const { ref: replyTo, response } = system.newChannelRef<number>({ timeoutMs: 5000 });
    tell(ref, question(replyTo));
    return response;
  };
  const get = (ref: ActorRef) => ask(ref, (replyTo) => ({ type: "get", replyTo }));

  const apples = system.startActor(newCounterActor);
  const pears = system.startActor(newCounterActor);
  print(`apples are counted by ${uid(apples)}`);
  print(`pears are counted by ${uid(pears)}`);

  // A tell returns at once. Messages of one sender arrive in order: the count includes all three.
  for (const amount of [1, 2, 3]) tell(apples, { type: "add", amount });
  tell(pears, { type: "add", amount: 10 });
  print(`apples: ${await get(apples)}`);
  print(`pears: ${await get(pears)}`);

  // What cannot be marshalled is refused where it is told, not where it arrives.
  try {
    system.tell(apples, { type: "add", amount: () => 4 });
  } catch (error) {
    print(`refused: ${(error as Error).message.split(",")[0]}`);
  }

  // An actor never waits. While the apples tell themselves their ticks, anyone can ask them.
  const ticked = ask(apples, (replyTo) => ({ type: "tick", intervalMs: 10, times: 3, replyTo }));
  print(`apples at the first tick: ${await get(apples)}`);
  print(`apples after three ticks: ${await ticked}`);

  print(`messages sent: ${system.stats().messagesSent}`);
  await system.close();
}

if (import.meta.main) await runCounterExample(console.log);
