import type { ActorRef } from "../../actor/mod.ts";
import { Gossip } from "../../kvserver/sync/gossip.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";

const { forgottenServersMax, messageIntroductionsMax, peersMax } = defaultLimits;

const refOf = (i: number): ActorRef => ({ address: `b${i}:1`, incarnation: `${i}`, counter: 1 });
const serverOf = (i: number) => ({ address: `b${i}:1`, incarnations: [`${i}`] });

Deno.test("Gossip tells no more with one message, and keeps no more for it, than a peer takes", () => {
  const gossip = new Gossip(defaultLimits);
  for (let i = 0; i < 3 * forgottenServersMax; i++) gossip.tellForgotten(serverOf(i));
  const taken = gossip.take();
  assertEquals(taken.forgotten.length, forgottenServersMax);
  assertEquals(taken.forgotten.at(-1), serverOf(3 * forgottenServersMax - 1));
  for (let i = 0; i < 10; i++) gossip.tellForgotten(serverOf(i));
  gossip.lost(taken);
  const again = gossip.take().forgotten;
  assertEquals(again.length, forgottenServersMax);
  // What was lost is older than what was to be told next.
  assertEquals(again.slice(-10), Array.from({ length: 10 }, (_, i) => serverOf(i)));
  for (let i = 0; i < 2 * peersMax; i++) gossip.introduce(refOf(i));
  let messages = 0;
  for (; !gossip.isEmpty; messages++) {
    assertEquals(gossip.take().introductions.length, messageIntroductionsMax);
  }
  assertEquals(messages, peersMax / messageIntroductionsMax);
});

Deno.test("Gossip tells again what was lost, but for what was withdrawn since", () => {
  const gossip = new Gossip(defaultLimits);
  for (const i of [1, 2]) {
    gossip.introduce(refOf(i));
    gossip.tellForgotten(serverOf(i));
    gossip.tellKept(refOf(i));
  }
  const taken = gossip.take();
  assertEquals(gossip.isEmpty, true);
  gossip.withdraw(refOf(1));
  gossip.withdrawForgotten(serverOf(1).address);
  gossip.lost(taken);
  const again = gossip.take();
  assertEquals(again.introductions, [refOf(2)]);
  assertEquals(again.forgotten, [serverOf(2)]);
  assertEquals(again.kept, [refOf(2)]);
  gossip.handled(again);
  gossip.lost(again);
  assertEquals(gossip.isEmpty, true);
});
