import { assertEquals } from "../deps.ts";
import { isVisible } from "../../app/cli/visible.ts";
import { escapeControl, escapeControlInLines } from "../../rpc/mod.ts";

Deno.test("escapeControl() shows what would act on a terminal, and nothing else", () => {
  const cases: [string, string][] = [
    ["", ""],
    ["plain \u00e9 \u{1f600} \u05d0 text", "plain \u00e9 \u{1f600} \u05d0 text"],
    ["\x1b[2J", "\\u{1b}[2J"],
    ["\x00\x07\x7f", "\\u{0}\\u{7}\\u{7f}"],
    ["a\r\n\tb", "a\\r\\n\\tb"],
    ["\u009b31m", "\\u{9b}31m"],
    ["\u202eevil\u2066\u200f\u061c", "\\u{202e}evil\\u{2066}\\u{200f}\\u{61c}"],
    ["\u2028", "\\u{2028}"],
  ];
  for (const [text, shown] of cases) assertEquals(escapeControl(text), shown);
});

Deno.test("escapeControl() shows every control, line end and mark of direction there is, no other", () => {
  for (let code = 0; code < 0x10000; code++) {
    const character = String.fromCharCode(code);
    const acts = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(character);
    assertEquals(escapeControl(character) !== character, acts, code.toString(16));
  }
});

Deno.test("escapeControlInLines() leaves line breaks and tabs alone", () => {
  assertEquals(escapeControlInLines("a\n\tb\r\x1b"), "a\n\tb\\r\\u{1b}");
});

Deno.test("isVisible() is false when text has nothing that takes ink", () => {
  const blank = ["", " ", "\t", "\u00a0", "\u200b\u200d", "\u3164\u115f\uffa0", "\u2800", "\u0301"];
  assertEquals(blank.filter(isVisible), []);
  const inked = [
    "a",
    "\u200b.",
    "e\u0301",
    "\u00e9",
    "\u4e2d",
    "\ud83d\ude42",
    "+",
    "7",
    "\u05d0",
    "\u3134",
  ];
  assertEquals(inked.filter(isVisible), inked);
});
