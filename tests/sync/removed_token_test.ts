import { Access } from "../../access/mod.ts";
import { RpcTellNetwork } from "../../actor/mod.ts";
import { realEnvironment, tcpTransport } from "../../rpc/mod.ts";
import { assertEquals } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { makeToken } from "../support/tokens.ts";
import { until } from "../support/until.ts";
import { FakeSystem } from "./fake_system.ts";
import { SystemOnTcp } from "./systems.ts";

Deno.test("a system whose token is removed is told nothing more, even if it has no connection then", async () => {
  const [removed, kept] = ["removed", "kept"].map((name) => makeToken("peer", [], name));
  const access = new Access([removed.entry, kept.entry], realEnvironment);
  const credentials = { access };
  const network = new RpcTellNetwork(tcpTransport, tcpTransport, realEnvironment, credentials);
  await using target = await SystemOnTcp.start({ network });
  const { context } = target.probe;
  const meet = async (token: string, incarnation: string) => {
    const other = new FakeSystem();
    other.onHello = (request) => other.accept(request);
    const socket = await RawSocket.connect(target.system.address);
    const options = { cluster: "cmud", token };
    const { address } = other;
    const ref = { address, incarnation, counter: 1 };
    context.watchLink(ref, "changed");
    await socket.ask("Hello", 1, address, incarnation, target.system.incarnation, options);
    const link = () => context.link(ref);
    await until("it is heard and told", () => link().isHeard && link().isUp);
    socket[Symbol.dispose]();
    await until("it is heard no more", () => !link().isHeard);
    return { other, link, [Symbol.dispose]: () => other[Symbol.dispose]() };
  };
  using first = await meet(removed.token, "1".repeat(16));
  using second = await meet(kept.token, "2".repeat(16));
  assertEquals([first.link().isUp, second.link().isUp], [true, true]);
  access.replace([kept.entry]);
  network.revoke();
  await until("it is told nothing more", () => !first.link().isUp);
  const greetings = first.other.greetedMs.length;
  await until("it is greeted again", () => first.other.greetedMs.length > greetings);
  await cameAround(target);
  assertEquals([first.link().isUp, second.link().isUp], [false, true]);
});

/** Whatever was on its way when it began has come when it ends. */
async function cameAround(target: SystemOnTcp): Promise<void> {
  using socket = await RawSocket.connect(target.system.address);
  for (let i = 0; i < 3; i++) assertEquals(await socket.ask("Ping"), "pong");
}
