import { Glob } from "../../resp/commands/glob.ts";
import { assert, assertEquals, fc } from "../deps.ts";
import { bytesOf } from "../support/resp/redis_socket.ts";

function matches(pattern: string, text: string): boolean {
  const bytes = bytesOf(`x${text}x`);
  return new Glob(bytesOf(pattern)).matches(bytes, 1, bytes.length - 1);
}

/** The pattern as a regular expression: of those whose classes are closed, and are no ranges. */
function regExpOf(pattern: string): RegExp {
  const source = pattern.replace(
    /\\(.)|\*|\?|\[(\^?)((?:\\.|[^\]])*)\]|./g,
    (all, escaped, not, set) => {
      if (all === "*") return "[^]*";
      if (all === "?") return "[^]";
      if (escaped !== undefined) return escaped;
      if (set === undefined) return all;
      const members = set.replaceAll("\\", "");
      // A class of nothing matches nothing, and that of all but nothing matches anything.
      return members === "" ? (not === "" ? "[]" : "[^]") : `[${not}${members}]`;
    },
  );
  return new RegExp(`^${source}$`);
}

const part = fc.oneof(
  fc.constantFrom("a", "b", "c", "*", "*", "?", "\\a", "\\b"),
  fc.tuple(
    fc.constantFrom("", "^"),
    fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 3 }),
  )
    .map(([not, members]) => `[${not}${members}]`),
);

Deno.test("Glob matches what a regular expression does", () => {
  const pattern = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(""));
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      assertEquals(matches(pattern, text), regExpOf(pattern).test(text));
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("Glob matches what Redis matches where patterns are odd", () => {
  const cases: [string, string, boolean][] = [
    ["*", "", true],
    ["**", "", false],
    ["", "", true],
    ["", "a", false],
    ["[a-c]", "b", true],
    ["[c-a]", "b", true],
    ["[a-c", "b", true],
    ["[^a-c", "b", false],
    ["[", "[", false],
    ["[^", "x", true],
    ["[]", "]", false],
    ["[]a]", "]a]", false],
    // A range up to the bracket, which closes nothing then.
    ["[a-]", "-", false],
    ["[a-]", "`", true],
    ["[\\]]", "]", true],
    ["\\", "\\", true],
    ["a\\", "a\\", true],
    ["\\*", "x", false],
    ["a*", "a", true],
    ["*a", "ba", true],
    ["a*b*c", "aXbXbc", true],
    ["a*b*c", "aXbXb", false],
  ];
  for (const [pattern, text, isMatch] of cases) {
    assertEquals(matches(pattern, text), isMatch, `${pattern} ${text}`);
  }
});

Deno.test("Glob begins a pattern's matches with its prefix", () => {
  const prefixOf = (pattern: string) => String.fromCharCode(...new Glob(bytesOf(pattern)).prefix);
  assertEquals(["ab*", "a?b", "a[b]", "a\\*", "ab", "*", ""].map(prefixOf), [
    "ab",
    "a",
    "a",
    "a",
    "ab",
    "",
    "",
  ]);
});

Deno.test("Glob takes a number of steps that is no more than the product of both lengths", () => {
  const text = bytesOf("a".repeat(1_000));
  const glob = new Glob(bytesOf("*a".repeat(100) + "b"));
  assertEquals(glob.matches(text, 0, text.length), false);
  assert(glob.steps < 4 * 200 * 1_000, String(glob.steps));
});
