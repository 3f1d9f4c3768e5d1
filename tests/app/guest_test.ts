import { gameStore } from "../../app/play/game_store.ts";
import { Guest } from "../../app/play/guest.ts";
import type { FoundServer } from "../../app/play/own_world.ts";
import { hashOfToken, newToken } from "../../access/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { StoreFailure } from "../../app/game/mod.ts";
import { assertEquals, assertRejects } from "../deps.ts";
import { withServer } from "./with_server.ts";

/** A guest at `host:1`, who finds what `found` says, one after the other; `undefined` is nothing. */
function guestWho(...found: (FoundServer | undefined)[]) {
  let looked = 0;
  const guest = new Guest({ addresses: ["host:1"] }, () => {
    const next = found[looked++];
    return next === undefined ? Promise.reject(new Error("in use")) : Promise.resolve(next);
  });
  return { guest, looked: () => looked };
}

Deno.test("a guest whose host is gone looks once for all that is lost, and goes where the world is", async () => {
  const { guest, looked } = guestWho(undefined, { addresses: ["heir:1"] });
  await guest.recover();
  assertEquals([guest.nextAddr(), looked()], ["host:1", 1]);
  await Promise.all([guest.recover(), guest.recover()]);
  assertEquals([guest.nextAddr(), guest.serverName(), looked()], ["heir:1", "heir:1", 2]);
});

Deno.test("a guest who keeps the world looks for no other, and ends the server on leaving", async () => {
  let closed = 0;
  const server = {
    close: () => Promise.resolve((closed++, { undelivered: 0 })),
  } as Partial<Server> as Server;
  const { guest, looked } = guestWho({ addresses: ["own:1"], server });
  await guest.recover();
  // What was asked of the host is lost only now.
  await guest.recover();
  assertEquals([guest.nextAddr(), guest.serverName(), looked()], ["own:1", "one of your own", 1]);
  await guest.close();
  assertEquals(closed, 1);
});

Deno.test("a guest who leaves while looking ends what is found, and looks no more", async () => {
  let closed = 0;
  const server = {
    close: () => Promise.resolve((closed++, { undelivered: 0 })),
  } as Partial<Server> as Server;
  const { guest, looked } = guestWho({ addresses: ["own:1"], server });
  void guest.recover();
  await guest.close();
  assertEquals([closed, looked()], [1, 1]);
  const left = guestWho({ addresses: ["heir:1"] });
  await left.guest.close();
  await left.guest.recover();
  assertEquals(left.looked(), 0);
});

Deno.test("a guest at whose host's address another server is now goes where the world is", () =>
  withServer(async (heir) => {
    const entry = {
      name: "play",
      hash: hashOfToken(newToken()),
      role: "admin",
      prefixes: [],
    } as const;
    const stranger = await Server.start({ startPort: 0, queryActorCount: 1, tokens: [entry] });
    const [address] = stranger.queryAddresses;
    let looked = 0;
    for (const token of [newToken(), undefined]) {
      const guest = new Guest({ addresses: [address] }, () => {
        looked++;
        return Promise.resolve({ addresses: [heir] });
      });
      const client = new Client(guest, { token });
      const store = gameStore(client, guest);
      await assertRejects(() => store.put("seen", "true"), StoreFailure, "another server is at");
      await store.put("seen", "true");
      assertEquals(await store.get("seen"), "true");
      await client.close();
    }
    assertEquals(looked, 2);
    await stranger.close();
  }));

Deno.test("a guest whose host is lost while nothing is asked looks for the world before the next call", async () => {
  const { guest, looked } = guestWho({ addresses: ["heir:1"] });
  guest.reportFailure("another:1");
  assertEquals(looked(), 0);
  guest.reportFailure("host:1");
  await guest.settled();
  assertEquals([guest.nextAddr(), looked()], ["heir:1", 1]);
});
