import { commands, options } from "../../app/doors/telnet/codes.ts";
import { gmcpBytes, type GmcpMessage, parseGmcp } from "../../app/doors/gmcp/gmcp.ts";
import { TelnetClient } from "../../app/doors/telnet/telnet_client.ts";
import {
  escaped,
  subnegotiation,
  TelnetParser,
  type TelnetPart,
} from "../../app/doors/telnet/telnet_parser.ts";
import { LineInput } from "../../app/doors/lines/line_input.ts";
import { Unsent } from "../../app/doors/lines/unsent.ts";
import { doorLimits } from "../../limits.ts";
import { assert, assertEquals, assertLessOrEqual, fc } from "../deps.ts";

const { iac, sb, se, will, wont, do: doIt, dont, ga, eor } = commands;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Bytes that mean something to telnet are drawn as often as all others together. */
const hostileBytes = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(iac, sb, se, will, wont, doIt, dont, 0, 10, 13, ...Object.values(options)),
  ),
  { maxLength: 300 },
).map((bytes) => Uint8Array.from(bytes));

/** `bytes` in pieces, cut at `cuts`. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b)];
  return [...at, bytes.length].slice(1).map((end, i) => bytes.subarray(at[i], end));
}

/** Parts with the data between two others as one. */
function joined(parts: readonly TelnetPart[]): unknown[] {
  const all: unknown[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (part.kind !== "data") all.push(part);
    else if (Array.isArray(last)) last.push(...part.bytes);
    else all.push([...part.bytes]);
  }
  return all;
}

Deno.test("TelnetParser gives the same parts however the bytes are split", () => {
  fc.assert(fc.property(hostileBytes, fc.array(fc.nat(), { maxLength: 20 }), (bytes, cuts) => {
    const whole = joined(new TelnetParser().push(bytes));
    const parser = new TelnetParser();
    const split = joined(pieces(bytes, cuts).flatMap((piece) => parser.push(piece)));
    assertEquals(split, whole);
  }));
});

Deno.test("TelnetParser gives back what was escaped, and nothing else", () => {
  fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), fc.nat(255), (data, payload, option) => {
    const sent = [...escaped(data), ...subnegotiation(option, payload)];
    const parts = joined(new TelnetParser().push(Uint8Array.from(sent)));
    const expected = [
      ...data.length > 0 ? [[...data]] : [],
      { kind: "subnegotiation", option, payload },
    ];
    assertEquals(parts, expected);
  }));
});

Deno.test("TelnetParser passes over a subnegotiation that is too long, and goes on behind it", () => {
  const parser = new TelnetParser();
  const long = new Uint8Array(doorLimits.subnegotiationBytesMax + 1).fill(65);
  const end = Uint8Array.of(...bytesOf("look"), iac, ga);
  assertEquals(parser.push(subnegotiation(options.gmcp, long)), []);
  assertEquals(joined(parser.push(end)), [[...bytesOf("look")], { kind: "command", command: ga }]);
});

Deno.test("a subnegotiation without an end is forgotten with the next command", () => {
  const parser = new TelnetParser();
  const sent = Uint8Array.of(iac, sb, options.naws, 1, iac, will, options.ttype, 72);
  assertEquals(joined(parser.push(sent)), [
    { kind: "negotiation", verb: "will", option: options.ttype },
    [72],
  ]);
});

/** A client, and what was sent to it. */
function client() {
  const sent: number[] = [];
  const messages: GmcpMessage[] = [];
  const seen = { known: 0, resized: 0 };
  const it = new TelnetClient({
    send: (bytes) => void sent.push(...bytes),
    gmcp: (message) => void messages.push(message),
    known: () => void seen.known++,
    resized: () => void seen.resized++,
  });
  const take = () => sent.splice(0);
  return { it, take, messages, seen };
}

function typeIs(type: string): Uint8Array {
  return subnegotiation(options.ttype, Uint8Array.of(0, ...bytesOf(type)));
}

Deno.test("a client for games says its name, its size, its charset and what it can do", () => {
  const { it, take, messages, seen } = client();
  it.greet();
  assertEquals(take(), [
    ...[iac, doIt, options.ttype, iac, doIt, options.naws],
    ...[iac, will, options.charset, iac, will, options.eor, iac, will, options.gmcp],
  ]);
  it.push(Uint8Array.of(iac, will, options.ttype));
  const askType = [iac, sb, options.ttype, 1, iac, se];
  assertEquals(take(), askType);
  it.push(typeIs("MUDLET"));
  it.push(typeIs("XTERM"));
  it.push(Uint8Array.of(iac, will, options.naws));
  assertEquals([take(), seen.known], [[...askType, ...askType], 0]);
  it.push(typeIs("MTTS 69"));
  assertEquals([seen.known, it.kind.isSpoken, it.kind.hasColour, it.isUtf8], [1, true, true, true]);
  assertEquals(it.kind.isBareTerminal, false);
  // 255 columns, the byte of which is that of a command.
  it.push(subnegotiation(options.naws, Uint8Array.of(0, 255, 0, 40)));
  assertEquals([it.columns, it.rows, seen.resized], [255, 40, 1]);
  it.push(Uint8Array.of(iac, doIt, options.charset));
  assertEquals(text(Uint8Array.from(take()).slice(4, -2)), ";UTF-8");
  it.push(Uint8Array.of(iac, doIt, options.gmcp, iac, doIt, options.eor));
  it.push(subnegotiation(options.gmcp, bytesOf('Core.Hello {"client":"Mudlet"}')));
  assertEquals(messages, [{ name: "Core.Hello", data: { client: "Mudlet" } }]);
  it.tell({ name: "Char.Vitals", data: { coins: 1 } });
  assertEquals(take(), [...subnegotiation(options.gmcp, bytesOf('Char.Vitals {"coins":1}'))]);
  it.endPrompt();
  assertEquals(take(), [iac, eor]);
});

Deno.test("a terminal that says the same type again is no client for games", () => {
  const { it, seen } = client();
  it.greet();
  it.push(Uint8Array.of(iac, will, options.ttype, iac, wont, options.naws));
  it.push(typeIs("XTERM-256COLOR"));
  assertEquals(seen.known, 0);
  it.push(typeIs("XTERM-256COLOR"));
  assertEquals([seen.known, it.kind.isBareTerminal, it.kind.hasColour], [1, true, true]);
});

Deno.test("a client that knows nothing of telnet is shown prompts and plain lines", () => {
  const { it, take } = client();
  it.greet();
  take();
  for (const option of [options.ttype, options.naws, options.charset, options.eor, options.gmcp]) {
    it.push(Uint8Array.of(iac, wont, option, iac, dont, option));
  }
  assertEquals([take(), it.isKnown, it.hasGmcp, it.kind.hasColour], [[], true, false, false]);
  it.tell({ name: "Char.Vitals", data: {} });
  assertEquals(take(), []);
  it.endPrompt();
  assertEquals(take(), [iac, ga]);
  assertEquals(text(it.encode("a\nb\r\n")), "a\r\nb\r\n");
});

Deno.test("a client that refuses UTF-8 is sent what looks alike in ASCII", () => {
  const { it } = client();
  it.greet();
  it.push(Uint8Array.of(iac, doIt, options.charset));
  it.push(subnegotiation(options.charset, Uint8Array.of(3)));
  assertEquals(text(it.encode("┌─┐ Zoë 漢")), "+-+ Zoe ?");
});

Deno.test("a password is not echoed by the client, and what follows is", () => {
  const { it, take } = client();
  it.hideTyping(true);
  assertEquals(take(), [iac, will, options.echo]);
  it.push(Uint8Array.of(iac, doIt, options.echo));
  it.hideTyping(false);
  assertEquals(take(), [iac, wont, options.echo]);
  it.push(Uint8Array.of(iac, dont, options.echo));
  assertEquals(take(), []);
});

Deno.test("whatever a client sends, what is answered to it is bounded", () => {
  fc.assert(fc.property(fc.array(hostileBytes, { maxLength: 40 }), (sent) => {
    const { it, take } = client();
    it.greet();
    for (const bytes of sent) it.push(bytes);
    const answerBytesMax = 2 * (doorLimits.subnegotiationBytesMax + 6);
    assertLessOrEqual(take().length, 15 + answerBytesMax * doorLimits.negotiationsMax);
  }));
  const { it, take } = client();
  it.greet();
  take();
  for (let i = 0; i < 10_000; i++) it.push(Uint8Array.of(iac, will, 77, iac, doIt, 78));
  assertLessOrEqual(take().length, 3 * doorLimits.negotiationsMax + 6);
  assert(it.isBabbling);
  assertEquals(text(it.push(bytesOf("look"))[0]), "look");
});

Deno.test("two ends of a negotiation do not answer each other without end", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...Object.values(options))), (wanted) => {
    const { it, take } = client();
    it.greet();
    for (const option of wanted) it.push(Uint8Array.of(iac, will, option, iac, doIt, option));
    // The other end agrees to all that it is told, in the same words.
    for (let turns = 0; turns < 20; turns++) {
      const answers = new TelnetParser().push(Uint8Array.from(take()));
      if (answers.length === 0) return;
      for (const part of answers) {
        if (part.kind !== "negotiation") continue;
        const verb = { will: doIt, wont: dont, do: will, dont: wont }[part.verb];
        it.push(Uint8Array.of(iac, verb, part.option));
      }
    }
    throw new Error("they still answer each other");
  }));
});

Deno.test("a GMCP message is read as it was written, and garbage is none", () => {
  fc.assert(fc.property(fc.jsonValue(), (data) => {
    const bytes = gmcpBytes({ name: "Char.Vitals", data });
    if (bytes.length > doorLimits.subnegotiationBytesMax) return;
    assertEquals(parseGmcp(bytes), JSON.parse(JSON.stringify({ name: "Char.Vitals", data })));
  }));
  const garbage = ["", "{}", "Core.Hello {", "a b", "\u202eCore.Hello", "Core..Hello", ". 1"];
  for (const each of garbage) assertEquals(parseGmcp(bytesOf(each)), undefined, each);
  assertEquals(parseGmcp(Uint8Array.of(0xc3)), undefined);
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseGmcp(bytes)));
  const hostile = gmcpBytes({ name: "Comm.Channel", data: "\x1b[2J\u202e\n" });
  assertEquals(text(hostile), 'Comm.Channel "\\u001b[2J\\u202e\\n"');
});

Deno.test("LineInput gives the same lines however the bytes are split", () => {
  fc.assert(fc.property(hostileBytes, fc.array(fc.nat(), { maxLength: 20 }), (bytes, cuts) => {
    const whole = new LineInput().push(bytes);
    const input = new LineInput();
    assertEquals(pieces(bytes, cuts).flatMap((piece) => input.push(piece)), whole);
  }));
});

Deno.test("LineInput ends lines as any client does, refuses what is no UTF-8, and keeps no long line", () => {
  const input = new LineInput();
  assertEquals(input.push(bytesOf("a\r\nb\nc\r\0d\re\r\n\r\n")), ["a", "b", "c", "d", "e", ""]);
  assertEquals(input.push(bytesOf("Zoëx\x7f\x08e\n")), ["Zoe"]);
  assertEquals(input.push(Uint8Array.of(0xc3, 0x0a, 0x61, 0x0a)), [undefined, "a"]);
  const [long, next] = input.push(bytesOf(`${"ë".repeat(1 << 20)}\nlook\n`));
  assertLessOrEqual(long!.length, doorLimits.lineBytesMax);
  assertEquals(next, "look");
});

Deno.test("a client that takes nothing is ended, and nothing more is kept for it", () => {
  let [sent, ends] = [0, 0];
  const counting = [
    (bytes: Uint8Array) => void (sent += bytes.length),
    () => void ends++,
    (bytes: Uint8Array) => bytes.length,
  ] as const;
  const unsent = new Unsent<Uint8Array>(...counting);
  const piece = new Uint8Array(1_000);
  for (let i = 0; i < 1_000; i++) unsent.send(piece);
  assertLessOrEqual(sent, doorLimits.unsentBytesMax);
  assertEquals(ends, 1);
  const taking = new Unsent<Uint8Array>(...counting);
  for (let i = 0; i < 1_000; i++) {
    taking.send(piece);
    taking.taken();
  }
  assertEquals(ends, 1);
});
