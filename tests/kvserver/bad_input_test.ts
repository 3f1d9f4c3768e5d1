import type { Value } from "../../kvclient/mod.ts";
import { errorCodes, wireLimits } from "../../kvcommon/mod.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertStringIncludes,
} from "../deps.ts";
import { checkBadInput, sentence } from "../support/rpc/bad_input.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { concat, frame, requestFrame } from "../support/rpc/wire.ts";
import { serve, type Serving, whileUsed } from "./serving.ts";

Deno.test("the query port harms nobody when bad frames come", async (t) => {
  await using served = await serve();
  await whileUsed(served, () => checkBadInput(t, served.address));
});

Deno.test("the system port harms nobody when bad frames come", async (t) => {
  await using served = await serve();
  await whileUsed(served, () => checkBadInput(t, served.server.address));
});

// ---- requests that are refused on a connection that lives -----------------------------------

function str(bytes: number[]): number[] {
  return [0xa0 | bytes.length, ...bytes];
}

/** A request whose method and params are given as bytes. */
function rawRequest(method: number[], ...params: number[][]): Uint8Array {
  return frame(concat(0x94, 0, 1, str(method), 0x90 | params.length, params.flat()));
}

function ascii(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

function nested(depth: number): unknown {
  let value: unknown = null;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

const deep = concat(new Uint8Array(10_000).fill(0x91), 0xc0);
const longKey = "k".repeat(wireLimits.keyBytesMax);
const longValue = "v".repeat(wireLimits.valueBytesMax);
const loneSurrogate = [0xed, 0xa0, 0x80];

const refusedWith: Record<string, [name: string, request: Uint8Array][]> = {
  bad_request: [
    ["Get without a key", requestFrame(1, "Get", [])],
    ["Get of two keys", requestFrame(1, "Get", ["a", "b"])],
    ["Get of an integer", requestFrame(1, "Get", [5])],
    ["Get of nil", requestFrame(1, "Get", [null])],
    ["Get of a bin", requestFrame(1, "Get", [new Uint8Array(ascii("k"))])],
    ["Get of an array", requestFrame(1, "Get", [["k"]])],
    [
      "Get of a map with the key __proto__",
      requestFrame(1, "Get", [
        Object.fromEntries([["__proto__", "k"]]),
      ]),
    ],
    ["Get of what nests 100 deep", requestFrame(1, "Get", [nested(90)])],
    ["Get of what nests 10,000 deep", frame(concat(0x94, 0, 1, str(ascii("Get")), 0x91, deep))],
    [
      "Get with what nests 10,000 deep behind the key",
      frame(
        concat(0x94, 0, 1, str(ascii("Get")), 0x92, str(ascii("k")), deep),
      ),
    ],
    ["Put without a value", requestFrame(1, "Put", ["k"])],
    ["Put of three", requestFrame(1, "Put", ["k", "v", "w"])],
    ["Put of nil", requestFrame(1, "Put", ["k", null])],
    ["Put of a number", requestFrame(1, "Put", ["k", 1.5])],
    ["Put under a bin", requestFrame(1, "Put", [new Uint8Array(3), "v"])],
    ["Put under nil", requestFrame(1, "Put", [null, "v"])],
    ["List without a prefix", requestFrame(1, "List", [])],
    ["List of nil", requestFrame(1, "List", [null])],
    ["List of two prefixes", requestFrame(1, "List", ["a", "b"])],
    ["Scan of two", requestFrame(1, "Scan", ["a", null])],
    ["Scan of four", requestFrame(1, "Scan", ["a", null, 1, 1])],
    ["Scan after a number", requestFrame(1, "Scan", ["a", 5, 1])],
    ["Scan of nil", requestFrame(1, "Scan", [null, null, 1])],
    ["Scan with limit 0", requestFrame(1, "Scan", ["", null, 0])],
    ["Scan with limit -1", requestFrame(1, "Scan", ["", null, -1])],
    [
      "Scan with a limit one too great",
      requestFrame(1, "Scan", ["", null, wireLimits.scanEntriesMax + 1]),
    ],
    ["Scan with limit 2^32 + 1", requestFrame(1, "Scan", ["", null, 2n ** 32n + 1n])],
    ["Scan with limit 2^64 - 1", requestFrame(1, "Scan", ["", null, 2n ** 64n - 1n])],
    ["Scan with limit 1.5", requestFrame(1, "Scan", ["", null, 1.5])],
    ["Scan with limit nil", requestFrame(1, "Scan", ["", null, null])],
    ["Scan with a limit that is a str", requestFrame(1, "Scan", ["", null, "10"])],
    ["Ping with a param", requestFrame(1, "Ping", [1])],
    ["Stats with a param", requestFrame(1, "Stats", [1])],
    ["a key with a byte that starts nothing", rawRequest(ascii("Get"), str([0x61, 0xff]))],
    ["a key that is cut inside a character", rawRequest(ascii("Get"), str([0xc3]))],
    ["a key with a lone surrogate", rawRequest(ascii("Get"), str(loneSurrogate))],
    ["a key to put with a lone surrogate", rawRequest(ascii("Put"), str(loneSurrogate), str([]))],
    ["a value that is overlong", rawRequest(ascii("Put"), str([0x6b]), str([0xc0, 0x80]))],
    ["a prefix that is not UTF-8", rawRequest(ascii("List"), str([0x80]))],
    ["an after that is not UTF-8", rawRequest(ascii("Scan"), str([]), str([0xfe]), [1])],
    ["a method that is not UTF-8", rawRequest([0xc3, 0x28])],
  ],
  unknown_method: [
    ["a method that nobody has", requestFrame(1, "Drop", ["k"])],
    ["a method in lower case", requestFrame(1, "get", ["k"])],
    ["a method with a letter more", requestFrame(1, "GetX", ["k"])],
    ["a method with a letter less", requestFrame(1, "Ge", ["k"])],
    ["no name", requestFrame(1, "", [])],
    ["__proto__", requestFrame(1, "__proto__", [])],
    ["constructor", requestFrame(1, "constructor", [])],
    ["a method of the system port", requestFrame(1, "Describe", [])],
    ["a name of a million NULs", requestFrame(1, "\0".repeat(1_000_000), [])],
  ],
  too_large: [
    ["Get of a key of 4097 bytes", requestFrame(1, "Get", [longKey + "k"])],
    [
      "Get of a key of 4097 bytes in 2049 characters",
      requestFrame(1, "Get", [
        "é".repeat(wireLimits.keyBytesMax / 2) + "k",
      ]),
    ],
    ["Put of a key of 4097 bytes", requestFrame(1, "Put", [longKey + "k", "v"])],
    ["Put of a value one byte too long", requestFrame(1, "Put", ["k", longValue + "v"])],
    ["List of a prefix of 4097 bytes", requestFrame(1, "List", [longKey + "k"])],
    ["Scan of a prefix of 4097 bytes", requestFrame(1, "Scan", [longKey + "k", null, 1])],
    ["Scan after a key of 4097 bytes", requestFrame(1, "Scan", ["", longKey + "k", 1])],
  ],
};

for (const [code, requests] of Object.entries(refusedWith)) {
  Deno.test(`the query port refuses with ${code} and the connection lives`, async (t) => {
    await using served = await serve();
    using socket = await RawSocket.connect(served.address);
    await whileUsed(served, async () => {
      for (const [name, request] of requests) {
        await t.step(name, async () => {
          await socket.send(request);
          const error = await socket.refusal(1);
          assertEquals(error.code, code);
          assert((errorCodes as readonly string[]).includes(code));
          assertMatch(error.message, sentence);
          assertLess(error.message.length, 200);
          assertEquals(await socket.ask("Ping"), "pong");
        });
      }
    });
    assertEquals(served.faults, []);
    assertEquals(await served.client.list(""), await witnessOnly(served));
  });
}

/** What the store holds when nothing of what was refused had any effect. */
async function witnessOnly({ client }: Serving): Promise<Map<string, Value>> {
  return new Map([["witness", (await client.get("witness"))!]]);
}

Deno.test("the query port takes keys and values that are just as long as is allowed", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  const wideKey = "é".repeat(wireLimits.keyBytesMax / 2);
  const wideValue = "\u{1f600}".repeat(wireLimits.valueBytesMax / 4);
  for (const [key, value] of [[longKey, longValue], [wideKey, wideValue]]) {
    assertEquals(await socket.ask("Put", key, value), null);
    const got = await socket.ask("Get", key);
    assert(got === value, "the value comes back whole");
  }
  assertEquals(await socket.ask("Scan", longKey, longKey, 1), [[], true]);
});

Deno.test("the query port takes any limit of a Scan that is within its bounds, in any encoding", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  for (
    const limit of [
      1,
      2n,
      127,
      128,
      255,
      256,
      wireLimits.scanEntriesMax,
      BigInt(wireLimits.scanEntriesMax),
    ]
  ) {
    assertEquals(await socket.ask("Scan", "", null, limit), [[], true]);
  }
});

Deno.test("the query port says too_large and names Scan when a List exceeds a frame", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  const value = "v".repeat(6_000_000);
  for (const key of ["a1", "a2", "b1"]) await served.client.put(key, value);
  const error = await socket.askInVain("List", "");
  assertEquals(error.code, "too_large");
  assertStringIncludes(error.message, "use Scan");
  assertMatch(error.message, sentence);
  const list = await socket.ask("List", "a") as Record<string, string>;
  assertEquals(Object.keys(list), ["a1", "a2"]);
  const all = await served.client.list("");
  assertEquals([...all.keys()], ["a1", "a2", "b1"]);
  assert([...all.values()].every((got) => got === value));
});

Deno.test("the query port lists what just fills a frame and refuses one byte more", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  // What stands around the entries of a List takes no more than this.
  const slackBytes = 100;
  const half = wireLimits.frameBytesMax / 2;
  await served.client.put("a", "v".repeat(half));
  await served.client.put("b", "v".repeat(half - slackBytes));
  await socket.send(requestFrame(0xffffffff, "List", [""]));
  const payload = await socket.frame();
  assertLessOrEqual(payload!.length, wireLimits.frameBytesMax);
  assertGreater(payload!.length, wireLimits.frameBytesMax - slackBytes);
  await served.client.put("b", "v".repeat(half));
  assertEquals((await socket.askInVain("List", "")).code, "too_large");
});

// ---- clients that ask for more than they read -----------------------------------------------

Deno.test("the query port executes no further when a client does not read", async () => {
  await using served = await serve();
  await served.client.put("large", "v".repeat(1_000_000));
  using socket = await RawSocket.connect(served.address);
  const request = requestFrame(1, "Get", ["large"]);
  await socket.send(concat(...Array.from({ length: 200 }, () => request)));
  await whileUsed(served, async () => {
    for (let i = 0; i < 100; i++) await served.client.ping();
  });
  const { gets, puts } = await served.client.stats() as Record<string, number>;
  // What the kernel's buffers hold is answered, of 200 MB that are asked for.
  // Each of the witness's turns is a Put and a Get; one Put was made before.
  assertLess(gets - puts + 1, 60);
  await served.server.close();
});

Deno.test("the query port answers others in between when one client pipelines costly Lists", async () => {
  await using served = await serve();
  await served.client.put("list/1", "v".repeat(100_000));
  const count = 2000;
  using socket = await RawSocket.connect(served.address);
  const request = requestFrame(1, "List", ["list/"]);
  await socket.send(concat(...Array.from({ length: count }, () => request)));
  const seen = new Set<unknown>();
  let read = 0;
  const reading = async () => {
    for (; read < count; read++) await socket.frame();
  };
  const asking = async () => {
    while (read < count) seen.add((await served.client.stats()).lists);
  };
  await Promise.all([reading(), asking()]);
  // Executed in one go, the Lists would be seen none or all.
  assertGreater(seen.size, 10);
});

Deno.test("the query port sends every reply when a client ends its side after pipelining", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  const count = 5000;
  const requests = Array.from(
    { length: count },
    (_, i) => i % 2 === 0 ? requestFrame(i, "Put", ["k", `${i}`]) : requestFrame(i, "Get", ["k"]),
  );
  await Promise.all([
    socket.send(concat(...requests)).then(() => socket.closeWrite()),
    (async () => {
      for (let i = 0; i < count; i++) {
        assertEquals(await socket.reply(), [1, i, null, i % 2 === 0 ? null : `${i - 1}`]);
      }
      await socket.expectEnd();
    })(),
  ]);
});

Deno.test("the query port answers requests that come byte by byte, and split anywhere", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  const frames = concat(
    requestFrame(1, "Put", ["key", "välue"]),
    requestFrame(2, "Get", ["key"]),
  );
  await whileUsed(served, async () => {
    for (const byte of frames) await socket.send(new Uint8Array([byte]));
    assertEquals(await socket.reply(), [1, 1, null, null]);
    assertEquals(await socket.reply(), [1, 2, null, "välue"]);
    for (let place = 1; place < frames.length; place++) {
      await socket.send(frames.subarray(0, place));
      assertEquals(await served.client.get("key"), "välue");
      await socket.send(frames.subarray(place));
      assertEquals(await socket.reply(), [1, 1, null, null]);
      assertEquals(await socket.reply(), [1, 2, null, "välue"]);
    }
  });
});

Deno.test("the query port serves on when 1,000 connections are opened and dropped", async () => {
  await using served = await serve();
  await whileUsed(served, async () => {
    for (let i = 0; i < 10; i++) {
      const opening = Array.from({ length: 100 }, () => RawSocket.connect(served.address));
      for (const socket of await Promise.all(opening)) {
        await socket.send(requestFrame(1, "Get", ["k"]).subarray(0, i));
        socket[Symbol.dispose]();
      }
    }
  });
  // The witness and the asking client are left once the server has seen the others go.
  for (let i = 0; i < 1000 && (await served.client.stats()).connections !== 2; i++);
  assertEquals((await served.client.stats()).connections, 2);
});
