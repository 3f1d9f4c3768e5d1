import { assertEquals, assertMatch } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";
import { batchOf, entry, mergedOf } from "../support/disk/data_files.ts";
import { DurableServer } from "./durable_server.ts";

// What a message that no query actor sent can do to what is on its way to the disk: nothing.

/** Runs `use`, and gives what was printed on stderr meanwhile. */
async function saidDuring(use: () => Promise<void>): Promise<string[]> {
  const said: string[] = [];
  const { error } = console;
  console.error = (line: string) => void said.push(line);
  try {
    await use();
  } finally {
    console.error = error;
  }
  return said;
}

for (const durability of ["relaxed", "strict"] as const) {
  for (const forged of [-1, 0, 7, 1.5, "1", null]) {
    testInWorld(
      `${durability}: a message that says that ${forged} is on disk keeps nothing from the disk`,
      async (world) => {
        const server = await DurableServer.start(world, { durability });
        server.disk.writeMs = 50;
        const said = await saidDuring(async () => {
          const message = { type: "onDisk", message: forged };
          server.system.tell(server.queryActors[0], message);
          await world.advance(1);
          const put = server.put("a", "1");
          server.system.tell(server.queryActors[0], message);
          await world.advance(1);
          assertEquals(server.answers.has(put), durability === "relaxed");
          await world.advance(1000);
          assertEquals(server.answers.get(put)?.error, undefined);
        });
        assertMatch(said[0], /The journal says that message .* is on disk: ignored, allowed are/);
        assertEquals(said.length, 2);
        assertEquals(await world.complete(server.journal.flush(5_000)), true);
        assertEquals([...mergedOf(server.disk.batches).keys()], ["a"]);
        await server.crash();
      },
    );
  }
}

const none = new Uint8Array();

/** Messages that claim to hold accepted entries; [actor, message, removals, entries, seen]. */
const forgedAccepted: [name: string, forge: (actor: number) => unknown, found: RegExp][] = [
  [
    "entries that are none",
    (actor) => [actor, 1, none, new Uint8Array([0x91, 1, 1]), none],
    /ignored a message/,
  ],
  [
    "removals that are none",
    (actor) => [actor, 1, new Uint8Array([0x91, 1, 1]), none, none],
    /ignored a message/,
  ],
  [
    "what was seen that is none",
    (actor) => [actor, 1, none, batchOf(entry("x", "1")), new Uint8Array([5, 1])],
    /ignored a message/,
  ],
  ["no entries", (actor) => [actor, 1, none, "text", none], /the message is malformed/],
  [
    "an actor that is none",
    () => [9_999, 1, none, batchOf(entry("x", "1")), none],
    /9999 is no query actor/,
  ],
  [
    "a number out of order",
    (actor) => [actor, 5, none, batchOf(entry("x", "1")), none],
    /message 5 after 0/,
  ],
  [
    "an order that no reader takes",
    (actor) => [actor, 1, none, batchOf(entry("x", "1", { timestamp: 2 ** 53 - 1 })), none],
    /found something else/,
  ],
  ["a peer without an address", () => ({ address: 7 }), /a peer has no address/],
  ["nothing at all", () => null, /ignored a message/],
];

for (const [name, forge, found] of forgedAccepted) {
  testInWorld(
    `a message to the journal with ${name} is not written, and spoils nothing`,
    async (world) => {
      const server = await DurableServer.start(world, { durability: "strict" });
      const said = await saidDuring(async () => {
        server.system.tell(server.journal.ref, forge(server.queryActors[0].counter));
        await world.advance(100);
      });
      assertMatch(said.join(), found);
      assertEquals(said.length, 1);
      assertEquals([server.disk.batches, server.disk.peers], [[], []]);
      const put = server.put("a", "1");
      await world.advance(1000);
      assertEquals(server.answers.get(put)?.error, undefined);
      assertEquals([...mergedOf(server.disk.batches).keys()], ["a"]);
      await server.crash();
    },
  );
}
