import { assertEquals, assertStringIncludes, msgpackDecode, msgpackEncode } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { frameOf } from "../support/rpc/wire.ts";
import { until } from "../support/until.ts";
import { FakeSystem } from "./fake_system.ts";
import { Proxy } from "./proxy.ts";
import { SystemOnTcp } from "./systems.ts";
import { WireTap } from "./wire_tap.ts";

/** What somebody may show who says that he is another system. */
const shown: Record<string, Record<string, unknown>> = {
  nothing: {},
  "a countersign of his own": { countersign: "0123456789abcdef".repeat(2) },
  "another question": { isYours: "0123456789abcdef".repeat(2) },
};

/** Says that it is `other`, tells something, and reads what comes of it. @returns why it is refused */
async function impersonate(
  target: SystemOnTcp,
  other: SystemOnTcp["system"],
  options: Record<string, unknown>,
): Promise<string> {
  const { address, incarnation } = other;
  using socket = await RawSocket.connect(target.system.address);
  await socket.ask("Hello", 1, address, incarnation, target.system.incarnation, options);
  await socket.send(frameOf([2, "Tell", [target.probe.ref.counter, msgpackEncode("forged")]]));
  for (;;) {
    const frame = await socket.frame();
    if (frame === null) return "";
    const [, name, params] = msgpackDecode(frame) as [number, string, string[]];
    if (name === "Refused") return params[0];
  }
}

for (const [what, options] of Object.entries(shown)) {
  Deno.test(`whoever names a living system and shows ${what} is not heard as that system`, async () => {
    await using target = await SystemOnTcp.start();
    await using other = await SystemOnTcp.start();
    // Be it that they do not know each other yet, or that each tells the other one something.
    for (const isKnown of [false, true]) {
      if (isKnown) {
        other.probe.context.tell(target.probe.ref, "true");
        target.probe.context.tell(other.probe.ref, "true");
        for (const { probe } of [target, other]) {
          await until("it came", () => probe.messages.length > 0);
        }
      }
      const reason = await impersonate(target, other.system, options);
      assertStringIncludes(reason, "has not made this connection");
      assertEquals(target.probe.messages, isKnown ? ["true"] : []);
    }
    other.probe.context.tell(target.probe.ref, "still there");
    await until("it came", () => target.probe.messages.length > 1);
    assertEquals(target.probe.messages, ["true", "still there"]);
  });
}

Deno.test("whoever names a system that has ended does not keep it there", async () => {
  await using target = await SystemOnTcp.start();
  const other = await SystemOnTcp.start();
  const { ref } = other.probe;
  const link = () => target.probe.context.link(ref);
  // A link that nobody watches would not outlive the connection.
  target.probe.context.watchLink(ref, "changed");
  other.probe.context.tell(target.probe.ref, "true");
  await until("it is heard", () => link().isHeard && link().isUp);
  await other.system.close();
  await until("it is gone", () => !link().isHeard && !link().isUp);
  using socket = await RawSocket.connect(target.system.address);
  await socket.ask("Hello", 1, ref.address, ref.incarnation, null, shown.nothing);
  await socket.send(frameOf([2, "Tell", [target.probe.ref.counter, msgpackEncode("forged")]]));
  await socket.ask("Ping");
  assertEquals([link().isHeard, target.probe.messages.includes("forged")], [false, false]);
});

Deno.test("a system that was asked once is heard again at once when its connection is lost, though it cannot be dialed", async () => {
  await using way = new Proxy();
  await using target = await SystemOnTcp.start();
  const transport = new WireTap();
  await using other = await SystemOnTcp.start({ transport, advertise: way.address });
  way.target = transport.listening[0];
  const { ref } = other.probe;
  const link = () => target.probe.context.link(ref);
  // A link that nobody watches would not outlive the connection.
  target.probe.context.watchLink(ref, "changed");
  other.probe.context.tell(target.probe.ref, "first");
  await until("it is heard", () => link().isHeard && link().isUp);
  way.cut();
  await until("it cannot be reached", () => !link().isUp);
  other.probe.context.link(target.probe.ref).reset();
  await until("it is down", () => !other.probe.context.link(target.probe.ref).isUp);
  await until("it is up", () => other.probe.context.link(target.probe.ref).isUp);
  other.probe.context.tell(target.probe.ref, "second");
  await until("it came", () => target.probe.messages.includes("second"));
  assertEquals(link().isUp, false);
  way.mend();
});

Deno.test("a system of an older version, which shows nothing, is heard once it was greeted", async () => {
  await using target = await SystemOnTcp.start();
  using caller = new FakeSystem();
  caller.onHello = (request) => caller.accept(request);
  for (const _ of [1, 2]) {
    using socket = await RawSocket.connect(target.system.address);
    assertEquals(await socket.ask("Hello", 1, caller.address, "another", null), null);
    const { length } = target.probe.messages;
    await socket.send(frameOf([2, "Tell", [target.probe.ref.counter, msgpackEncode("hello")]]));
    await until("it came", () => target.probe.messages.length > length);
  }
  assertEquals(caller.greetedMs.length, 2);
});

Deno.test("only the system that is shown a countersign is told that it is one", async () => {
  await using target = await SystemOnTcp.start();
  await using owner = await SystemOnTcp.start();
  await using stranger = await SystemOnTcp.start();
  using seen = new FakeSystem();
  const shownTo = new Map<string, string>();
  seen.onHello = (request) => {
    const [, address, , , options] = request.params as [
      number,
      string,
      string,
      null,
      { countersign: string },
    ];
    shownTo.set(address, options.countersign);
    seen.accept(request);
  };
  // What the owner shows one system, none but that one is told to be its own.
  owner.probe.context.tell({ address: seen.address, incarnation: "aa", counter: 1 }, "hello");
  await until("it was shown", () => shownTo.size > 0);
  const [countersign] = shownTo.values();
  const greet = async (address: string, incarnation: string, isYours?: string) => {
    using socket = await RawSocket.connect(owner.system.address);
    const options = { countersign: "f".repeat(32), ...(isYours === undefined ? {} : { isYours }) };
    const reply = await socket.ask("Hello", 1, address, incarnation, null, options);
    return (reply as { isMine: boolean }).isMine;
  };
  const others = [stranger.system, target.system];
  for (const { address, incarnation } of others) {
    assertEquals(await greet(address, incarnation, countersign), false);
  }
  assertEquals(await greet(seen.address, "bb", countersign), false);
  assertEquals(await greet(seen.address, "aa"), false);
  assertEquals(await greet(seen.address, "aa", countersign), true);
});
