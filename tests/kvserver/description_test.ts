import {
  addressOfDescription,
  describeServer,
  syncActorOf,
} from "../../kvserver/join/description.ts";
import { assert, assertEquals, assertThrows } from "../deps.ts";

const syncActor = { address: "192.0.2.7:6000", incarnation: "0123456789abcdef", counter: 1 };
const description = describeServer(syncActor, ["192.0.2.7:6001"]);

/** The description with some of its fields changed. */
function changed(fields: Record<string, unknown>): string {
  return JSON.stringify({ ...JSON.parse(description), ...fields });
}

Deno.test("syncActorOf() reads what describeServer() writes, and ignores what a newer version adds", () => {
  assertEquals(syncActorOf(description), syncActor);
  assertEquals(syncActorOf(changed({ more: [1, 2] })), syncActor);
  assertEquals(addressOfDescription(description), syncActor.address);
});

/** Descriptions of no server. */
export const nonsense = [
  "nonsense",
  "null",
  "7",
  "[]",
  "{}",
  '{"cmud":1}',
  changed({ cmud: "1" }),
  changed({ address: "nonsense" }),
  changed({ address: "192.0.2.7:0" }),
  changed({ address: 6000 }),
  changed({ address: "\u{1b}[31m:6000" }),
  changed({ address: `${"a".repeat(300)}:6000` }),
  changed({ address: "m\u00fcller.example:6000" }),
  changed({ incarnation: "" }),
  changed({ incarnation: 5 }),
  changed({ incarnation: "0123456789ABCDEF/" }),
  changed({ syncActor: -1 }),
  changed({ syncActor: 0 }),
  changed({ syncActor: 1.5 }),
  changed({ syncActor: 2 ** 53 }),
  changed({ syncActor: "1" }),
];

for (const text of nonsense) {
  Deno.test(`syncActorOf() refuses ${text.slice(0, 120)}`, () => {
    assertThrows(() => syncActorOf(text), TypeError, "the description of a running server");
  });
}

Deno.test("syncActorOf() says which version it refuses, and prints no long or raw text", () => {
  assertThrows(() => syncActorOf(changed({ cmud: 2 })), TypeError, "described in version 2");
  const error = assertThrows(() => syncActorOf("\u{1b}[31m".repeat(1_000_000)), TypeError);
  assert(error.message.length < 2_000);
  assert(!error.message.includes("\u{1b}"));
});
