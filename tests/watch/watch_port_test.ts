import { withLimits } from "../../limits.ts";
import { assert, assertEquals, assertLess, assertStringIncludes, msgpackDecode } from "../deps.ts";
import { serve, type Serving } from "../kvserver/serving.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { concat, requestFrame } from "../support/rpc/wire.ts";
import { until } from "../support/until.ts";

/** The next message of a connection, whatever it is. */
async function message(socket: RawSocket): Promise<unknown[]> {
  return msgpackDecode((await socket.frame())!) as unknown[];
}

/** The changes of the next message, a `Changed` of that watch: keys and values. */
async function changes(socket: RawSocket, id: number): Promise<[key: string, value: unknown][]> {
  const [type, method, params] = await message(socket);
  const [of, list] = params as [number, [string, unknown, Uint8Array][]];
  assertEquals([type, method, of], [2, "Changed", id]);
  return list.map(([key, value]) => [key, value]);
}

async function watches({ client }: Serving): Promise<unknown> {
  return (await client.stats()).watches;
}

Deno.test("Watch is answered before it tells anything, and tells nothing from before", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  await socket.send(concat(
    requestFrame(1, "Put", ["a", "before"]),
    requestFrame(2, "Watch", [""]),
    requestFrame(3, "Put", ["b", "behind"]),
    requestFrame(4, "Watch", ["b", {}]),
    requestFrame(5, "Get", ["a"]),
  ));
  const replies = [];
  for (let i = 0; i < 5; i++) replies.push(await message(socket));
  assertEquals(replies, [
    [1, 1, null, null],
    [1, 2, null, 1],
    [1, 3, null, null],
    [1, 4, null, 2],
    [1, 5, null, "before"],
  ]);
  assertEquals(await changes(socket, 1), [["b", "behind"]]);
  await served.client.put("b", "more");
  assertEquals(await changes(socket, 1), [["b", "more"]]);
  assertEquals(await changes(socket, 2), [["b", "more"]]);
});

Deno.test("after the response to Unwatch nothing is told; ids are of their connection, and end with it", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  await socket.send(concat(
    requestFrame(1, "Watch", ["k"]),
    requestFrame(2, "Put", ["k", "1"]),
    requestFrame(3, "Unwatch", [1]),
    requestFrame(4, "Put", ["k", "2"]),
  ));
  for (let msgid = 1; msgid <= 4; msgid++) assertEquals((await socket.reply())[1], msgid);
  assertEquals(await socket.ask("Get", "k"), "2");
  assertEquals(await socket.ask("Watch", ""), 2);
  using other = await RawSocket.connect(served.address);
  assertEquals(await other.ask("Unwatch", 2), null);
  assertEquals(await watches(served), 1);
  await served.client.put("k", "3");
  assertEquals(await changes(socket, 2), [["k", "3"]]);
  socket[Symbol.dispose]();
  await until("its watches are gone", async () => await watches(served) === 0);
});

Deno.test("Watch with initial tells what is there, then says that this was all", async () => {
  await using served = await serve({ limits: withLimits({ notificationBytes: 100 }) });
  for (let i = 10; i < 30; i++) await served.client.put(`i/${i}`, "v".repeat(20));
  await served.client.put("i/bytes", new Uint8Array([0xff]));
  using socket = await RawSocket.connect(served.address);
  assertEquals(await socket.ask("Watch", "i/", { initial: true }), 1);
  const told: [string, unknown][] = [];
  for (;;) {
    const [type, method, params] = await message(socket) as [number, string, unknown[]];
    assertEquals(type, 2);
    if (method === "Initial") {
      assertEquals(params, [1]);
      break;
    }
    for (const [key, value] of params[1] as [string, unknown][]) told.push([key, value]);
  }
  const all = Array.from(
    { length: 20 },
    (_, i): [string, unknown] => [`i/${10 + i}`, "v".repeat(20)],
  );
  assertEquals(told, [...all, ["i/bytes", new Uint8Array([0xff])]]);
  await served.client.delete("i/10");
  assertEquals(await changes(socket, 1), [["i/10", null]]);
  await served.client.put("i/10", "back", { ttlMs: 30 });
  assertEquals(await changes(socket, 1), [["i/10", "back"]]);
  assertEquals(await changes(socket, 1), [["i/10", null]]);
});

Deno.test("the version of a write is the same on each query actor", async () => {
  await using served = await serve({ queryActorCount: 2 });
  const sockets = [];
  for (const address of served.server.queryAddresses) {
    sockets.push(await RawSocket.connect(address));
    assertEquals(await sockets.at(-1)!.ask("Watch", ""), 1);
  }
  const told: [string, string, Uint8Array][][] = [[], []];
  for (let round = 0; round < 2; round++) {
    await served.client.put("k", "v");
    for (const [i, socket] of sockets.entries()) {
      const [, , [, list]] = await message(socket) as [number, string, [number, unknown[]]];
      told[i].push(...list as [string, string, Uint8Array][]);
    }
  }
  for (const socket of sockets) socket[Symbol.dispose]();
  assertEquals(told[0], told[1]);
  assertEquals(told[0].map(([key, value]) => [key, value]), [["k", "v"], ["k", "v"]]);
  assert(told[0][0][2].join() !== told[0][1][2].join(), "another write has another version");
});

Deno.test("Watch and Unwatch refuse what they do not know, and the connection lives", async () => {
  await using served = await serve({ limits: withLimits({ connectionWatchesMax: 1 }) });
  using socket = await RawSocket.connect(served.address);
  for (
    const [method, ...params] of [
      ["Watch"],
      ["Watch", 1],
      ["Watch", "", {}, 1],
      ["Watch", "", null],
      ["Watch", "", { initial: 1 }],
      ["Watch", "", { inital: true }],
      ["Unwatch"],
      ["Unwatch", "1"],
      ["Unwatch", -1],
      ["Unwatch", 2 ** 32],
    ] as [string, ...unknown[]][]
  ) {
    assertEquals((await socket.askInVain(method, ...params)).code, "bad_request", `${params}`);
  }
  assertEquals((await socket.askInVain("Watch", "k".repeat(4_097))).code, "too_large");
  assertEquals(await watches(served), 0);
  await socket.ask("Watch", "", { initial: false });
  const refusal = await socket.askInVain("Watch", "");
  assertEquals(refusal.code, "overloaded");
  assertStringIncludes(refusal.message, "has 1 watches, allowed are 1");
  assertEquals(await socket.ask("Unwatch", 7), null);
});

Deno.test("who does not read costs bounded memory, harms nobody, and is told the newest in the end", async () => {
  await using served = await serve({ limits: withLimits({ watchChangesMax: 50 }) });
  const { client } = served;
  using stuck = await RawSocket.connect(served.address, 60_000);
  await stuck.ask("Watch", "");
  using beside = await RawSocket.connect(served.address, 60_000);
  await beside.ask("Watch", "");
  const value = (round: number) => `${round} `.padEnd(100_000, "v");
  /** Reads changes of a watch until all keys have their newest values. @returns how many there were. */
  const readNewest = async (socket: RawSocket) => {
    const view = new Map<string, unknown>();
    let told = 0;
    while (view.size < 100 || view.values().some((shown) => shown !== value(10))) {
      for (const [key, shown] of await changes(socket, 1)) {
        view.set(key, shown);
        told++;
      }
    }
    assertEquals(view.size, 100);
    return told;
  };
  const before = Number((await client.stats()).memoryBytes);
  const reading = readNewest(beside);
  for (let round = 1; round <= 10; round++) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => client.put(`k${i}`, value(round))));
  }
  await reading;
  // The store itself has grown by its 100 values, and as many as are garbage in it.
  const grownBytes = Number((await client.stats()).memoryBytes) - before;
  assertLess(grownBytes, 2 * 100 * 100_000);
  assertLess(await readNewest(stuck), 400);
});
