import { RpcDoor } from "../../http/rpc_door.ts";
import { Client, ConnectionError, RpcError } from "../../kvclient/mod.ts";
import { httpLimits } from "../../limits.ts";
import { type ByteStream, parseAddress, type Served, type Standing } from "../../rpc/mod.ts";
import { methodNames } from "../../kvcommon/mod.ts";
import { assert, assertEquals, assertMatch, assertRejects, msgpackDecode } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { requestFrame } from "../support/rpc/wire.ts";
import { makeToken } from "../support/tokens.ts";
import { until } from "../support/until.ts";
import { shownServer } from "./shown_stats.ts";
import { withShownServer } from "./shown_server.ts";

const handshake = {
  "Upgrade": "websocket",
  "Connection": "keep-alive, Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** The head of a request; headers of `undefined` are left out. */
function head(
  host: string,
  headers: Record<string, string | undefined>,
  line = "GET /rpc HTTP/1.1",
) {
  const all = { Host: host, ...handshake, ...headers };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`);
  return new TextEncoder().encode([line, ...lines, "\r\n"].join("\r\n"));
}

/** Sends bytes, and reads what comes back until `isEnough`, or the end. */
async function exchange(
  address: string,
  sent: readonly Uint8Array[],
  isEnough: (text: string) => boolean,
): Promise<string> {
  using conn = await Deno.connect(parseAddress(address));
  for (const bytes of sent) await conn.write(bytes);
  let text = "";
  const into = new Uint8Array(1_024);
  while (!isEnough(text)) {
    const count = await conn.read(into);
    if (count === null) break;
    text += new TextDecoder("latin1").decode(into.subarray(0, count));
  }
  return text;
}

const patience = { timeoutMs: 10_000 };

const hasHead = (text: string) => text.includes("\r\n\r\n");

Deno.test("a client asks and watches over a WebSocket as over TCP", () =>
  withShownServer({}, async (http) => {
    await using client = new Client(`ws://${http}/rpc`);
    await client.put("key", "välue");
    await client.put("bytes", new Uint8Array(100_000).fill(7));
    assertEquals(await client.get("key"), "välue");
    assertEquals(await client.get("bytes"), new Uint8Array(100_000).fill(7));
    assertEquals(await client.get("none"), undefined);
    await Promise.all(
      Array.from({ length: 3_000 }, (_, i) => client.put(`many/${i}`, "x".repeat(i % 200))),
    );
    assertEquals((await client.list("many/")).size, 3_000);
    assertEquals(await client.count("many/"), 3_000);
    const long = "long ".repeat(1_600_000);
    await client.put("long", long);
    assertEquals(await client.get("long"), long);
    const { code } = await assertRejects(() => client.put("k".repeat(4_097), ""), RpcError);
    assertEquals(code, "too_large");
    await client.put("watched/a", "1");
    const told: [string, unknown][] = [];
    for await (const { key, value } of client.watch("watched/", { initial: true })) {
      told.push([key, value]);
      if (told.length === 2) break;
      await client.put("watched/b", "2");
    }
    assertEquals(told, [["watched/a", "1"], ["watched/b", "2"]]);
  }));

Deno.test("what a WebSocket may ask, and is refused, is what a query port answers", () =>
  withShownServer({ queryActorCount: 1 }, async (http, server) => {
    using raw = await RawSocket.connect(server.queryAddresses[0]);
    const socket = new WebSocket(`ws://${http}/rpc`);
    socket.binaryType = "arraybuffer";
    await new Promise((resolve) => socket.onopen = resolve);
    const answer = () =>
      new Promise<Uint8Array>((resolve) =>
        socket.onmessage = ({ data }) => resolve(new Uint8Array(data))
      );
    const requests: [string, ...unknown[]][] = [
      ["Ping"],
      ["Put", "a", "1"],
      ["Get", "a"],
      ["Get"],
      ["Get", "k".repeat(5_000)],
      ["Nothing", 1],
      ["List", ""],
      ["Watch", "x", { "no": 1 }],
      ["Unwatch", 7],
    ];
    for (const [i, [method, ...params]] of requests.entries()) {
      const request = requestFrame(i, method, params);
      await raw.send(request);
      const [expected, got] = await Promise.all([
        raw.frame(),
        (socket.send(request), answer()),
      ]);
      assertEquals(got.subarray(4), expected!, method);
    }
    // One message of several requests is answered, each of them.
    const both = [...requestFrame(1, "Ping", []), ...requestFrame(2, "Get", ["a"])];
    socket.send(Uint8Array.from(both));
    await raw.send(Uint8Array.from(both));
    const replies = await answer();
    const [first, second] = [await raw.frame(), await raw.frame()];
    assertEquals(replies.length, 8 + first!.length + second!.length);
    const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
    socket.send("text");
    assertEquals((await closed).code, 1003);
  }));

Deno.test("a handshake that opens no WebSocket, or comes from another site, is refused in plain words", () =>
  withShownServer({}, async (http) => {
    const cases: [Record<string, string | undefined>, RegExp, line?: string][] = [
      [{}, /^HTTP\/1.1 101 .*Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/s],
      [{ Origin: `http://${http}` }, /^HTTP\/1.1 101 /],
      [
        { Origin: "http://evil.example" },
        /^HTTP\/1.1 403 .*A page of another site may not connect/s,
      ],
      [{ Origin: `http://${http}0` }, /^HTTP\/1.1 403 /],
      [{ Origin: "null" }, /^HTTP\/1.1 403 /],
      [{ Host: "evil.example", Origin: "http://evil.example" }, /^HTTP\/1.1 421 /],
      [
        { Upgrade: undefined, Connection: undefined },
        /^HTTP\/1.1 426 .*upgrade: websocket\r\n.*This is a WebSocket/si,
      ],
      [{ Upgrade: "h2c" }, /^HTTP\/1.1 426 /],
      [{ "Sec-WebSocket-Version": "8" }, /^HTTP\/1.1 426 .*sec-websocket-version: 13\r\n/si],
      [{ "Sec-WebSocket-Key": "short" }, /^HTTP\/1.1 400 /],
      [{ "Sec-WebSocket-Key": undefined }, /^HTTP\/1.1 400 /],
      [{}, /^HTTP\/1.1 (426|413) /, "POST /rpc HTTP/1.1"],
    ];
    for (const [headers, says, line] of cases) {
      const text = await exchange(http, [head(http, headers, line)], hasHead);
      assertMatch(text, says, JSON.stringify(headers));
    }
  }));

Deno.test("a client that sends more before the handshake is answered is ended", () =>
  withShownServer({}, async (http) => {
    const early = Uint8Array.of(...head(http, {}), 0x82, 0x80, 1, 2, 3, 4);
    const text = await exchange(http, [early], () => false);
    assert(!text.split("\r\n\r\n")[1], "it was served");
  }));

Deno.test("there is no WebSocket to a server that does not run, and only so many to one that does", async () => {
  const door = new RpcDoor();
  const request = new Request("http://localhost/rpc", { headers: handshake });
  const refusal = (shown: Parameters<typeof door.answer>[1]) => {
    const answer = door.answer(request, shown);
    assert(!("handshake" in answer));
    return [answer.status, answer.body];
  };
  assertEquals(refusal("starting"), [503, "The server is starting\n"]);
  const ends: (() => void)[] = [];
  const shown = {
    ...shownServer(),
    serveQueries: () => ({
      standing: "established" as const,
      ended: new Promise<void>((resolve) => ends.push(resolve)),
    }),
  };
  const unused = () => Promise.reject(new Error("It is not used"));
  const stream = { peer: "client:1", read: unused, write: unused, closeWrite: unused, close() {} };
  const open = () => {
    const answer = door.answer(request, shown);
    assert("handshake" in answer);
    return answer.serve(stream);
  };
  const { webSocketsMax } = httpLimits;
  const served = Array.from({ length: webSocketsMax }, open);
  await until("all are open", () => ends.length === webSocketsMax, patience);
  assertEquals(refusal(shown), [503, "There are 512 WebSockets, allowed are 512\n"]);
  for (const end of ends.splice(0)) end();
  await Promise.all(served);
  const another = open();
  await until("another one is open", () => ends.length === 1, patience);
  ends[0]();
  await another;
});

Deno.test("a WebSocket that has shown nothing makes way for the next one", async () => {
  const door = new RpcDoor();
  const request = new Request("http://localhost/rpc", { headers: handshake });
  const standings: Standing[] = [];
  const shown = {
    ...shownServer(),
    serveQueries(stream: ByteStream) {
      const i = standings.push("silent") - 1;
      return {
        get standing() {
          return standings[i];
        },
        ended: stream.read(new Uint8Array(1)).then(() => {}),
      };
    },
  };
  const open = (host: string) => {
    const end = Promise.withResolvers<number>();
    const unused = () => Promise.reject(new Error("It is not used"));
    const answer = door.answer(request, shown);
    assert("handshake" in answer, "it is refused");
    const served = answer.serve({
      peer: `${host}:1`,
      read: () => end.promise.then(() => null),
      write: unused,
      closeWrite: unused,
      close: () => end.resolve(0),
    });
    const socket = { served, isEnded: false, close: () => end.resolve(0) };
    served.then(() => socket.isEnded = true);
    return { ...socket, ended: () => socket.isEnded, standing: () => answer.standing };
  };
  const { webSocketsMax } = httpLimits;
  const crowd = Array.from({ length: webSocketsMax }, () => open("crowd"));
  standings[0] = "established";
  standings[1] = "claiming";
  assertEquals(crowd.slice(0, 3).map((it) => it.standing()), ["established", "claiming", "silent"]);
  const late = open("late");
  await crowd[2].served;
  assertEquals(crowd.slice(0, 4).map((it) => it.ended()), [false, false, true, false]);
  assertEquals(late.ended(), false);
  for (const socket of [...crowd, late]) socket.close();
  await Promise.all([...crowd, late].map(({ served }) => served));
});

Deno.test("who does not read a WebSocket costs bounded memory, and harms nobody", () =>
  withShownServer({ queryActorCount: 1 }, async (http, server) => {
    await using client = new Client(`ws://${http}/rpc`);
    await client.put("large", "x".repeat(4_000_000));
    const before = server.stats().memoryBytes;
    using conn = await Deno.connect(parseAddress(http));
    await conn.write(head(http, {}));
    const frame = requestFrame(1, "Get", ["large"]);
    const message = [0x82, 0x80 | frame.length, 0, 0, 0, 0, ...frame];
    // Two hundred answers would be 800 MB: nobody reads them.
    await until(
      "it has answered",
      async () => (await conn.read(new Uint8Array(1_024)))! > 0,
      patience,
    );
    const asked = conn.write(Uint8Array.from(Array.from({ length: 200 }, () => message).flat()));
    for (let i = 0; i < 200; i++) await client.put(`key ${i}`, "value");
    assertEquals(await client.count("key "), 200);
    assert(
      server.stats().memoryBytes - before < 40_000_000,
      `${server.stats().memoryBytes - before}`,
    );
    await asked;
  }));

Deno.test("a WebSocket ends with its server, and its client says so", async () => {
  let client: Client | undefined;
  await withShownServer({}, async (http) => {
    client = new Client(`ws://${http}/rpc`, { timeoutMs: 2_000 });
    await client.ping();
  });
  const error = await assertRejects(() => client!.ping(), ConnectionError);
  assertMatch(
    error.message,
    /^Cannot call Ping at ws:\/\/127\.0\.0\.1:\d+\/rpc: (nothing answers there|the connection was lost)/,
  );
  await client!.close();
});

Deno.test("a WebSocket is asked for a token as a query port is, and ends when that is removed", async () => {
  const [kept, removed] = [makeToken("admin"), makeToken("read", ["ada:"], "ada")];
  const tokens = [kept.entry, removed.entry];
  await withShownServer({ queryActorCount: 1, tokens }, async (http, server) => {
    const served: Served[] = [];
    const serveQueries = server.serveQueries.bind(server);
    server.serveQueries = (stream) => served[served.length] = serveQueries(stream);
    const socket = new WebSocket(`ws://${http}/rpc`);
    socket.binaryType = "arraybuffer";
    await new Promise((resolve) => socket.onopen = resolve);
    const hasEnded = new Promise((resolve) => socket.onclose = resolve);
    const ask = async (method: string, ...params: unknown[]) => {
      const answer = new Promise<Uint8Array>((resolve) =>
        socket.onmessage = ({ data }) => resolve(new Uint8Array(data))
      );
      socket.send(requestFrame(1, method, params));
      const [, , error, result] = msgpackDecode((await answer).subarray(4)) as unknown[];
      return (error as string[] | null)?.[0] ?? result;
    };
    assertEquals(await ask("Ping"), "pong");
    for (const method of methodNames) {
      if (method === "Ping" || method === "Auth") continue;
      assertEquals(await ask(method, "ada:1"), "unauthorized", method);
    }
    assertEquals(await ask("Auth", makeToken("admin").token), "unauthorized");
    // Until then it makes way for others.
    assertEquals(served[0].standing, "claiming");
    await ask("Auth", removed.token);
    await until("it is admitted", () => served[0].standing === "established", patience);
    assertEquals([await ask("Get", "bob:1"), await ask("Watch", "ada:")], ["unauthorized", 1]);
    await using client = new Client(`ws://${http}/rpc`, { token: kept.token });
    await client.put("bob:1", "x");
    await server.setTokens([kept.entry]);
    await hasEnded;
    assertEquals(await client.get("bob:1"), "x");
  });
});
