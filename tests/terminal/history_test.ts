import { StateDirectory } from "../../app/cli/state_directory.ts";
import { HistoryFile } from "../../app/terminal/mod.ts";
import { appLimits } from "../../limits.ts";
import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { FakeConsole } from "../support/app/fake_console.ts";

/** Calls `use` with a state home, and what opens a history in it; each call is another program's. */
async function withStateHome(
  use: (stateHome: string, open: () => HistoryFile) => void | Promise<void>,
): Promise<void> {
  const stateHome = Deno.makeTempDirSync();
  try {
    const console = new FakeConsole({ env: { XDG_STATE_HOME: stateHome } });
    await use(stateHome, () => new HistoryFile(new StateDirectory(console), "h"));
    assertEquals(console.stderr, "");
  } finally {
    Deno.removeSync(stateHome, { recursive: true });
  }
}

const modeOf = (path: string) => Deno.statSync(path).mode! & 0o777;

Deno.test("a history is for its owner's eyes, and holds each line as soon as it is added", () =>
  withStateHome((stateHome, open) => {
    const history = open();
    assertEquals(history.load(), []);
    history.add("first");
    history.add("second");
    assertEquals(Deno.readTextFileSync(`${stateHome}/cmud/h`), "first\nsecond\n");
    assertEquals(open().load(), ["first", "second"]);
    assertEquals(modeOf(`${stateHome}/cmud`), 0o700);
    assertEquals(modeOf(`${stateHome}/cmud/h`), 0o600);
    Deno.chmodSync(`${stateHome}/cmud/h`, 0o644);
    open().load();
    assertEquals(modeOf(`${stateHome}/cmud/h`), 0o600);
  }));

Deno.test("a history leaves out what is empty, repeated, secret, or not fit for a line", () =>
  withStateHome((_stateHome, open) => {
    const history = open();
    const lines = [
      "a",
      "a",
      "",
      "  ",
      " secret",
      "x".repeat(4_097),
      "\x1b[2J",
      "a\u202eb",
      "b",
      "a",
    ];
    for (const line of lines) history.add(line);
    assertEquals(open().load(), ["a", "b", "a"]);
    // The last line of an earlier time is not repeated either.
    const next = open();
    next.load();
    next.add("a");
    assertEquals(open().load(), ["a", "b", "a"]);
  }));

Deno.test("a history is cut to its newest lines, and what is not text in it is passed over", () =>
  withStateHome((stateHome, open) => {
    const path = `${stateHome}/cmud/h`;
    open().load();
    const lines = Array.from({ length: appLimits.historyLinesMax + 500 }, (_, i) => `line ${i}`);
    Deno.writeTextFileSync(path, lines.map((line) => `${line}\n`).join(""));
    const newest = lines.slice(-appLimits.historyLinesMax);
    assertEquals(open().load(), newest);
    assertEquals(Deno.readTextFileSync(path).split("\n").length - 1, appLimits.historyLinesMax);
    assertEquals(modeOf(path), 0o600);
    const history = open();
    history.load();
    history.add("one more");
    history.close();
    assertEquals(Deno.readTextFileSync(path), [...newest.slice(1), "one more", ""].join("\n"));
    Deno.writeFileSync(path, Uint8Array.of(0x1b, 0x5b, 10, 0x61, 10, 0xff, 0x80, 0));
    assertEquals(open().load(), ["a"]);
  }));

Deno.test("several programs that use one history lose no line of each other", async () => {
  const program = `
    import { StateDirectory } from "./app/cli/state_directory.ts";
    import { HistoryFile } from "./app/terminal/mod.ts";
    const console = { env: () => Deno.args[0], err() {} };
    const history = new HistoryFile(new StateDirectory(console), "h");
    history.load();
    for (let i = 0; i < 150; i++) {
      history.add(Deno.args[1] + " " + i);
      if (i % 10 === 0) history.close();
    }`;
  await withStateHome(async (stateHome, open) => {
    for (let i = 0; i < appLimits.historyLinesMax; i++) open().add(`old ${i}`);
    const outputs = ["a", "b", "c"].map((name) =>
      new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--no-check", "--quiet", "--allow-read", "--allow-write", "--ext=ts", "-"],
          ...[stateHome, name],
        ],
        cwd: new URL("../..", import.meta.url).pathname,
        stdin: "piped",
        stderr: "inherit",
      }).spawn()
    ).map(async (child) => {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(program));
      await writer.close();
      return (await child.status).success;
    });
    assertEquals(await Promise.all(outputs), [true, true, true]);
    const lines = open().load();
    assertEquals(lines.length, appLimits.historyLinesMax);
    for (const name of ["a", "b", "c"]) {
      assertEquals(
        lines.filter((line) => line.startsWith(name)),
        Array.from({ length: 150 }, (_, i) => `${name} ${i}`),
      );
    }
  });
});

Deno.test("without a state directory the program goes on, and says so once", () => {
  const cases: Record<string, string>[] = [
    {},
    { HOME: "relative", XDG_STATE_HOME: "relative" },
    { HOME: "/dev/null" },
    { XDG_STATE_HOME: "/dev/null/x", HOME: "/" },
  ];
  for (const env of cases) {
    const console = new FakeConsole({ env });
    const history = new HistoryFile(new StateDirectory(console), "h");
    assertEquals(history.load(), []);
    history.add("a");
    history.close();
    assertEquals(console.stderr.split("\n").length, 2, console.stderr);
    assertStringIncludes(console.stderr, "Nothing is kept for the next time: ");
    assert(!console.stderr.includes("os error"), console.stderr);
  }
});

Deno.test("the state directory is $XDG_STATE_HOME/cmud, else ~/.local/state/cmud", () => {
  const home = Deno.makeTempDirSync();
  try {
    const pathIn = (env: Record<string, string>) =>
      new StateDirectory(new FakeConsole({ env })).use("file", (path) => path);
    assertEquals(pathIn({ HOME: home }), `${home}/.local/state/cmud/file`);
    assertEquals(pathIn({ HOME: home, XDG_STATE_HOME: "" }), `${home}/.local/state/cmud/file`);
    assertEquals(pathIn({ HOME: home, XDG_STATE_HOME: `${home}/s` }), `${home}/s/cmud/file`);
    assert(Deno.statSync(`${home}/s/cmud`).isDirectory);
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});
