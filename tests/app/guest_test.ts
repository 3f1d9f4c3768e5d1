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

/** A server that lets in nobody but who has its token. */
class Stranger {
  readonly address: string;
  readonly token: string;
  #server: Server;

  private constructor(server: Server, token: string) {
    [this.address] = server.queryAddresses;
    this.token = token;
    this.#server = server;
  }

  static async start(): Promise<Stranger> {
    const token = newToken();
    const entry = { name: "play", hash: hashOfToken(token), role: "admin", prefixes: [] } as const;
    const options = { startPort: 0, queryActorCount: 1, tokens: [entry] };
    return new Stranger(await Server.start(options), token);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }
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
    await using stranger = await Stranger.start();
    const { address } = stranger;
    let looked = 0;
    for (const token of [newToken(), undefined]) {
      const guest = new Guest({ addresses: [address] }, () => {
        looked++;
        return Promise.resolve({ addresses: [heir] });
      });
      const client = new Client(guest, { token });
      const store = gameStore(client, guest);
      await store.put("seen", "true");
      assertEquals(await store.get("seen"), "true");
      await client.close();
    }
    assertEquals(looked, 2);
  }));

Deno.test("a guest who finds nothing but a stranger is told so", async () => {
  await using stranger = await Stranger.start();
  const { address } = stranger;
  const guest = new Guest({ addresses: [address] }, () => Promise.reject(new Error("in use")));
  await using client = new Client(guest, { token: newToken() });
  const put = () => gameStore(client, guest).put("seen", "true");
  await assertRejects(put, StoreFailure, `another server is at ${address}`);
});

Deno.test("a guest gets in where the token of an heir came later than the heir", async () => {
  await using heir = await Stranger.start();
  let token: string | undefined;
  const guest = new Guest({ addresses: [heir.address] }, () => {
    token = heir.token;
    return Promise.resolve({ addresses: [heir.address] });
  });
  await using client = new Client(guest, { token: () => token });
  await gameStore(client, guest).put("seen", "true");
});

Deno.test("a guest whose host is lost while nothing is asked looks for the world before the next call", async () => {
  const { guest, looked } = guestWho({ addresses: ["heir:1"] });
  guest.reportFailure("another:1");
  assertEquals(looked(), 0);
  guest.reportFailure("host:1");
  await guest.settled();
  assertEquals([guest.nextAddr(), looked()], ["heir:1", 1]);
});
