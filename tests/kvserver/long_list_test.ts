import { withLimits } from "../../limits.ts";
import type { ActorRef } from "../../actor/mod.ts";
import { ListReply } from "../../kvserver/query/list_reply.ts";
import { ListTurns } from "../../kvserver/query/list_turns.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { assertEquals, assertGreater, msgpackDecode } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { concat, requestFrame } from "../support/rpc/wire.ts";
import { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { startSystem } from "../support/actors.ts";
import { put } from "../support/store/stores.ts";
import { serve, type Serving } from "./serving.ts";

/** So small parts that a List of a few hundred entries has many. */
const smallParts = withLimits({
  messageChunkBytes: 500,
  listPartBytes: 1_000,
  listPartEntries: 7,
  listsAtOnce: 2,
});

function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `key ${String(i).padStart(6, "0")}`);
}

async function putAll({ client }: Serving, keys: readonly string[], value: string): Promise<void> {
  await Promise.all(keys.map((key) => client.put(key, value)));
}

Deno.test("a List that is made in parts is the same as one that is not", async () => {
  await using served = await serve({ limits: smallParts });
  const keys = keysOf(300);
  await putAll(served, keys, "v".repeat(40));
  await served.client.put("large", "l".repeat(500_000));
  await served.client.put("other", "o");
  assertEquals([...(await served.client.list("key")).keys()], keys);
  const all = await served.client.list("");
  assertEquals([...all.keys()], [...keys, "large", "other"]);
  assertEquals(all.get("large")?.length, 500_000);
  assertEquals((await served.client.list("key 0000")).size, 100);
  assertEquals(Number((await served.client.stats()).lists), 3);
});

Deno.test("Lists in parts of many connections at once are each whole, other requests in their places", async () => {
  await using served = await serve({ limits: smallParts });
  const keys = keysOf(200);
  await putAll(served, keys, "value");
  await Promise.all(Array.from({ length: 12 }, async () => {
    using socket = await RawSocket.connect(served.address);
    await socket.send(concat(
      requestFrame(1, "Get", [keys[3]]),
      requestFrame(2, "List", ["key"]),
      requestFrame(3, "Put", ["mine", "m"]),
      requestFrame(4, "List", ["key 0001"]),
      requestFrame(5, "List", ["none"]),
      requestFrame(6, "Get", ["mine"]),
    ));
    const results: unknown[] = [];
    for (let msgid = 1; msgid <= 6; msgid++) {
      const reply = await socket.reply();
      assertEquals(reply.slice(0, 3), [1, msgid, null]);
      results.push(reply[3]);
    }
    const [got, list, put, some, none, mine] = results;
    assertEquals([got, put, none, mine], ["value", null, {}, "m"]);
    assertEquals(Object.keys(list as object), keys);
    assertEquals(Object.keys(some as object), keys.slice(100, 200));
  }));
});

Deno.test("a List in parts that exceeds a frame is too_large, and the connection lives", async () => {
  await using served = await serve();
  for (let i = 0; i < 5; i++) await served.client.put(`long ${i}`, "v".repeat(4_000_000));
  using socket = await RawSocket.connect(served.address);
  assertEquals((await socket.askInVain("List", "long")).code, "too_large");
  assertEquals(Object.keys(await socket.ask("List", "long 3") as object), ["long 3"]);
  await served.client.put("long 4", "");
  assertEquals(Object.keys(await socket.ask("List", "long") as object).length, 5);
});

Deno.test("a key that stays is in a List in parts once, whatever is put meanwhile", async () => {
  await using served = await serve({ limits: smallParts });
  const keys = keysOf(400);
  await putAll(served, keys, "value");
  using lister = await RawSocket.connect(served.address);
  const listed = lister.ask("List", "key");
  for (let i = 0; i < 200; i++) await served.client.put(`key ${900_000 - i}`, "new");
  const shown = Object.keys(await listed as object);
  assertEquals(shown.filter((key) => key < "key 5"), keys);
  assertEquals(new Set(shown).size, shown.length);
});

Deno.test("Gets go on between the parts of a List", async () => {
  await using served = await serve({ limits: withLimits({ listPartEntries: 1 }) });
  await putAll(served, keysOf(20_000), "value");
  using lister = await RawSocket.connect(served.address);
  await lister.send(requestFrame(1, "List", ["key"]));
  let isListed = false;
  const listed = lister.frame().then((payload) => (isListed = true, payload!));
  let gets = 0;
  while (!isListed) {
    assertEquals(await served.client.get("key 000005"), "value");
    gets++;
  }
  assertGreater(gets, 3);
  assertEquals(Object.keys((msgpackDecode(await listed) as unknown[])[3] as object).length, 20_000);
});

Deno.test("ListTurns makes the Lists of a connection that is gone no further", async () => {
  const { system } = await startSystem(new SimulatedWorld());
  const parts = new Map<number, number>();
  system.startActor((context) => {
    const store = new Store();
    for (let i = 0; i < 50; i++) put(store, `key ${i}`, "value");
    const told: unknown[] = [];
    const counting = {
      ...context,
      limits: smallParts,
      tell: (_ref: ActorRef, message: unknown) => void told.push(message),
      tellWritten: ({ counter }: ActorRef) => {
        parts.set(counter, (parts.get(counter) ?? 0) + 1);
        context.abandonMessage();
      },
    };
    const lists = new ListTurns(counting, () => {}, undefined);
    const reply = new ListReply(store, smallParts, 1, new Uint8Array());
    for (const inbox of [5, 6, 7]) lists.begin({ inbox, requestBytes: 10, reply });
    for (let i = 0; i < 4; i++) lists.turn();
    assertEquals([...parts], [[5, 2], [6, 2]]);
    lists.forget(5);
    lists.forget(6);
    for (let i = 0; i < 100 && told.length > 0; i++) {
      told.length = 0;
      lists.turn();
    }
    // 50 entries in parts of 7, and the reply.
    assertEquals([...parts], [[5, 2], [6, 2], [7, 9]]);
    return { onMessage() {} };
  });
  await system.close();
});
