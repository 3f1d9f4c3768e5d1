import type { DigestPart } from "../../kvclient/mod.ts";
import { RpcError } from "../../rpc/mod.ts";
import { wireLimits } from "../../limits.ts";
import { assertEquals, assertNotEquals, assertRejects } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { serve } from "./serving.ts";

/** An entry as some other server may have taken it. */
function entry(key: string, value = `value of ${key}`, timestamp = 1_000) {
  return { key, value, order: [timestamp, 0, "b:6000/00/1"] as const };
}

const sumsOf = (parts: DigestPart[]) => parts.map(({ first, count }) => [first, count]);

Deno.test("Digest answers what replicas that hold the same answer alike", async () => {
  await using a = await serve();
  await using b = await serve();
  const empty = { count: 0, digest: "0".repeat(32) };
  assertEquals(await a.client.digest({}, 1), [empty]);
  const keys = ["", "a", "b/1", "b/2", "ü"];
  for (const key of keys) await a.client.merge(entry(key));
  for (const key of keys.toReversed()) await b.client.merge(entry(key));
  for (const parts of [1, 2, 64, ["a", "b"], []]) {
    const answer = await a.client.digest({}, parts);
    assertEquals(await b.client.digest({}, parts), answer);
    assertEquals(answer.reduce((sum, { count }) => sum + count, 0), keys.length);
  }
  await b.client.merge(entry("a", "another value", 1_001));
  const [[before, within, behind], [, changed]] = await Promise.all(
    [a, b].map(({ client }) => client.digest({}, ["a", "b"])),
  );
  assertNotEquals(within.digest, changed.digest);
  assertEquals([before.count, within.count, behind.count], [1, 1, 3]);
});

Deno.test("Digest splits a range into as many parts, with as many entries each", async () => {
  await using served = await serve();
  const { client } = served;
  for (const key of ["a", "b", "c", "d", "e", "f", "g"]) await client.merge(entry(key));
  assertEquals(sumsOf(await client.digest({}, 2)), [["a", 4], ["e", 3]]);
  assertEquals(sumsOf(await client.digest({ from: "b", to: "f" }, 2)), [["b", 2], ["d", 2]]);
  assertEquals(sumsOf(await client.digest({ from: "bb", to: "ff" }, 1)), [["c", 4]]);
  const each = await client.digest({ from: "c", to: "e" }, wireLimits.digestPartsMax);
  assertEquals(sumsOf(each), [["c", 1], ["d", 1]]);
  assertEquals(each[0].order, [1_000, 0, "b:6000/00/1"]);
  assertEquals(sumsOf(await client.digest({ from: "h" }, 3)), [[undefined, 0]]);
  assertEquals(sumsOf(await client.digest({ from: "c", to: "c" }, 3)), [[undefined, 0]]);
});

Deno.test("Digest splits a range where it is told to, be there a key or not", async () => {
  await using served = await serve();
  const { client } = served;
  for (const key of ["a", "b", "c", "d"]) await client.merge(entry(key));
  assertEquals(
    sumsOf(await client.digest({ from: "a", to: "d" }, ["aa", "aaa", "b", "c"])),
    [["a", 1], [undefined, 0], [undefined, 0], ["b", 1], ["c", 1]],
  );
});

Deno.test("Digest has the entries of deleted keys too, and says which one is", async () => {
  await using served = await serve();
  const { client } = served;
  await client.put("a", "1");
  await client.delete("a");
  const [part] = await client.digest({}, 1);
  assertEquals([part.first, part.count, part.isDeleted], ["a", 1, true]);
});

Deno.test("Digest refuses what is no range, and what has too many parts", async () => {
  await using served = await serve();
  const { client } = served;
  const refused = async (...args: Parameters<typeof client.digest>) => {
    const error = await assertRejects(() => client.digest(...args), RpcError);
    assertEquals(error.code, "bad_request");
  };
  const { digestPartsMax } = wireLimits;
  await refused({}, digestPartsMax + 1);
  await refused({}, Array.from({ length: digestPartsMax }, (_, i) => `${1_000 + i}`));
  await refused({ from: "b", to: "a" }, 1);
  await refused({}, ["b", "a"]);
  await refused({ from: "b" }, ["a"]);
  await refused({ to: "a" }, ["b"]);
  using socket = await RawSocket.connect(served.address);
  for (const params of [[], [null, null], [null, null, 0], [null, null, null], [1, null, 1]]) {
    await assertRejects(() => socket.ask("Digest", ...params), Error, "Cannot Digest");
  }
  assertEquals((await client.digest({}, 1)).length, 1);
});
