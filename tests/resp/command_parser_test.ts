import { CommandCutter } from "../../resp/wire/command_cutter.ts";
import { type CommandBounds, CommandParser, incomplete } from "../../resp/wire/command_parser.ts";
import { assert, assertEquals, fc } from "../deps.ts";
import { bytesOf, encoded, latin1 } from "../support/resp/redis_socket.ts";

const wideBounds: CommandBounds = {
  argumentBytesMax: 1_000,
  commandBytesMax: 1_500,
  argumentsMax: 600,
  lineBytesMax: 200,
};

/** The arguments of all commands, and what breaks the protocol behind them. */
interface Parsed {
  commands: string[][];
  fault?: string;
}

/** Parses a stream that is cut in front of each of `cuts`, as a connection and its actor do. */
function parse(stream: string, cuts: readonly number[], bounds = wideBounds): Parsed {
  const bytes = bytesOf(stream);
  const cutter = new CommandCutter(bounds);
  const parser = new CommandParser(bounds, true);
  const commands: string[][] = [];
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    // At another place each time, and behind other bytes.
    const shifted = new Uint8Array(end - start + 7).fill(0x2a);
    shifted.set(bytes.subarray(start, end), 7);
    const cut = cutter.cut(shifted, 7, shifted.length);
    for (let at = 7; at < cut;) {
      at = parser.parse(shifted, at, cut);
      assert(at !== incomplete, "what was cut off is whole");
      if (parser.fault !== undefined) return { commands, fault: parser.fault };
      const words: string[] = [];
      for (let i = 0; i < parser.count; i++) {
        words.push(latin1(parser.bytes.subarray(parser.start(i), parser.end(i))));
      }
      if (words.length > 0) commands.push(words);
    }
    start += cut - 7;
  }
  return { commands };
}

const word = fc.string({ unit: fc.constantFrom(..."a*$\r\n01\xff "), maxLength: 12 });
const command = fc.array(word, { minLength: 1, maxLength: 5 });
const inline = fc.array(
  fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 5 }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

/** What a stream consists of, and the commands in it. */
const piece = fc.oneof(
  command.map((words) => ({ text: encoded(words), commands: [words] })),
  inline.map((words) => ({ text: words.join(" ") + "\r\n", commands: [words] })),
  fc.constantFrom("\r\n", "\n", "*0\r\n", "*-1\r\n").map((text) => ({ text, commands: [] })),
);

Deno.test("CommandParser parses what was encoded, wherever it is cut", () => {
  fc.assert(fc.property(fc.array(piece, { maxLength: 8 }), fc.array(fc.nat(400)), (pieces, at) => {
    const stream = pieces.map(({ text }) => text).join("");
    const cuts = [...new Set(at.filter((cut) => cut < stream.length))].sort((a, b) => a - b);
    assertEquals(parse(stream, cuts), { commands: pieces.flatMap(({ commands }) => commands) });
  }));
});

Deno.test("CommandParser parses a stream alike, cut at every place or before each byte", () => {
  const stream = encoded(["SET", "key", "val\r\nue"]) + "ping\r\n" + encoded(["GET", ""]) +
    "*0\r\n" +
    encoded(["x".repeat(1_000)]) + encoded(["DEL"]) + "*1\r\n:";
  const whole = parse(stream, []);
  assertEquals(whole.commands.length, 5);
  for (let cut = 0; cut <= stream.length; cut++) assertEquals(parse(stream, [cut]), whole);
  assertEquals(parse(stream, Array.from({ length: stream.length }, (_, i) => i)), whole);
});

Deno.test("CommandParser takes any bytes, cut anywhere, for the same", () => {
  const bytes = fc.string({ unit: fc.constantFrom(..."*$1230-\r\n\" 'ax"), maxLength: 40 });
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(40)), (stream, at) => {
      const cuts = [...new Set(at.filter((cut) => cut < stream.length))].sort((a, b) => a - b);
      assertEquals(parse(stream, cuts), parse(stream, []));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("CommandParser refuses what exceeds its bounds, and nothing that is within them", () => {
  const lengthen = (count: number) => "1".repeat(count);
  const cases: [string, string | undefined][] = [
    [encoded(["x".repeat(1_000)]), undefined],
    [encoded(["x".repeat(1_001)]), "invalid bulk length"],
    // As long as a command may be, with the lines around both arguments.
    [encoded(["x".repeat(991), "x".repeat(489)]), undefined],
    [encoded(["x".repeat(991), "x".repeat(490)]), "invalid bulk length"],
    [encoded(Array.from({ length: 248 }, () => "")), undefined],
    ["*1\r\n$0\r\n\r\n", undefined],
    ["*1\r\n$03\r\nabc\r\n", "invalid bulk length"],
    ["*1\r\n$00\r\n\r\n", "invalid bulk length"],
    ["*1\r\n$\r\n\r\n", "invalid bulk length"],
    ["*01\r\n$1\r\na\r\n", "invalid multibulk length"],
    ["*600\r\n", undefined],
    ["*601\r\n", "invalid multibulk length"],
    [`*${lengthen(199)}`, undefined],
    [`*${lengthen(200)}`, "too big mbulk count string"],
    [`*1\r\n$${lengthen(199)}`, undefined],
    [`*1\r\n$${lengthen(200)}`, "too big bulk count string"],
    [lengthen(200), undefined],
    [lengthen(201), "too big inline request"],
  ];
  for (const [stream, fault] of cases) {
    assertEquals(parse(stream, []).fault, fault, stream.slice(0, 80));
  }
});

Deno.test("CommandParser refuses short commands too that exceed its bounds", () => {
  const narrowBounds = {
    ...wideBounds,
    argumentBytesMax: 12,
    commandBytesMax: 40,
    argumentsMax: 3,
  };
  const cases: [string[], string | undefined][] = [
    [["x".repeat(12)], undefined],
    [["x".repeat(13)], "invalid bulk length"],
    // 40 bytes on the wire, and 41.
    [["x".repeat(12), "x".repeat(10)], undefined],
    [["x".repeat(12), "x".repeat(11)], "invalid bulk length"],
    [["", "", ""], undefined],
    [["", "", "", ""], "invalid multibulk length"],
  ];
  for (const [words, fault] of cases) {
    const parsed = parse(encoded(words), [], narrowBounds);
    assertEquals(parsed, fault === undefined ? { commands: [words] } : { commands: [], fault });
  }
});

Deno.test("CommandParser parses commands of very many arguments, and short ones behind them", () => {
  const many = { ...wideBounds, argumentsMax: 1_000_000, commandBytesMax: 16_000_000 };
  const parser = new CommandParser(many, true);
  for (const count of [1, 512, 4_097, 100_000, 2]) {
    const bytes = bytesOf(encoded(Array.from({ length: count }, (_, i) => String(i))));
    assertEquals(parser.parse(bytes, 0, bytes.length), bytes.length);
    assertEquals(parser.count, count);
    const last = latin1(bytes.subarray(parser.start(count - 1), parser.end(count - 1)));
    assertEquals(last, String(count - 1));
  }
});

Deno.test("CommandCutter looks at each byte of a long command once", () => {
  const bytes = bytesOf(encoded(Array.from({ length: 500 }, () => "")).repeat(1));
  let reads = 0;
  const counting = new Proxy(bytes, {
    get(target, name) {
      if (typeof name === "string" && /^\d+$/.test(name)) reads++;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const cutter = new CommandCutter({ ...wideBounds, commandBytesMax: 10_000 });
  for (let end = 1; end < bytes.length; end++) assertEquals(cutter.cut(counting, 0, end), 0);
  assertEquals(cutter.cut(counting, 0, bytes.length), bytes.length);
  assert(reads < 20 * bytes.length, `${reads} reads of ${bytes.length} bytes`);
});
