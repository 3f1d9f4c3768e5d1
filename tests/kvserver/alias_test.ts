import { assertEquals, assertLess, assertMatch, msgpackEncode } from "../deps.ts";
import { serve } from "./serving.ts";
import { frameOf } from "../support/rpc/wire.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { lineLogger } from "../support/memory_log.ts";
import { messageOf } from "../support/store/stores.ts";
import { until } from "../support/until.ts";
import { FakeSystem } from "../sync/fake_system.ts";
import { NamedHosts } from "./named_hosts.ts";

const incarnation = "00000000000000aa";

/** A peer that names other servers as the test says. */
class Gossip implements AsyncDisposable {
  #system = new FakeSystem();
  #socket: RawSocket | undefined;

  constructor() {
    this.#system.onHello = (request) => this.#system.accept(request);
  }

  /** Tells a server of others. */
  async tell(target: string, names: readonly { address: string; incarnation: string }[]) {
    const from = { address: this.#system.address, incarnation, counter: 1 };
    this.#socket ??= await RawSocket.connect(target);
    await this.#socket.ask("Hello", 1, from.address, incarnation, null);
    const peers = names.map((name) => ({ ...name, counter: 1 }));
    const message = {
      type: "peer",
      from,
      entries: messageOf([]),
      peers,
      wantsState: 0,
      stateDone: 0,
    };
    await this.#socket.send(frameOf([2, "Tell", [0, msgpackEncode(message)]]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket?.[Symbol.dispose]();
    this.#system[Symbol.dispose]();
    await null;
  }
}

Deno.test("another name of a server's host is no further server", async () => {
  const transport = new NamedHosts();
  await using first = await serve({ transport });
  await using second = await serve({ join: [first.server.address], transport });
  await using gossip = new Gossip();
  const { address, incarnation } = JSON.parse(second.server.description);
  const own = JSON.parse(first.server.description);
  const aliases = ["alias:1", "other.alias:2"];
  for (const alias of aliases) transport.names.set(alias, address);
  transport.names.set("own.alias:3", own.address);
  await gossip.tell(first.server.address, [
    ...aliases.map((alias) => ({ address: alias, incarnation })),
    { address: "own.alias:3", incarnation: own.incarnation },
  ]);
  await until("the names were tried", () => aliases.every((it) => transport.dialed.includes(it)));
  const bytes = () => second.server.stats().remoteBytesReceived;
  const before = bytes();
  // The second one leaves later than all copies of the first one do.
  for (const key of ["key", "later"]) {
    await first.client.put(key, "x".repeat(10_000));
    await until("it came", async () => await second.client.get(key) !== undefined);
  }
  assertLess(bytes() - before, 25_000);
  assertEquals(transport.dialed.filter((it) => aliases.includes(it)).length, aliases.length);
  assertEquals(transport.dialed.includes("own.alias:3"), false);
});

Deno.test("who joins by another name of a server's host syncs with it, by the one that it advertises", async () => {
  const transport = new NamedHosts();
  await using first = await serve();
  transport.names.set("alias:1", first.server.address);
  await using second = await serve({ join: ["alias:1"], transport });
  await first.client.put("there", "1");
  await second.client.put("back", "2");
  await until(
    "both have both",
    async () => await second.client.get("there") === "1" && await first.client.get("back") === "2",
  );
  assertEquals(transport.dialed.filter((it) => it === "alias:1").length, 1);
});

Deno.test("a server that is greeted by a name that it does not advertise says so", async () => {
  await using served = await serve();
  using caller = new FakeSystem();
  caller.onHello = (request) => caller.accept(request);
  using socket = await RawSocket.connect(served.server.address);
  const ask = (called: unknown) =>
    socket.askInVain("Hello", 1, caller.address, incarnation, null, { called });
  const { code, message } = await ask("alias:1");
  assertEquals(code, "bad_request");
  assertMatch(message, new RegExp(`this server is ${served.server.address}, not alias:1`));
  assertEquals((await ask(7)).code, "bad_request");
  const { address } = served.server;
  assertEquals(
    await socket.ask("Hello", 1, caller.address, incarnation, null, { called: address }),
    null,
  );
});

Deno.test("a server that is told to join itself by another name of its host is no peer of its own", async () => {
  const transport = new NamedHosts();
  // Nobody is there before the server itself is.
  transport.names.set("own.alias:3", "127.0.0.1:1");
  await using first = await serve();
  const lines: string[] = [];
  await using second = await serve({
    join: [first.server.address, "own.alias:3"],
    transport,
    log: lineLogger((line) => void lines.push(line)),
  });
  transport.names.set("own.alias:3", second.server.address);
  const { length } = transport.dialed;
  const isAsked = () => transport.dialed.slice(length).includes("own.alias:3");
  await until("it was asked again", isAsked);
  await second.client.put("key", "1");
  await until("it came", async () => await first.client.get("key") === "1");
  const known = lines.filter((line) => line.includes("is known"));
  assertEquals(known.filter((line) => !line.includes(first.server.address)), []);
  assertEquals(known.length, 1);
});
