/** The session that docs/game.md shows is played, and must come out as it stands there. */

import { ownersPrefix } from "../../app/doors/names/owners.ts";
import { auditPrefix, rulesPrefix } from "../../app/doors/rules/rule_keys.ts";
import { keys } from "../../app/game/state/keys.ts";
import type { Rank } from "../../app/game/world/world.ts";
import { assertEquals } from "../deps.ts";
import { replay } from "./replay.ts";
import { Seat } from "./seat.ts";
import { MemoryStore } from "./stage.ts";

/** What the dice showed in the session in the docs. */
const rolls = [
  ...[3, 5, 1, 4, 10, 1, 4, 5, 1, 3, 6, 3, 3, 5, 3, 1, 3, 4, 3, 6, 1, 2, 6, 1],
  ...[4, 4, 3, 3, 6, 4, 3, 9, 4, 1, 6, 1, 1, 10, 3, 3, 16, 2, 14, 3, 2, 0, 0, 10],
  ...[2, 7, 4, 5, 1, 5, 1, 20, 2, 19, 1, 14, 3, 19, 0, 12, 0, 12, 1, 11, 4, 20, 2, 11],
  ...[4, 18, 0, 20, 4, 16, 0, 4],
];

const now = () => 1_300_000_000_000;

/** Plays what is typed in a transcript, with Bob around. */
async function replayWithBob(transcript: string): Promise<string> {
  const store = new MemoryStore([["rank/Bob/Masters", "true"]]);
  const bob = await Seat.take(store, "Bob", { now });
  await bob.type("mine 20");
  await bob.type("move fence");
  const screen = await replay(transcript, {
    manner: "drawn",
    rolls,
    store,
    now,
    meanwhile: {
      "tell Bob thanks": async () => {
        await bob.type("move 5");
        await bob.type("say first week? buy more CPUs, they break");
      },
    },
  });
  await bob.leave();
  return screen;
}

function readDocs(): Promise<string> {
  return Deno.readTextFile(new URL("../../docs/game.md", import.meta.url));
}

Deno.test("the session in docs/game.md is what the game says", async () => {
  const [, transcript] = /```console\n(.*?)```/s.exec(await readDocs())!;
  assertEquals(await replayWithBob(transcript), transcript);
});

Deno.test("docs/game.md has a line for every kind of key, and no other", async () => {
  // What doors keep stands in the same table.
  const ofDoors = [rulesPrefix, auditPrefix, ownersPrefix];
  const documented = [...(await readDocs()).matchAll(/^\| `([a-z]+\/[^`]*)`/gm)]
    .filter(([, key]) => !ofDoors.some((prefix) => key.startsWith(prefix)));
  const parts = [
    "<name>",
    "<n>",
    "<session>",
    "<rank>",
    "<round>",
    "<bucket>",
    "<place>",
    "<k>",
    "<term>",
  ] as unknown as [string, number, string, Rank, number, number, string, number, number];
  const [name, n, session, rank, round, bucket, place, k, term] = parts;
  assertEquals(
    documented.map(([, key]) => key).sort(),
    [
      keys.player(name),
      keys.place(name),
      keys.mined(name, session),
      keys.deed(name, n, session).replace(/0+</, "<"),
      keys.rank(name, rank),
      keys.damage(rank, round, session),
      keys.risen(rank, round, name),
      keys.end(session),
      keys.scene(bucket, place, session),
      keys.letter(bucket, name, session),
      keys.here(bucket, name),
      keys.fold(name),
      keys.mark(name, "<verb>" as "read", "<what>"),
      keys.coins(name, "<way>" as "in", session, k),
      keys.term(),
      keys.career(name, term),
      keys.chat(bucket, session, k),
      keys.post(name, session, k),
      keys.postRead(name),
      keys.ignore(name),
      keys.group(name),
    ].sort(),
  );
  assertEquals(documented.length, Object.keys(keys).length);
});
