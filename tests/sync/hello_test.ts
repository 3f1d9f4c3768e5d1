import { assertEquals, assertStringIncludes } from "../deps.ts";
import { RawPeer } from "./raw_peer.ts";
import { SystemOnTcp } from "./systems.ts";
import { until } from "./until.ts";

const timeoutMs = 2_000;
const version = 1;
const elsewhere = ["127.0.0.1:1", "another"] as const;

Deno.test("a Tell is heard on a greeted connection only", async () => {
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using peer = await RawPeer.connect(system.address);
  await peer.tell(ref.counter, "before the greeting");
  for (const expected of [null, system.incarnation]) {
    const reply = await peer.ask("Hello", version, ...elsewhere, expected);
    assertEquals(reply, { error: null, result: null });
    await peer.tell(ref.counter, `greeted ${expected}`);
  }
  await until("it is told", () => messages.length === 2, { timeoutMs });
  assertEquals(messages, ["greeted null", `greeted ${system.incarnation}`]);

  using stranger = await RawPeer.connect(system.address);
  await stranger.tell(ref.counter, "not greeted");
  // Whatever came before is handled when the reply is here.
  await stranger.ask("Ping");
  assertEquals(messages.length, 2);
});

Deno.test("a greeting for another life is refused, and nothing is heard", async () => {
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using peer = await RawPeer.connect(system.address);
  const reply = await peer.ask("Hello", version, ...elsewhere, "an earlier life");
  assertEquals(reply?.error?.[0], "unavailable");
  await peer.tell(ref.counter, "too late");
  await peer.ask("Ping");
  assertEquals(messages, []);
});

Deno.test("a greeting in another version is refused, and says which one is allowed", async () => {
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using peer = await RawPeer.connect(system.address);
  for (const other of [0, 2, "1", null]) {
    const reply = await peer.ask("Hello", other, ...elsewhere, null);
    assertEquals(reply?.error?.[0], "bad_request");
    assertStringIncludes(reply!.error![1], "allowed is");
  }
  await peer.tell(ref.counter, "in another version");
  await peer.ask("Ping");
  assertEquals(messages, []);
});

Deno.test("a malformed greeting is the peer's fault, and its connection lives", async () => {
  await using served = await SystemOnTcp.start();
  using peer = await RawPeer.connect(served.system.address);
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
    const reply = await peer.ask("Hello", ...params);
    assertEquals(reply?.error?.[0], "bad_request", JSON.stringify(params));
  }
  // An address of one byte that is not UTF-8.
  const hello = new TextEncoder().encode("Hello");
  await peer.sendBytes(Uint8Array.of(0x94, 0, 1, 0xa5, ...hello, 0x92, version, 0xa1, 0xff));
  assertEquals((await peer.reply())?.error?.[0], "bad_request");
  await peer.sendBytes(
    Uint8Array.of(0x94, 0, 1, 0xa5, ...hello, 0x94, version, 0xa1, 0xff, 0xa1, 0x61, 0xc0),
  );
  assertEquals((await peer.reply())?.error?.[0], "bad_request");
  assertEquals(served.errors, []);
});

Deno.test("what a newer version adds to a greeting or a Tell is ignored", async () => {
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using peer = await RawPeer.connect(system.address);
  await peer.ask("Hello", version, ...elsewhere, null, { compression: true });
  await peer.send([2, "Tell", [ref.counter, Uint8Array.of(1), "urgent"]]);
  await until("it is told", () => messages.length > 0, { timeoutMs });
  assertEquals(messages, [1]);
});

Deno.test("a malformed Tell is ignored, and its connection lives", async () => {
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using peer = await RawPeer.connect(system.address);
  await peer.ask("Hello", version, ...elsewhere, null);
  const message = Uint8Array.of(1);
  for (
    const params of [
      [],
      [ref.counter],
      [ref.counter, "a str"],
      [ref.counter, null],
      [-1, message],
      [1.5, message],
      [`${ref.counter}`, message],
      [{}, message],
    ]
  ) {
    await peer.send([2, "Tell", params]);
  }
  await peer.send([2, "Whisper", [ref.counter, message]]);
  await peer.send([2, "T".repeat(1_000), [ref.counter, message]]);
  await peer.tell(ref.counter, "well-formed");
  await until("it is told", () => messages.length > 0, { timeoutMs });
  assertEquals(messages, ["well-formed"]);
  assertEquals(served.errors, []);
});

Deno.test("a Tell to nobody is counted", async () => {
  await using served = await SystemOnTcp.start();
  using peer = await RawPeer.connect(served.system.address);
  await peer.ask("Hello", version, ...elsewhere, null);
  await peer.tell(1_000_000, "is anybody there?");
  await peer.ask("Ping");
  assertEquals(served.system.stats().messagesDropped, 1);
});

Deno.test("bytes that are no message end their connection and no other", async () => {
  await using served = await SystemOnTcp.start();
  const { system, probe: { ref, messages } } = served;
  using broken = await RawPeer.connect(system.address);
  using sound = await RawPeer.connect(system.address);
  for (const peer of [broken, sound]) await peer.ask("Hello", version, ...elsewhere, null);
  await broken.sendBytes(Uint8Array.of(0xc1));
  await broken.end();
  await sound.tell(ref.counter, "still here");
  await until("it is told", () => messages.length > 0, { timeoutMs });
  assertEquals(messages, ["still here"]);
});

Deno.test("Describe, Ping and Stats need no greeting", async () => {
  await using served = await SystemOnTcp.start();
  served.system.description = "a description";
  using peer = await RawPeer.connect(served.system.address);
  assertEquals(await peer.ask("Describe"), { error: null, result: "a description" });
  assertEquals(await peer.ask("Ping"), { error: null, result: "pong" });
  assertEquals(await peer.ask("Stats"), {
    error: null,
    result: { ...served.system.stats() },
  });
  assertEquals((await peer.ask("Get", "key"))?.error?.[0], "unknown_method");
});
