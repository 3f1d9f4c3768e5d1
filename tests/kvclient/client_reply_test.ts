import {
  ConnectionError,
  errorCodes,
  isRetriable,
  RpcError,
  TimeoutError,
} from "../../kvclient/mod.ts";
import { assert, assertEquals, assertInstanceOf } from "../deps.ts";
import { NotingRouter, startClient } from "../support/clients.ts";
import { rejectionOf, rejectionsOf } from "../support/outcomes.ts";
import { testInWorld } from "../support/simulation.ts";

const notUnderstood: [name: string, reply: (msgid: number) => unknown][] = [
  ["a number for a str", (msgid) => [1, msgid, null, 7]],
  ["an error that is no pair", (msgid) => [1, msgid, "failed", null]],
  ["an error whose code is no str", (msgid) => [1, msgid, [1, "failed"], null]],
  ["a request", (msgid) => [0, msgid, "Get", ["k"]]],
  ["no array", () => "hello"],
];

for (const [name, reply] of notUnderstood) {
  testInWorld(`a call fails when its reply is not understood: ${name}`, async (world) => {
    const { client, server, endpoint } = startClient(world);
    server.onRequest = (request) => {
      if (request.method === "Get") server.send(request, reply(request.msgid));
    };
    const calls = [client.put("k", "v"), client.get("k")];
    const errors = await rejectionsOf(world, calls) as ConnectionError[];
    for (const error of errors) assertInstanceOf(error, ConnectionError);
    assertEquals(errors.map(({ retrySafe }) => retrySafe), [false, true]);
    assert(endpoint.connections[0].client.closed);
    // The next connection has nothing to do with it.
    server.onRequest = (request) => server.reply(request, "value");
    assertEquals(await world.complete(client.get("k")), "value");
    await client.close();
    server.close();
  });
}

const brokenBytes: [name: string, bytes: number[]][] = [
  ["a frame of no length", [0, 0, 0, 0]],
  ["a frame beyond all length", [0xff, 0xff, 0xff, 0xff]],
  ["bytes that are not msgpack", [0, 0, 0, 1, 0xc1]],
  ["a str that is not UTF-8", [0, 0, 0, 7, 0x94, 1, 1, 0xc0, 0xa2, 0xff, 0xff]],
  ["a frame cut off by the end", [0, 0, 0, 9, 0x94]],
];

for (const [name, bytes] of brokenBytes) {
  testInWorld(`a call fails when the server sends ${name}`, async (world) => {
    const { client, server } = startClient(world);
    server.onRequest = ({ stream }) => {
      stream.write(new Uint8Array(bytes));
      stream.closeWrite();
    };
    assertInstanceOf(await rejectionOf(world, client.get("k")), ConnectionError);
    await client.close();
    server.close();
  });
}

testInWorld("a reply to no call is ignored", async (world) => {
  const { client, server } = startClient(world);
  server.onRequest = (request) => {
    server.send(request, [1, request.msgid + 1, null, "for nobody"]);
    server.send(request, [1, request.msgid + 2, ["internal", "for nobody"], null]);
    server.reply(request, "value");
    server.reply(request, "twice");
  };
  assertEquals(await world.complete(client.get("k")), "value");
  assertEquals(await world.complete(client.get("k")), "value");
  await client.close();
  server.close();
});

for (const code of [...errorCodes, "a_code_of_the_future"]) {
  testInWorld(`a call fails with an RpcError when the server says ${code}`, async (world) => {
    const router = new NotingRouter("server:6001");
    const { client, server, endpoint } = startClient(world, { router });
    server.onRequest = (request) => server.refuse(request, code, `Cannot: ${code}`);
    const error = await rejectionOf(world, client.put("k", "v"));
    assertInstanceOf(error, RpcError);
    assertEquals([error.code, error.message], [code, `Cannot: ${code}`]);
    server.onRequest = (request) => server.reply(request, "value");
    assertEquals(await world.complete(client.get("k")), "value");
    const reports = code === "unavailable" ? ["server:6001"] : [];
    assertEquals([endpoint.dials, router.reports], [1, reports]);
    await client.close();
    server.close();
  });
}

const retriable: [error: unknown, expected: boolean][] = [
  [new ConnectionError("a:1", true, "lost"), true],
  [new ConnectionError("a:1", false, "lost"), false],
  [new TimeoutError("a:1", true, 1), true],
  [new TimeoutError("a:1", false, 1), false],
  ...errorCodes.map((code): [unknown, boolean] => [
    new RpcError(code, "no"),
    code === "overloaded" || code === "unavailable",
  ]),
  [new RpcError("a_code_of_the_future", "no"), false],
  [new TypeError("no"), false],
  ["overloaded", false],
  [undefined, false],
];

for (const [error, expected] of retriable) {
  const { code = "", retrySafe = "" } = Object(error);
  Deno.test(`isRetriable() is ${expected} for ${error} ${code}${retrySafe}`, () => {
    assertEquals(isRetriable(error), expected);
  });
}
