import type { LineEditorOptions } from "../../app/terminal/mod.ts";
import { commonStart, inColumns } from "../../app/terminal/candidates.ts";
import { assert, assertEquals, assertLess } from "../deps.ts";
import { editing, linesOf } from "./editing.ts";

Deno.test("Tab asks for candidates: one is taken, of several the common part", async () => {
  const words = ["get", "list", "lisp", '"a b"'];
  const complete = (typed: string) => {
    const replaces = typed.split(" ").at(-1)!;
    const found = words.filter((word) => word.replace('"', "").startsWith(replaces));
    return Promise.resolve({ replaces, candidates: found });
  };
  await editing(async (editor, terminal) => {
    const line = editor.readLine("> ");
    // What is typed behind a Tab waits for its answer.
    for (const key of ["g\t", "l", "\t", "p", " ", "a", "\t", "x", "\r"]) terminal.press(key);
    assertEquals(await line, 'get lisp "a b" x');
    const listed = editor.readLine("> ");
    for (const key of ["l", "\t", "\x1b[D", "\x1b[C", "\t", "\r"]) terminal.press(key);
    assertEquals(await listed, "lis");
    assertEquals(await linesOf(terminal), ['> get lisp "a b" x', "list  lisp", "> lis", ""]);
  }, { complete });
});

Deno.test("Tab takes nothing of candidates that are not all, and shows them", () =>
  editing(async (editor, terminal) => {
    const line = editor.readLine("> ");
    terminal.type("a\t\r");
    assertEquals(await line, "a");
    assertEquals(await linesOf(terminal), ["abc       a\\u{9b}d", "... and more", "> a", ""]);
  }, {
    complete: () => Promise.resolve({ replaces: "a", candidates: ["abc", "a\x9bd"], isPart: true }),
  }));

Deno.test("inColumns() uses the room that there is, and shows no more than its bound", () => {
  const words = Array.from({ length: 102 }, (_, i) => `w${i}`);
  assertEquals(inColumns(words.slice(0, 5), 12), "w0  w1  w2\nw3  w4\n");
  assertEquals(inColumns(words.slice(0, 2), 0), "w0\nw1\n");
  assertEquals(inColumns(words, 4).split("\n").slice(99), ["w99", "... and 2 more", ""]);
});

Deno.test("commonStart() is what all words begin with, in whole characters", () => {
  assertEquals(commonStart(["get", "gets", "ge"]), "ge");
  assertEquals(commonStart(["a\u{1f600}", "a\u{1f601}"]), "a");
  assertEquals(commonStart(["a", ""]), "");
  assertEquals(commonStart([]), "");
});

Deno.test("Tab gives up quietly when the answer fails or is late", async () => {
  const aborted = Promise.withResolvers<void>();
  const startMs = performance.now();
  const answers: LineEditorOptions["complete"][] = [
    () => Promise.reject(new Error("no server")),
    (_typed, signal) => {
      signal.addEventListener("abort", () => aborted.resolve());
      return new Promise(() => {});
    },
  ];
  for (const complete of answers) {
    await editing(async (editor, terminal) => {
      const line = editor.readLine("> ");
      for (const key of ["a", "\t", "b", "\r"]) terminal.press(key);
      assertEquals(await line, "ab");
      assertEquals(await linesOf(terminal), ["> ab", ""]);
    }, { complete });
  }
  await aborted.promise;
  // 100 ms, on a machine that may be busy.
  assertLess(performance.now() - startMs, 2_000);
});

Deno.test("an editor that is closed while it completes writes nothing more", async () => {
  const { promise, resolve } = Promise.withResolvers<{ replaces: string; candidates: string[] }>();
  await editing(async (editor, terminal) => {
    const line = editor.readLine("> ");
    terminal.type("a\t");
    editor.close();
    const { written } = terminal;
    resolve({ replaces: "a", candidates: ["abc"] });
    assertEquals(await line, undefined);
    assertEquals(terminal.written, written);
  }, { complete: () => promise });
});

Deno.test("a hint stands behind the line while the cursor is at its end", () =>
  editing(async (editor, terminal) => {
    const line = editor.readLine("> ");
    terminal.type("get ");
    assertEquals(await terminal.screen(), { lines: ["> get KEY"], cursor: { column: 6, row: 0 } });
    assert(terminal.written.includes("\x1b[2mKEY\x1b[22m"));
    terminal.press("\x1b[D");
    assertEquals(await linesOf(terminal), ["> get"]);
    terminal.press("\x1b[C");
    editor.print("above\n");
    assertEquals(await linesOf(terminal), ["above", "> get KEY"]);
    terminal.press("\r");
    assertEquals(await line, "get ");
    assertEquals(await linesOf(terminal), ["above", "> get", ""]);
  }, { hint: (line) => line === "get " ? "KEY" : "" }));

Deno.test("a hint that has no room in its row is left out", () =>
  editing(
    async (editor, terminal) => {
      const line = editor.readLine("> ");
      terminal.type("123456");
      assertEquals(await linesOf(terminal), ["> 123456"]);
      terminal.type("\x7f\x7f\r");
      await line;
    },
    { hint: () => "hint" },
    10,
  ));
