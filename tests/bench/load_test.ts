import { cmudProtocol } from "../../bench/cmud_protocol.ts";
import {
  fill,
  type LoadMethod,
  type LoadProtocol,
  type LoadTarget,
  runLoad,
} from "../../bench/mod.ts";
import { keyOf, valueBytes } from "../../bench/keys.ts";
import { LoadConnection } from "../../bench/load_connection.ts";
import { redisProtocol } from "../../bench/redis_protocol.ts";
import { anyKey, RequestPool } from "../../bench/request_pool.ts";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assert, assertEquals, assertRejects } from "../deps.ts";
import { sleep } from "../support/until.ts";

const keys = 2_500;

/** Calls `use` with a filled server whose process seems to use a second between two looks. */
async function withFilled(use: (target: LoadTarget, client: Client) => Promise<void>) {
  const server = await Server.start({ startPort: 0, queryActorCount: 1 });
  const client = new Client(new FixedRouter(server.queryAddresses[0]));
  let cpuSeconds = 0;
  const target = {
    addresses: server.queryAddresses,
    protocol: cmudProtocol,
    counters: () => Promise.resolve({ cpuSeconds: cpuSeconds++, rssBytes: 0 }),
  };
  try {
    await fill(target, keys);
    await use(target, client);
  } finally {
    await client.close();
    await server.close();
  }
}

Deno.test("fill() puts every key once, and no other", () =>
  withFilled(async (_target, client) => {
    const expected = Array.from({ length: keys }, (_, i) => [keyOf(i), "v".repeat(valueBytes)]);
    assertEquals<unknown>([...await client.list("")], expected);
    assertEquals(Number((await client.stats()).puts), keys);
  }));

Deno.test("runLoad() counts the requests that the server counts", () =>
  withFilled(async (target, client) => {
    for (const [depth, connections] of [[1, 3], [7, 2], [64, 5]]) {
      const before = Number((await client.stats()).gets);
      const key = anyKey(keys);
      const requests = new RequestPool({ protocol: cmudProtocol, method: "Get", depth, key });
      const result = await runLoad(target, { requests, connections, seconds: 0.03 });
      const count = Number((await client.stats()).gets) - before;
      assert(count > 0 && count % depth === 0);
      // The whole second of processor time is shared by the requests.
      assertEquals(Math.round(1e6 / result.serverCpuUs!), count);
      assert(result.p50Us <= result.p99Us && result.requestsPerSecond > 0);
    }
  }));

Deno.test("runLoad() fails when the server refuses a request", () =>
  withFilled(async (target) => {
    const protocol: LoadProtocol = {
      ...cmudProtocol,
      writeRequest: (writer, i, _method, key, value) =>
        cmudProtocol.writeRequest(writer, i, "Forget" as LoadMethod, key, value),
    };
    const key = anyKey(keys);
    const requests = new RequestPool({ protocol, method: "Get", depth: 2, key });
    await assertRejects(
      () => runLoad(target, { requests, connections: 2, seconds: 1 }),
      Error,
      "answered a request with an error",
    );
  }));

Deno.test("LoadConnection.exchange() counts replies that come in pieces, and long ones", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const text = "v".repeat(100_000);
  const replies = `+OK\r\n$3\r\nabc\r\n$${text.length}\r\n${text}\r\n$4\r\nabcd\r\n`;
  const serving = (async () => {
    const conn = await listener.accept();
    await conn.read(new Uint8Array(16));
    for (const [start, end] of [[0, 2], [2, 9], [9, 90_000], [90_000, replies.length]]) {
      await conn.write(new TextEncoder().encode(replies.slice(start, end)));
      // The pieces are to be read one by one.
      await sleep(5);
    }
    await conn.read(new Uint8Array(16));
    conn.close();
  })();
  const connection = await LoadConnection.open(`127.0.0.1:${port}`, { protocol: redisProtocol });
  await connection.exchange(new Uint8Array(1), 4);
  connection.close();
  await serving;
  listener.close();
});
