import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { editing, linesOf } from "./editing.ts";

Deno.test("readLine() gives what was typed and edited, and undefined after Ctrl-D", () =>
  editing(async (editor, terminal) => {
    const line = editor.readLine("> ");
    terminal.type("heo");
    terminal.press("\x1b[D");
    terminal.type("l\x7fll\r");
    assertEquals(await line, "hello");
    const end = editor.readLine("> ");
    terminal.type("\x04");
    assertEquals(await end, undefined);
    assertEquals(await editor.readLine("> "), undefined);
    assertEquals(await linesOf(terminal), ["> hello", ">", ""]);
  }));

Deno.test("readLine() ends when the terminal is gone, or the editor is closed", async () => {
  await editing(async (editor, terminal) => {
    const line = editor.readLine("> ");
    terminal.press(null);
    assertEquals(await line, undefined);
  });
  await editing(async (editor, terminal) => {
    const line = editor.readLine("> ");
    terminal.type("half a li");
    editor.close();
    assertEquals(await line, undefined);
    editor.close();
    editor.setPrompt("? ");
    assertEquals(await linesOf(terminal), ["> half a li", ""]);
  });
});

Deno.test("lines pasted at once are answered one by one, each behind its prompt", () =>
  editing(async (editor, terminal) => {
    const first = editor.readLine("> ");
    terminal.press("one\rtwo\r\n\x1b[200~thr\tee\n\x1b[201~\nlast");
    const lines = [await first];
    for (let i = 0; i < 3; i++) {
      editor.print(`(${lines.at(-1)})\n`);
      lines.push(await editor.readLine("> "));
    }
    assertEquals(lines, ["one", "two", "thr\tee", ""]);
    const last = editor.readLine("> ");
    terminal.press("\r");
    assertEquals(await last, "last");
    assertEquals((await linesOf(terminal)).slice(0, 4), ["> one", "(one)", "> two", "(two)"]);
  }, { complete: () => Promise.reject(new Error("a pasted tab completes nothing")) }));

Deno.test("what is pasted is text, whatever it holds and however it is cut", async () => {
  const pasted = "\x1b[200~a\tb\x1b[D\x03\x04\x15c\x1b[2\r\x1b[201~\x1b[Dd\r";
  for (let cut = 2; cut < pasted.length; cut++) {
    await editing(async (editor, terminal) => {
      const line = editor.readLine("> ");
      terminal.press(pasted.slice(0, cut));
      terminal.press(pasted.slice(cut));
      assertEquals(await line, "a\tb[Dc[2", String(cut));
      assertEquals(await editor.readLine("> "), "d");
    });
  }
});

Deno.test("a key of several bytes may come in pieces", async () => {
  const keys = new TextEncoder().encode("\u00e9\u{1f600}\x1b[D\u05d0\x1b[3~\x1bOD\x1b[1;5C!\r");
  for (const size of [1, 2, 3, 5]) {
    await editing(async (editor, terminal) => {
      const line = editor.readLine("> ");
      for (let at = 0; at < keys.length; at += size) {
        await terminal.pressBytes(keys.slice(at, at + size));
      }
      assertEquals(await line, "\u00e9\u05d0!", String(size));
    });
  }
});

Deno.test("print() writes above the line being typed, which stays with its cursor", () =>
  editing(async (editor, terminal) => {
    const line = editor.readLine("> ");
    terminal.type("say helo");
    terminal.press("\x1b[D");
    for (let i = 1; i <= 100; i++) {
      editor.print(`event ${i}\n`);
      if (i === 50) terminal.press("l");
    }
    const { lines, cursor } = await terminal.screen();
    assertEquals(lines, [
      ...Array.from({ length: 100 }, (_, i) => `event ${i + 1}`),
      "> say hello",
    ]);
    assertEquals(cursor, { column: "> say hell".length, row: 100 });
    terminal.press("\r");
    assertEquals(await line, "say hello");
  }));

Deno.test("print() leaves a line intact that fills several rows, wherever its end is", async () => {
  for (const length of [17, 18, 19, 37, 38, 39, 45]) {
    await editing(
      async (editor, terminal) => {
        const typed = "0123456789".repeat(5).slice(0, length);
        const line = editor.readLine("> ");
        terminal.type(typed);
        editor.print("one\n");
        editor.print("two\nthree, which is longer than the row is wide\n");
        terminal.press("\x01");
        editor.print("four\n");
        terminal.press("\x05");
        const shown = `> ${typed}`.match(/.{1,20}/g)!;
        const { lines } = await terminal.screen();
        assertEquals(
          lines.slice(0, 6 + shown.length),
          ["one", "two", "three, which is long", "er than the row is w", "ide", "four", ...shown],
          String(length),
        );
        terminal.press("\r");
        assertEquals(await line, typed);
      },
      {},
      20,
    );
  }
});

Deno.test("print() leaves a line intact that was pasted, in pieces that end anywhere in a row", async () => {
  const text = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQR";
  for (let cut = 1; cut < text.length; cut++) {
    await editing(
      async (editor, terminal) => {
        const line = editor.readLine("> ");
        terminal.press(text.slice(0, cut));
        editor.print("one\n");
        terminal.press(text.slice(cut));
        terminal.press("\x7f");
        editor.print("two\n");
        const typed = text.slice(0, -1);
        assertEquals(
          await linesOf(terminal),
          ["one", "two", ...`> ${typed}`.match(/.{1,20}/g)!],
          String(cut),
        );
        terminal.press("\r");
        assertEquals(await line, typed);
      },
      {},
      20,
    );
  }
});

Deno.test("print() between two lines writes where the cursor is", () =>
  editing(async (editor, terminal) => {
    editor.print("before\n");
    const line = editor.readLine("> ");
    terminal.type("x\r");
    await line;
    editor.print("after\n");
    assertEquals(await linesOf(terminal), ["before", "> x", "after", ""]);
  }));

Deno.test("setPrompt() changes the prompt at any moment, and the typed line stays", () =>
  editing(async (editor, terminal) => {
    const line = editor.readLine("");
    terminal.type("abc");
    editor.setPrompt("\x1b[1m10 coins>\x1b[0m ");
    terminal.press("\x1b[D");
    editor.setPrompt("9 coins> ");
    assertEquals(await terminal.screen(), {
      lines: ["9 coins> abc"],
      cursor: { column: 11, row: 0 },
    });
    terminal.type("-\r");
    assertEquals(await line, "ab-c");
  }));

Deno.test("Ctrl-C drops the line and says whether there was one", async () => {
  const interrupts: boolean[] = [];
  await editing(async (editor, terminal) => {
    const line = editor.readLine("> ");
    terminal.type("drop this\x03\x03keep\r");
    assertEquals(await line, "keep");
    assertEquals(interrupts, [true, false]);
    assertEquals(await linesOf(terminal), ["> drop this^C", "> ^C", "> keep", ""]);
    // While no line is asked for, it drops what was typed before it.
    terminal.press("typed ahead\rmore\x03ke");
    terminal.press("pt\r");
    assertEquals(interrupts, [true, false, false]);
    assertEquals(await editor.readLine("> "), "kept");
  }, { onInterrupt: (wasTyping) => void interrupts.push(wasTyping) });
});

Deno.test("Ctrl-C that ends the editor leaves no second prompt", async () => {
  let end = () => {};
  await editing(async (editor, terminal) => {
    end = () => editor.close();
    const line = editor.readLine("> ");
    terminal.press("\x03");
    assertEquals(await line, undefined);
    assertEquals(await linesOf(terminal), ["> ^C", ""]);
  }, { onInterrupt: () => end() });
});

Deno.test("Ctrl-Z and stray control keys change nothing", () =>
  editing(async (editor, terminal) => {
    const line = editor.readLine("> ");
    terminal.type("a\x1ab\x1c\x1d\x00");
    terminal.press("\x1b[99~\x1b[1;5F");
    terminal.press("\r");
    assertEquals(await line, "ab");
  }));

Deno.test("a terminal may change its width while a line is typed", () =>
  editing(
    async (editor, terminal) => {
      const line = editor.readLine("> ");
      terminal.type("abcdefghijklmnopqrstuvwxyz");
      const { length } = terminal.written;
      await terminal.resize(20);
      // Most terminals break the line anew, so that it begins a row higher.
      assertStringIncludes(terminal.written.slice(length), "\x1b[1A\x1b[1G\x1b[0J> abc");
      editor.print("narrow\n");
      await terminal.resize(60);
      editor.print("wide\n");
      terminal.type("!\r");
      assertEquals(await line, "abcdefghijklmnopqrstuvwxyz!");
      // Where the old line was broken is for the terminal to say; the new one is whole.
      const { lines } = await terminal.screen();
      assertEquals(lines.slice(-3), ["wide", "> abcdefghijklmnopqrstuvwxyz!", ""]);
    },
    {},
    40,
  ));

Deno.test("a terminal that does not tell its width is edited on in one row", () =>
  editing(
    async (editor, terminal) => {
      const line = editor.readLine("> ");
      terminal.type("get k");
      editor.print("above\n");
      terminal.type("ey\t\r");
      assertEquals(await line, "get key");
      assertEquals((await linesOf(terminal)).slice(0, 4), ["above", "a", "b", "> get key"]);
    },
    {
      hint: () => "a hint",
      complete: () => Promise.resolve({ replaces: "", candidates: ["a", "b"] }),
    },
    0,
  ));

Deno.test("the history comes back with the arrow keys, and gets each line", async () => {
  const added: string[] = [];
  let isClosed = false;
  const history = {
    load: () => ["oldest", "newest"],
    add: (line: string) => void added.push(line),
    close: () => void (isClosed = true),
  };
  await editing(async (editor, terminal) => {
    const first = editor.readLine("> ");
    for (const key of ["\x1b[A", "\x1b[A", "\r"]) terminal.press(key);
    assertEquals(await first, "oldest");
    const second = editor.readLine("> ");
    for (const key of ["\x1b[A", "\x1b[A", "!", "\r"]) terminal.press(key);
    assertEquals(await second, "newest!");
    assertEquals(added, ["oldest", "newest!"]);
  }, { history });
  assert(isClosed);
});

Deno.test("past the bound of what is typed ahead no more is read until some is used", () =>
  editing(async (editor, terminal) => {
    const line = "x".repeat(10_000);
    let taken: Promise<void> | void;
    let count = 0;
    do taken = terminal.press(`${line}\r`); while (++count < 100 && taken === undefined);
    assert(taken !== undefined);
    for (let i = 0; i < count; i++) assertEquals(await editor.readLine(""), line);
    await taken;
  }));
