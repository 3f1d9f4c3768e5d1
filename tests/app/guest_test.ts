import { Guest } from "../../app/play/guest.ts";
import type { FoundServer } from "../../app/play/own_world.ts";
import type { Server } from "../../kvserver/mod.ts";
import { assertEquals } from "../deps.ts";

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
