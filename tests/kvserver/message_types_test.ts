import { firstBytes, messageTypes } from "../../kvserver/messages/message_types.ts";
import { assert, assertEquals } from "../deps.ts";
import { filesBelow, read } from "../support/repository.ts";

Deno.test("no two messages of an actor begin alike", () => {
  const types = Object.values(messageTypes);
  assertEquals(new Set(types).size, types.length);
  for (const [receiver, bytes] of Object.entries(firstBytes)) {
    assertEquals(new Set(Object.values(bytes)).size, Object.keys(bytes).length, receiver);
    // Those of a map of up to 15 fields, of which all other messages are.
    for (const byte of Object.values(bytes)) assert(byte < 0x80 || byte > 0x8f, receiver);
  }
});

Deno.test("messages between the actors of a server have their types in one place", () => {
  for (const folder of ["kvserver/messages/", "kvserver/sync/", "kvserver/query/"]) {
    for (const path of filesBelow(folder, ".ts")) {
      const own = /^ {2}(?:readonly )?type: "\w+";/m.exec(read(path));
      assert(own === null, `${path} states a type of its own: ${own?.[0]}`);
    }
  }
});
