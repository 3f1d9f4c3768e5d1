import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { cmudProcess } from "../support/app/cmud_process.ts";
import { screenOf } from "./screen.ts";
import { Terminal, terminalTest } from "./terminal.ts";
import { deadAddress, withServer } from "./with_server.ts";

const prompt = "cmud> ";

terminalTest(
  "kv shell on a terminal prompts, answers, and goes on after errors",
  () =>
    withServer(async (server) => {
      const terminal = new Terminal(["kv", "shell", "--server", server]);
      assertStringIncludes(await terminal.until(prompt), "Ctrl-D leaves");
      await terminal.type("put a hello\r");
      await terminal.until(prompt);
      await terminal.type("get a\r");
      assertStringIncludes(await terminal.until(prompt), "hello\r\n");
      await terminal.type("get nobody\r");
      assertStringIncludes(await terminal.until(prompt), "Key not found: nobody");
      await terminal.type("gte a\r");
      assertStringIncludes(await terminal.until(prompt), "did you mean get?");
      await terminal.type("exit\r");
      assertEquals((await terminal.end()).code, 0);
    }),
);

terminalTest(
  "kv shell on a terminal drops the line at Ctrl-C and leaves at Ctrl-D",
  () =>
    withServer(async (server) => {
      const terminal = new Terminal(["kv", "shell", "--server", server]);
      await terminal.until(prompt);
      await terminal.type("put dropped 1");
      await terminal.until("dropped 1");
      await terminal.type("\x03");
      await terminal.until(prompt);
      await terminal.type("put kept 1\r");
      await terminal.until(prompt);
      await terminal.type("list\r");
      assertMatch(await terminal.until(prompt), /kept\t1\r\n/);
      await terminal.type("get dropped\r");
      assertStringIncludes(await terminal.until(prompt), "Key not found: dropped");
      await terminal.type("\x04");
      assertEquals((await terminal.end()).code, 0);
    }),
);

terminalTest("kv shell on a terminal says that nobody answers, and stays", async () => {
  const terminal = new Terminal(["kv", "shell", "--server", deadAddress()]);
  assertStringIncludes(await terminal.until("cmud server"), "nothing answers there");
  await terminal.until(prompt);
  await terminal.type("get a\r");
  assertStringIncludes(await terminal.until(prompt), "nothing answers there");
  await terminal.type("\x04");
  assertEquals((await terminal.end()).code, 0);
});

terminalTest("kv get on a terminal shows control characters", () =>
  withServer(async (server) => {
    const put = new Terminal(["kv", "put", "k", "'a\x1b[31mb'", "--server", server]);
    assertEquals((await put.end()).code, 0);
    const get = new Terminal(["kv", "get", "k", "--server", server]);
    const { code, rest } = await get.end();
    assertEquals(code, 0);
    assertStringIncludes(rest, "a\\u{1b}[31mb\r\n");
  }));

terminalTest(
  "kv shell remembers its lines from one time to the next, however it ended",
  () =>
    withServer(async (server) => {
      const stateHome = Deno.makeTempDirSync();
      const shell = (...options: string[]) =>
        new Terminal(["kv", "shell", "--server", server, ...options], { stateHome });
      const killed = shell();
      await killed.until(prompt);
      await killed.type("put a before the kill\r");
      await killed.until(prompt);
      killed.kill();
      await killed.end();
      const secretive = shell("--no-history");
      await secretive.until(prompt);
      await secretive.type("put a secret\r");
      await secretive.until(prompt);
      await secretive.type("\x04");
      await secretive.end();
      const next = shell();
      await next.until(prompt);
      await next.type("\x1b[A");
      await next.until("put a before the kill");
      await next.type("\r");
      await next.until(prompt);
      await next.type("get a\r");
      assertStringIncludes(await next.until(prompt), "before the kill\r\n");
      await next.type("exit\r");
      assertEquals((await next.end()).code, 0);
      assertEquals(
        Deno.readTextFileSync(`${stateHome}/cmud/shell_history`),
        "put a before the kill\nget a\nexit\n",
      );
      Deno.removeSync(stateHome, { recursive: true });
    }),
);

terminalTest(
  "kv shell completes a command, and edits on while the terminal changes its width",
  () =>
    withServer(async (server) => {
      const terminal = new Terminal(["kv", "shell", "--server", server], { columns: 40 });
      await terminal.until(prompt);
      await terminal.type("pu");
      await terminal.type("\t");
      // What may follow it is shown behind it.
      await terminal.until("KEY VALUE");
      await terminal.type("wide 1234567890");
      await terminal.until("1234567890");
      await terminal.resize(20);
      await terminal.until("1234567890");
      await terminal.type("1234567890\x01\x1b[C\x05\r");
      await terminal.until(prompt);
      await terminal.type("get wide\r");
      await terminal.until("12345678901234567890\r\n");
      await terminal.type("\x04");
      assertEquals((await terminal.end()).code, 0);
    }),
);

terminalTest(
  "kv shell leaves the terminal as it was, also when it is terminated",
  () =>
    withServer(async (server) => {
      const [marksPastes, marksNothing] = ["\x1b[?2004h", "\x1b[?2004l"];
      const ways = [["\x04", 0], ["SIGTERM", 143], ["SIGHUP", 129], ["SIGQUIT", 131]] as const;
      for (const [leave, code] of ways) {
        const terminal = new Terminal(["kv", "shell", "--server", server]);
        assertStringIncludes(await terminal.until(prompt), marksPastes);
        if (leave === "\x04") await terminal.type(leave);
        else terminal.kill(leave);
        const end = await terminal.end();
        assertEquals(end.code, code);
        assertStringIncludes(end.rest, marksNothing);
      }
    }),
);

terminalTest("a hundred events leave the line being typed intact", async () => {
  const program = new URL("events_program.ts", import.meta.url).pathname;
  const flags = "run --quiet --no-prompt --allow-read --allow-env";
  const terminal = new Terminal(`${Deno.execPath()} ${flags} ${program}`, { columns: 30 });
  const typed = "this line is longer than the terminal is wide: it fills three rows";
  let seen = "";
  for (const [i, key] of [...typed].entries()) {
    seen += await terminal.until(`event ${i + 1}\r\n`);
    await terminal.type(key);
  }
  seen += await terminal.until("event 100\r\n");
  await terminal.type("\x1b[D\x1b[D!\r");
  const { code, rest } = await terminal.end();
  assertEquals(code, 0);
  const line = "this line is longer than the terminal is wide: it fills three ro!ws";
  assertEquals(await screenOf(seen + rest, 30), [
    ...Array.from({ length: 100 }, (_, i) => `event ${i + 1}`),
    ...`> ${line}`.match(/.{1,30}/g)!.map((row) => row.trimEnd()),
    ...`<${line}>`.match(/.{1,30}/g)!.map((row) => row.trimEnd()),
    "",
  ]);
});

terminalTest(
  "what is in the store cannot act on a terminal, and goes unaltered through a pipe",
  () =>
    withServer(async (server) => {
      const client = new Client(new FixedRouter(server));
      const controls = String.fromCharCode(
        ...Array.from({ length: 32 }, (_, i) => i),
        ...Array.from({ length: 33 }, (_, i) => 0x7f + i),
        ...[0x61c, 0x200e, 0x200f, 0x2028, 0x2029],
        ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069],
      );
      const hostile = `${controls}\x1b]0;title\x07\x1b[2J\u009b31mred`;
      await client.put(hostile, hostile);
      await client.close();
      const acting = new RegExp(`[${controls.replace(/[\t\r\n]/g, "").replace("\\", "")}]`);
      for (const args of [["list"], ["scan"], ["scan", "--keys"], ["export"], ["list", "--json"]]) {
        const query = ["kv", ...args, "--no-color", "--server", server];
        const { rest } = await new Terminal(query).end();
        assert(rest.includes("red") && !acting.test(rest), JSON.stringify(rest));
        assertEquals(rest.match(/[\r\n]/g)?.join(""), "\r\n");
      }
      const shell = new Terminal(["kv", "shell", "--server", server, "--no-history", "--no-color"]);
      await shell.until(prompt);
      await shell.type("get \t");
      await shell.until('red"');
      await shell.type("\r");
      const shown = await shell.until("31mred\r\n");
      for (const sign of ["\x07", "\x1b]", "\x9b", "\u202e"]) assert(!shown.includes(sign), sign);
      await shell.type("\x04");
      await shell.end();
      const piped = await cmudProcess(["kv", "list", "--server", server]);
      assertEquals(piped.stdout, `${hostile}\t${hostile}\n`);
      const raw = await cmudProcess(["kv", "list", "--raw", "--server", server]);
      assertEquals(raw.stdout, `${hostile}\0${hostile}\0`);
    }),
);
