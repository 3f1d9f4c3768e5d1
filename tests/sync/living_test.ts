import { Living } from "../../kvserver/sync/living.ts";
import type { Membership } from "../../kvserver/sync/membership.ts";
import { assertEquals, assertStrictEquals } from "../deps.ts";
import { other, siblings, Stage } from "./stage.ts";

const { address, incarnation } = other;

/** What the query actor was told of who lives, without the messages that say nothing of it. */
function livingTold(stage: Stage): unknown[] {
  return stage.merges.flatMap(({ living }) => living === undefined ? [] : [living]);
}

Deno.test("a query actor is told at once which other server lives, and once that it has ended", () => {
  const stage = new Stage([siblings[0]]);
  stage.heard();
  assertEquals(livingTold(stage), [{ incarnations: [incarnation], addresses: [] }]);
  stage.pass(3);
  assertEquals(livingTold(stage).length, 1);
  // It is down, and may come back.
  stage.link.isUp = false;
  stage.nowMs += 60_000;
  stage.pass(3);
  assertEquals(livingTold(stage).length, 1);
  // Its address answers as another one: whoever is there now is not known.
  stage.link.isWrongIncarnation = true;
  stage.pass(3);
  assertEquals(livingTold(stage).slice(1), [{ incarnations: [], addresses: [address] }]);
});

Deno.test("servers that were remembered live before they are reached, and no longer than until they are forgotten", () => {
  const members = {
    peers: [] as unknown[],
    absent: new Map([["c:1", 0], ["b:1", 0]]),
    revision: 0,
  };
  const living = new Living(members as unknown as Membership);
  const first = living.servers;
  assertEquals(first, { incarnations: [], addresses: ["b:1", "c:1"] });
  // In another turn, and nobody else.
  members.absent = new Map([["b:1", 0], ["c:1", 0]]);
  members.revision++;
  assertStrictEquals(living.servers, first);
  members.absent.delete("b:1");
  members.peers.push({ ref: other });
  members.revision++;
  assertEquals(living.servers, { incarnations: [incarnation], addresses: ["c:1"] });
  members.absent.clear();
  members.peers.pop();
  members.revision++;
  assertEquals(living.servers, { incarnations: [], addresses: [] });
});
