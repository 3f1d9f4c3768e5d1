import { assertEquals } from "../../deps.ts";
import { bytesOf } from "../../support/resp/redis_socket.ts";
import type { Call } from "./known_values.ts";
import { RedisConnection } from "./redis_connection.ts";

/** Of each call: its right result, what is replied, and whether that says so. */
const replies: readonly (readonly [Call, unknown, reply: string, isRight: boolean])[] = [
  [{ method: "Get", params: ["a"] }, "1", "$1\r\n1\r\n", true],
  [{ method: "Get", params: ["a"] }, "1", "$1\r\n2\r\n", false],
  [{ method: "Get", params: ["a"] }, null, "$-1\r\n", true],
  [{ method: "Get", params: ["a"] }, null, "$0\r\n\r\n", false],
  [{ method: "Put", params: ["a", "1"] }, null, "+OK\r\n", true],
  [{ method: "Put", params: ["a", "1"] }, null, "-ERR no\r\n", false],
  [{ method: "Delete", params: ["a"] }, true, ":1\r\n", true],
  [{ method: "Delete", params: ["a"] }, true, ":0\r\n", false],
  [{ method: "List", params: ["a"] }, { a: "1", ab: "2" }, "*2\r\n$2\r\nab\r\n$1\r\na\r\n", true],
  [{ method: "List", params: ["a"] }, { a: "1", ab: "2" }, "*2\r\n$2\r\nab\r\n$1\r\nb\r\n", false],
  [{ method: "List", params: ["a"] }, { a: "1", ab: "2" }, "*1\r\n$1\r\na\r\n", false],
  [{ method: "List", params: ["a"] }, {}, "-ERR no\r\n", false],
  [{ method: "Count", params: ["a"] }, 2, "*2\r\n$2\r\nab\r\n$1\r\na\r\n", true],
  [{ method: "Count", params: ["a"] }, 2, "*1\r\n$1\r\na\r\n", false],
  [{ method: "Ping", params: [] }, "pong", "+PONG\r\n", true],
  [{ method: "Ping", params: [] }, "pong", "$4\r\nPONG\r\n", false],
];

Deno.test("a RedisConnection tells right replies from wrong ones, and those of an overloaded server", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using conn = await listener.accept();
    const text = replies.map(([, , reply]) => reply).join("") + "-OOM command not allowed\r\n";
    await conn.write(bytesOf(text));
    while (await conn.read(new Uint8Array(65_536)) !== null);
  })();
  {
    using connection = await RedisConnection.connect(`127.0.0.1:${listener.addr.port}`);
    const put: Call = { method: "Put", params: ["a", "1"] };
    await connection.send([...replies.map(([call]) => call), put]);
    for (const [i, [, result, reply, isRight]] of replies.entries()) {
      const { call, isOverloaded, says } = await connection.answer();
      assertEquals([call, isOverloaded, says(result)], [i, false, isRight], reply);
    }
    const { call, isOverloaded, says } = await connection.answer();
    assertEquals([call, isOverloaded, says(null)], [replies.length, true, false]);
  }
  await serving;
  listener.close();
});
