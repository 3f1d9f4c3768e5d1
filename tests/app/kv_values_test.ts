import { durationText, parseDuration } from "../../app/cli/duration_option.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes, fc } from "../deps.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { withServer } from "./with_server.ts";

const bytes = new Uint8Array([0xff, 0x41, 0x1b, 0xc3]);
const bytesAsChars = "\xffA\x1b\xc3";

Deno.test("kv put --bin stores bytes, and each way to read prints them as they are, or says what they are", () =>
  withServer(async (server) => {
    const kv = (args: string[], options = {}) =>
      runCmud(["kv", ...args, "--server", server], options);
    assertEquals(
      await kv(["put", "k", "-", "--bin"], { bytes: [bytes.slice(0, 2), bytes.slice(2)] }),
      {
        code: 0,
        stdout: "",
        stderr: "",
      },
    );
    const printed = async (args: string[], options = {}) => (await kv(args, options)).stdout;
    assertEquals(await printed(["get", "k"]), `${bytesAsChars}\n`);
    assertEquals(await printed(["get", "k", "--raw"]), bytesAsChars);
    assertEquals(await printed(["get", "k", "--json"]), '{"key":"k","base64":"/0Ebww=="}\n');
    assertEquals(await printed(["get", "k"], { terminal: true }), "\\xffA\\u{1b}\\xc3\n");
    for (const command of ["list", "scan"]) {
      assertEquals(await printed([command]), `k\t${bytesAsChars}\n`);
      assertEquals(await printed([command, "--raw"]), `k\0${bytesAsChars}\0`);
      assertEquals(await printed([command, "--json"]), '{"key":"k","base64":"/0Ebww=="}\n');
      assertEquals(await printed([command, "--keys"]), "k\n");
      assertEquals(await printed([command], { terminal: true }), "k\t\\xffA\\u{1b}\\xc3\n");
    }
    // Text may be stored as bytes; what is no text is refused without the option.
    assertEquals((await kv(["put", "t", "text", "--bin"])).code, 0);
    assertEquals(await printed(["get", "t", "--json"]), '{"key":"t","base64":"dGV4dA=="}\n');
    assertEquals(await printed(["get", "t"], { terminal: true }), "text\n");
    const refused = await kv(["put", "k", "-"], { bytes: [bytes] });
    assertEquals(refused.code, 64);
    assertStringIncludes(refused.stderr, "it is not valid UTF-8; with --bin any bytes are allowed");
  }));

Deno.test("kv shell and watch print bytes, and go on", () =>
  withServer(async (server) => {
    await runCmud(["kv", "put", "k", "-", "--bin", "--server", server], { bytes: [bytes] });
    const shell = await runCmud(["kv", "shell", "--server", server], {
      input: ["get k", "list", "put k text", "get k"],
    });
    assertEquals(shell, {
      code: 0,
      stdout: `${bytesAsChars}\nk\t${bytesAsChars}\ntext\n`,
      stderr: "",
    });
  }));

Deno.test("kv put --ttl, ttl and expire say how long a key lives", () =>
  withServer(async (server) => {
    const kv = (...args: string[]) => runCmud(["kv", ...args, "--server", server]);
    const absent = { code: 1, stdout: "", stderr: "Key not found: k\n" };
    assertEquals(await kv("ttl", "k"), absent);
    assertEquals(await kv("expire", "k", "5s"), absent);
    assertEquals(await kv("expire", "k", "never"), absent);
    assertEquals((await kv("put", "k", "v", "--ttl", "2h")).code, 0);
    const { code, stdout } = await kv("ttl", "k");
    assertEquals(code, 0);
    assertMatch(stdout, /^1(19(\.\d)?|20)m\n$/);
    const { key, ttlMs } = JSON.parse((await kv("ttl", "k", "--json")).stdout);
    assert(key === "k" && ttlMs > 7_100_000 && ttlMs <= 7_200_000, `${ttlMs}`);
    assertEquals(await kv("expire", "k", "never"), { code: 0, stdout: "", stderr: "" });
    assertEquals((await kv("ttl", "k")).stdout, "never\n");
    assertEquals((await kv("ttl", "k", "--json")).stdout, '{"key":"k","ttlMs":null}\n');
    assertEquals((await kv("expire", "k", "100d")).code, 0);
    assertMatch((await kv("ttl", "k")).stdout, /^(99\.9|100)d\n$/);
    assertEquals((await kv("put", "k", "w")).code, 0);
    assertEquals((await kv("ttl", "k")).stdout, "never\n");
    for (const bad of ["0", "0s", "5", "36601d", "s", "-5s", "1w", "5 s", ""]) {
      const put = await kv("put", "k", "x", "--ttl", bad);
      assertEquals([put.code, put.stdout], [64, ""], bad);
      const expire = await runCmud(["kv", "expire", "--server", server, "--", "k", bad]);
      assertEquals([expire.code, expire.stdout], [64, ""], bad);
      assertStringIncludes(expire.stderr, "allowed is a duration from 1ms to 36600d");
    }
    assertEquals((await kv("get", "k")).stdout, "w\n");
    assertEquals((await kv("expire", "k", "1ms")).code, 0);
    while ((await kv("get", "k")).code === 0);
    assertEquals(await kv("ttl", "k"), absent);
  }));

Deno.test("kv shell knows ttl and expire, and an absent key is an answer", () =>
  withServer(async (server) => {
    const shell = await runCmud(["kv", "shell", "--server", server], {
      input: ["put k v", "ttl k", "expire k 1h", "ttl absent", "expire absent never", "ttl k"],
    });
    assertEquals(shell.code, 0);
    assertMatch(shell.stdout, /^never\n(59(\.\d)?|60)m\n$/);
    const wrong = await runCmud(["kv", "shell", "--server", server], {
      input: ["expire k soon"],
    });
    assertEquals(wrong.code, 64);
    assertStringIncludes(wrong.stderr, 'Line 1: Cannot expire after "soon"');
  }));

Deno.test("a duration is printed as one that is read again, and is never more than it was", () => {
  const cases: [ms: number, text: string][] = [
    [1, "1ms"],
    [1999, "1999ms"],
    [2000, "2s"],
    [29_512, "29.5s"],
    [119_999, "119.9s"],
    [7_200_000, "2h"],
    [2 ** 53 - 1, "104249991.3d"],
  ];
  for (const [ms, text] of cases) assertEquals(durationText(ms), text);
  fc.assert(fc.property(fc.integer({ min: 1, max: 3_000_000_000_000 }), (ms) => {
    const read = parseDuration(durationText(ms));
    assert(read <= ms && read >= ms * 0.95, `${ms}`);
  }));
});
