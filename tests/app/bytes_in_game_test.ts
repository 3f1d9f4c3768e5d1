import { gameStore } from "../../app/play/game_store.ts";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { assertEquals } from "../deps.ts";
import { withServer } from "./with_server.ts";

Deno.test("the game reads bytes that others have put as text, or as what is none of its", () =>
  withServer(async (server) => {
    const router = new FixedRouter(server);
    const client = new Client(router);
    const store = gameStore(client, router);
    await client.put("here/text", new TextEncoder().encode('{"gone":true}'));
    await client.put("here/bytes", new Uint8Array([0xff, 0x00]));
    assertEquals(await store.get("here/text"), '{"gone":true}');
    assertEquals(await store.get("here/bytes"), "\ufffd\0");
    assertEquals(await store.get("here/nothing"), undefined);
    assertEquals([...await store.list("here/")], [
      ["here/bytes", "\ufffd\0"],
      ["here/text", '{"gone":true}'],
    ]);
    await client.close();
  }));
