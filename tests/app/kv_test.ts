import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

Deno.test("kv put, get, list and scan do what they say", () =>
  withServer(async (server) => {
    const kv = (...args: string[]) => runCmud(["kv", ...args, "--server", server]);
    assertEquals(await kv("put", "b", "2"), { code: 0, stdout: "", stderr: "" });
    assertEquals((await kv("put", "a", "hello, world")).code, 0);
    assertEquals((await kv("put", "\u{1f600}", "non-BMP sorts last")).code, 0);
    assertEquals((await kv("put", "\uffff", "by UTF-8 bytes")).code, 0);
    assertEquals(await kv("get", "a"), { code: 0, stdout: "hello, world\n", stderr: "" });
    const all = "a\thello, world\nb\t2\n\uffff\tby UTF-8 bytes\n\u{1f600}\tnon-BMP sorts last\n";
    assertEquals((await kv("list")).stdout, all);
    assertEquals((await kv("scan")).stdout, all);
    assertEquals((await kv("list", "b")).stdout, "b\t2\n");
    assertEquals(await kv("scan", "zzz"), { code: 0, stdout: "", stderr: "" });
  }));

Deno.test("kv takes every text as key and value", () =>
  withServer(async (server) => {
    for (const text of ["", "__proto__", "constructor", "a b", "line\nbreak", "\u{1f600}", "-5"]) {
      const put = await runCmud(["kv", "put", "--server", server, "--", text, text]);
      assertEquals(put, { code: 0, stdout: "", stderr: "" });
      const got = await runCmud(["kv", "get", "--server", server, "--", text]);
      assertEquals(got.stdout, text + "\n");
    }
  }));

Deno.test("kv --json prints one object per entry", () =>
  withServer(async (server) => {
    await runCmud(["kv", "put", "k", 'a "quoted"\nvalue', "--server", server]);
    const line = '{"key":"k","value":"a \\"quoted\\"\\nvalue"}\n';
    for (const query of [["get", "k"], ["list"], ["scan"]]) {
      assertEquals((await runCmud(["kv", ...query, "--json", "--server", server])).stdout, line);
    }
    // The option holds for the group too.
    assertEquals((await runCmud(["kv", "--json", "--server", server, "list"])).stdout, line);
  }));

Deno.test("kv list and scan print keys alone, and scan no more than its limit", () =>
  withServer(async (server) => {
    const kv = async (...args: string[]) =>
      (await runCmud(["kv", ...args, "--server", server])).stdout;
    for (const key of ["a", "b", "c"]) await kv("put", key, "v");
    assertEquals(await kv("list", "--keys"), "a\nb\nc\n");
    assertEquals(await kv("scan", "--keys", "--limit", "2"), "a\nb\n");
    assertEquals(await kv("scan", "--keys", "--raw", "b"), "b\0");
    assertEquals(await kv("scan", "--keys", "--json", "c"), '{"key":"c"}\n');
    assertEquals(await kv("scan", "--limit", "1"), "a\tv\n");
    assertEquals(await kv("scan", "--limit", "0"), "");
  }));

Deno.test("kv waits for an answer as long as --timeout says", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const address = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  const result = await runCmud(["kv", "get", "k", "--timeout", "20", "--server", address]);
  assertEquals(result.code, 69);
  assertStringIncludes(result.stderr, `${address}: no reply within 20 ms\n`);
  (await accepted).close();
  listener.close();
});

Deno.test("kv get ends with 1 when the key is absent", () =>
  withServer(async (server) => {
    const result = await runCmud(["kv", "get", "nobody", "--server", server]);
    assertEquals(result, { code: 1, stdout: "", stderr: "Key not found: nobody\n" });
  }));

Deno.test("kv ends with 69 and a way out when nobody answers", async () => {
  const address = deadAddress();
  for (const query of [["get", "k"], ["put", "k", "v"], ["list"], ["scan"]]) {
    const { code, stdout, stderr } = await runCmud(["kv", ...query, "--server", address]);
    assertEquals({ code, stdout }, { code: 69, stdout: "" });
    assertStringIncludes(stderr, address);
    assertStringIncludes(stderr, "cmud server");
  }
});

Deno.test("kv put ends with 64 for a key that is too long", () =>
  withServer(async (server) => {
    const result = await runCmud(["kv", "put", "k".repeat(4097), "v", "--server", server]);
    assertEquals(result.code, 64);
    assertStringIncludes(result.stderr, "4097 bytes, allowed are 4096");
  }));

Deno.test("kv looks for its server in CMUD_SERVER, and the option comes first", () =>
  withServer(async (server) => {
    const env = { CMUD_SERVER: server };
    assertEquals((await runCmud(["kv", "put", "k", "v"], { env })).code, 0);
    assertEquals((await runCmud(["kv", "get", "k"], { env })).stdout, "v\n");
    const option = ["--server", deadAddress()];
    assertEquals((await runCmud(["kv", "get", "k", ...option], { env })).code, 69);
    const wrong = await runCmud(["kv", "get", "k"], { env: { CMUD_SERVER: "nonsense" } });
    assertEquals(wrong.code, 64);
    assertStringIncludes(wrong.stderr, "$CMUD_SERVER");
  }));

Deno.test("kv asks a server that answers when another one named is dead", () =>
  withServer(async (server) => {
    const both = ["--server", `${deadAddress()},${server}`];
    assertEquals((await runCmud(["kv", "put", "k", "v", ...both])).code, 0);
    assertEquals((await runCmud(["kv", "get", "k", ...both])).stdout, "v\n");
  }));

Deno.test("kv shows control characters on a terminal, and passes them through a pipe", () =>
  withServer(async (server) => {
    const hostile = "a\x1b[2Jb\rc\u202ed";
    await runCmud(["kv", "put", hostile, hostile, "--server", server]);
    const query = (...args: string[]) => ["kv", ...args, "--server", server];
    const piped = await runCmud(query("list"));
    assertEquals(piped.stdout, `${hostile}\t${hostile}\n`);
    for (const args of [query("list"), query("get", hostile), query("list", "--json")]) {
      const { stdout } = await runCmud(args, { terminal: true });
      // deno-lint-ignore no-control-regex -- these are what must not be there
      assert(!/[\x1b\r\u202e]/.test(stdout), JSON.stringify(stdout));
    }
    const lines = await runCmud(query("list"), { terminal: true });
    assertEquals(lines.stdout, "a\\u{1b}[2Jb\\rc\\u{202e}d\t".repeat(2).trimEnd() + "\n");
  }));

Deno.test("kv delete deletes keys, and ends with 1 when any is absent", () =>
  withServer(async (server) => {
    const kv = (...args: string[]) => runCmud(["kv", ...args, "--server", server]);
    for (const key of ["a", "b", "c"]) await kv("put", key, "v");
    assertEquals(await kv("delete", "a"), { code: 0, stdout: "", stderr: "" });
    assertEquals(await kv("delete", "a"), { code: 1, stdout: "", stderr: "Key not found: a\n" });
    const stderr = "Key not found: a\nKey not found: d\u{1b}\n".replace("\u{1b}", "\\u{1b}");
    assertEquals(await kv("delete", "b", "a", "d\x1b", "c"), { code: 1, stdout: "", stderr });
    assertEquals((await kv("scan")).stdout, "");
    assertEquals((await kv("delete")).code, 64);
    assertEquals((await kv("delete", "\ufffd")).code, 64);
  }));

Deno.test("kv delete does what it can of several keys when one is refused", () =>
  withServer(async (server) => {
    const kv = (...args: string[]) => runCmud(["kv", ...args, "--server", server]);
    await kv("put", "a", "v");
    const { code, stderr } = await kv("delete", "k".repeat(5_000), "a");
    assertEquals(code, 64);
    assertStringIncludes(stderr, "allowed are 4096");
    assertEquals((await kv("get", "a")).code, 1);
  }));

Deno.test("kv count prints how many keys there are", () =>
  withServer(async (server) => {
    const kv = (...args: string[]) => runCmud(["kv", ...args, "--server", server]);
    assertEquals(await kv("count"), { code: 0, stdout: "0\n", stderr: "" });
    for (const key of ["a", "b/1", "b/2", "b/3"]) await kv("put", key, "v");
    await kv("delete", "b/2");
    assertEquals((await kv("count")).stdout, "3\n");
    assertEquals((await kv("count", "b/")).stdout, "2\n");
    assertEquals((await kv("count", "--json", "c")).stdout, '{"count":0}\n');
  }));
