import { ConnectionError, errorCodes, isRetriable, RpcError, TimeoutError } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";

const cases: [string, unknown, boolean][] = [
  ["nobody was reached", new ConnectionError("h:1", true, "m"), true],
  ["a call may have had its effect", new ConnectionError("h:1", false, "m"), false],
  ["no reply came to a call that only reads", new TimeoutError("h:1", true, 5), true],
  ["no reply came to a call that writes", new TimeoutError("h:1", false, 5), false],
  ["it is no error of a call", new Error("m"), false],
  ["it is no error", undefined, false],
  ["the server refuses with a code that is not known", new RpcError("later", "m"), false],
  ...errorCodes.map((code): [string, unknown, boolean] => [
    `the server refuses with ${code}`,
    new RpcError(code, "m"),
    code === "overloaded" || code === "unavailable",
  ]),
];

for (const [name, error, retriable] of cases) {
  Deno.test(`isRetriable() is ${retriable} when ${name}`, () => {
    assertEquals(isRetriable(error), retriable);
  });
}
