import { assertEquals, assertStringIncludes, msgpackEncode } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { concat, frame, frameOf } from "../support/rpc/wire.ts";
import { FakeSystem } from "./fake_system.ts";
import { SystemOnTcp } from "./systems.ts";
import { until } from "../support/until.ts";

const version = 1;
/** A system that is greeted at its address, as whoever it says it is. */
function startCaller(): FakeSystem {
  const caller = new FakeSystem();
  caller.onHello = (request) => caller.accept(request);
  return caller;
}

Deno.test("a Tell is heard on a greeted connection only", async () => {
  using caller = startCaller();
  const elsewhere = [caller.address, "another"] as const;
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using peer = await RawSocket.connect(system.address);
  await peer.send(tellFrame(ref.counter, "before the greeting"));
  for (const expected of [null, system.incarnation]) {
    assertEquals(await peer.ask("Hello", version, ...elsewhere, expected), null);
    await peer.send(tellFrame(ref.counter, `greeted ${expected}`));
  }
  await until("it is told", () => messages.length === 2);
  assertEquals(messages, ["greeted null", `greeted ${system.incarnation}`]);

  using stranger = await RawSocket.connect(system.address);
  await stranger.send(tellFrame(ref.counter, "not greeted"));
  await handled(stranger);
  assertEquals(messages.length, 2);
});

Deno.test("a greeting for another incarnation is refused, and nothing is heard", async () => {
  using caller = startCaller();
  const elsewhere = [caller.address, "another"] as const;
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using peer = await RawSocket.connect(system.address);
  const { code } = await peer.askInVain("Hello", version, ...elsewhere, "an earlier incarnation");
  assertEquals(code, "unavailable");
  await peer.send(tellFrame(ref.counter, "too late"));
  await handled(peer);
  assertEquals(messages, []);
});

Deno.test("a greeting in another version is refused, and says which one is allowed", async () => {
  using caller = startCaller();
  const elsewhere = [caller.address, "another"] as const;
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using peer = await RawSocket.connect(system.address);
  for (const other of [0, 2, "1", null]) {
    const { code, message } = await peer.askInVain("Hello", other, ...elsewhere, null);
    assertEquals(code, "bad_request");
    assertStringIncludes(message, "allowed is");
  }
  await peer.send(tellFrame(ref.counter, "in another version"));
  await handled(peer);
  assertEquals(messages, []);
});

Deno.test("a malformed greeting is the peer's fault, and its connection lives", async () => {
  using caller = startCaller();
  const elsewhere = [caller.address, "another"] as const;
  await using served = await SystemOnTcp.start();
  using peer = await RawSocket.connect(served.system.address);
  for (
    const params of [
      [],
      [version],
      [version, "127.0.0.1:1"],
      [version, ...elsewhere],
      [version, 1, "another", null],
      [version, "127.0.0.1:1", null, null],
      [version, ...elsewhere, 7],
    ]
  ) {
    const { code } = await peer.askInVain("Hello", ...params);
    assertEquals(code, "bad_request", JSON.stringify(params));
  }
  const notUtf8 = [0xa1, 0xff];
  const hello = [0x94, 0, 1, ...msgpackEncode("Hello")];
  await peer.send(frame([...hello, 0x94, version, ...notUtf8, ...notUtf8, 0xc0]));
  assertEquals((await peer.refusal(1)).code, "bad_request");
  assertEquals(served.errors, []);
});

Deno.test("what a newer version adds to a greeting or a Tell is ignored", async () => {
  using caller = startCaller();
  const elsewhere = [caller.address, "another"] as const;
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using peer = await RawSocket.connect(system.address);
  await peer.ask("Hello", version, ...elsewhere, null, { compression: true });
  await peer.send(notification("Tell", ref.counter, msgpackEncode("well"), "urgent"));
  await until("it is told", () => messages.length > 0);
  assertEquals(messages, ["well"]);
});

Deno.test("a malformed Tell is ignored, and its connection lives", async () => {
  using caller = startCaller();
  const elsewhere = [caller.address, "another"] as const;
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using peer = await RawSocket.connect(system.address);
  await peer.ask("Hello", version, ...elsewhere, null);
  const message = msgpackEncode("a message");
  await peer.send(concat(
    notification("Tell"),
    notification("Tell", ref.counter),
    notification("Tell", ref.counter, "a str"),
    notification("Tell", ref.counter, null),
    notification("Tell", -1, message),
    notification("Tell", 1.5, message),
    notification("Tell", `${ref.counter}`, message),
    notification("Tell", {}, message),
    notification("Whisper", ref.counter, message),
    notification("T".repeat(1_000), ref.counter, message),
    tellFrame(ref.counter, "well-formed"),
  ));
  await until("it is told", () => messages.length > 0);
  assertEquals(messages, ["well-formed"]);
  assertEquals(served.errors, []);
});

Deno.test("a Tell to nobody is refused and counted, and ends its connection", async () => {
  using caller = startCaller();
  const elsewhere = [caller.address, "another"] as const;
  await using served = await SystemOnTcp.start();
  using peer = await RawSocket.connect(served.system.address);
  await peer.ask("Hello", version, ...elsewhere, null);
  await peer.send(tellFrame(1_000_000, "is anybody there?"));
  await peer.expectEnd();
  const { messagesDropped, refusedMessages } = served.system.stats();
  assertEquals([messagesDropped, refusedMessages], [0, 1]);
});

Deno.test("bytes that are no message end their connection and no other", async () => {
  using caller = startCaller();
  const elsewhere = [caller.address, "another"] as const;
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using broken = await RawSocket.connect(system.address);
  using sound = await RawSocket.connect(system.address);
  for (const peer of [broken, sound]) await peer.ask("Hello", version, ...elsewhere, null);
  await broken.send(frame([0xc1]));
  await broken.expectEnd();
  await sound.send(tellFrame(ref.counter, "still here"));
  await until("it is told", () => messages.length > 0);
  assertEquals(messages, ["still here"]);
});

Deno.test("Describe is refused with unavailable while there is no description yet", async () => {
  await using served = await SystemOnTcp.start();
  using peer = await RawSocket.connect(served.system.address);
  served.system.description = "";
  assertEquals((await peer.askInVain("Describe")).code, "unavailable");
  served.system.description = "there is one";
  assertEquals(await peer.ask("Describe"), "there is one");
});

Deno.test("Describe, Ping and Stats need no greeting", async () => {
  await using served = await SystemOnTcp.start();
  served.system.description = "a description";
  using peer = await RawSocket.connect(served.system.address);
  assertEquals(await peer.ask("Describe"), "a description");
  assertEquals(await peer.ask("Ping"), "pong");
  assertEquals(await peer.ask("Stats"), served.system.report(false));
  assertEquals((await peer.askInVain("Get", "key")).code, "unknown_method");
});

/** Resolves when everything that the peer has sent is handled: a connection keeps order. */
async function handled(peer: RawSocket): Promise<void> {
  await peer.ask("Ping");
}

function notification(method: string, ...params: unknown[]): Uint8Array {
  return frameOf([2, method, params]);
}

function tellFrame(counter: number, message: unknown): Uint8Array {
  return notification("Tell", counter, msgpackEncode(message));
}
