import { serverOptions } from "../../app/commands/server_command.ts";
import { configText, parseConfig, settingsOf, settingsReference } from "../../app/settings/mod.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes, fc } from "../deps.ts";
import { type CommandResult, runCmud } from "../support/app/fake_console.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";

const settings = settingsOf(serverOptions);

/** What `cmud server --print-config` prints, without its comments, or how it ends otherwise. */
async function printed(
  { args = [], env, file }: {
    args?: string[];
    env?: Record<string, string>;
    file?: string;
  },
): Promise<CommandResult & { lines: string[] }> {
  using directory = new TempDirectory();
  const path = `${directory.path}/cmud.toml`;
  if (file !== undefined) Deno.writeTextFileSync(path, file);
  const config = file === undefined ? [] : ["--config", path];
  const result = await runCmud(["server", "--print-config", ...config, ...args], { env });
  const lines = result.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return { ...result, lines };
}

Deno.test("a setting comes from the command line, else the environment, else the file", async () => {
  const file = 'port = 1\nhost = "file"\nactors = 3\njoin = ["file:1", "file:2"]\njson = true\n';
  const env = { CMUD_PORT: "2", CMUD_HOST: "env", CMUD_JOIN: "env:1,env:2", CMUD_JSON: "" };
  const sorted = async (given: Parameters<typeof printed>[0]) =>
    (await printed(given)).lines.sort();
  assertEquals(await sorted({ file }), [
    "actors = 3",
    'host = "file"',
    'join = [ "file:1", "file:2" ]',
    "json = true",
    "port = 1",
  ]);
  assertEquals(await sorted({ file, env }), [
    "actors = 3",
    'host = "env"',
    'join = [ "env:1", "env:2" ]',
    "json = true",
    "port = 2",
  ]);
  assertEquals(
    await sorted({ file, env, args: ["--port", "4", "--join", "flag:1"] }),
    ["actors = 3", 'host = "env"', 'join = [ "flag:1" ]', "json = true", "port = 4"],
  );
  assertEquals(await sorted({ env: { CMUD_JSON: "0" }, file: "json = true" }), ["json = false"]);
});

Deno.test("$CMUD_CONFIG names the file, unless --config names another one", async () => {
  using directory = new TempDirectory();
  const path = `${directory.path}/env.toml`;
  Deno.writeTextFileSync(path, "port = 7\n");
  const env = { CMUD_CONFIG: path };
  assertEquals((await printed({ env })).lines, ["port = 7"]);
  assertEquals((await printed({ env, file: "actors = 1" })).lines, ["actors = 1"]);
});

Deno.test("what is wrong in a file, or in the environment, is told and ends with 64", async () => {
  const files: [string, RegExp][] = [
    ["max-memroy = 1", /unknown key "max-memroy" \(did you mean max-memory\?\)/],
    ["config = 'x'", /unknown key "config"/],
    ["[server]\nport = 1", /unknown key "server"/],
    ["__proto__ = 1", /unknown key "__proto__"/],
    ["port = '6000'", /Cannot use "6000" as port in .*: allowed is a value of type integer$/m],
    ["port = 6000.0", /Cannot use .* as port in .*: allowed is a value of type integer$/m],
    ["port = 70000", /Cannot use 70000 as port in .*: allowed is an integer from 0 to 65535$/m],
    ["host = 1", /Cannot use .* as host in .*: allowed is a value of type text$/m],
    ["json = 'yes'", /Cannot use .* as json in .*: allowed is a value of type boolean$/m],
    ["join = 'a:1'", /Cannot use .* as join in .*: allowed is a value of type list of texts$/m],
    ["join = [1]", /Cannot use \[1\] as join in /],
    [
      "idle-timeout = 5",
      /Cannot use .* as idle-timeout in .*: allowed is a value of type duration, as "30s"$/m,
    ],
    [
      "durability = 'lax'",
      /Cannot use "lax" as durability in .*: allowed are relaxed and strict$/m,
    ],
    ["port = ", /Cannot use .*cmud\.toml: Invalid TOML/],
    ["port = 1\nport = 2", /Cannot use .*cmud\.toml: Invalid TOML/],
  ];
  for (const [file, said] of files) {
    const { code, stdout, stderr } = await printed({ file });
    assertEquals([code, stdout], [64, ""], file);
    assertMatch(stderr, said);
  }
  const variables: [Record<string, string>, RegExp][] = [
    [
      { CMUD_PORT: "tcp://10.0.0.1:6000" },
      /Cannot use "tcp:\/\/10\.0\.0\.1:6000" as \$CMUD_PORT: allowed is an integer/,
    ],
    [{ CMUD_JSON: "yes" }, /Cannot use "yes" as \$CMUD_JSON: allowed are true, false, 1 and 0$/m],
    [
      { CMUD_IDLE_TIMEOUT: "5" },
      /Cannot use "5" as \$CMUD_IDLE_TIMEOUT: allowed is a duration with its unit/,
    ],
    [{ CMUD_CONFIG: "/nowhere/cmud.toml" }, /Cannot read \/nowhere\/cmud\.toml: /],
  ];
  for (const [env, said] of variables) {
    const { code, stderr } = await printed({ env });
    assertEquals(code, 64);
    assertMatch(stderr, said);
  }
});

/** Values as options have them, by the name of their setting. */
const anyText = fc.string({ unit: "binary", minLength: 1 }).filter((text) => !text.includes("\0"));
const anyValues = fc.record(
  Object.fromEntries(settings.map(({ name, option }) => {
    if (option.value === undefined) return [name, fc.boolean()];
    if (option.values !== undefined) return [name, fc.constantFrom(...option.values)];
    if (name === "maxMemory") return [name, fc.integer({ min: 2 ** 25, max: 2 ** 50 })];
    if (option.type === "integer") return [name, fc.integer({ min: 1, max: 256 })];
    if (option.type === "duration") return [name, fc.integer({ min: 1, max: 10 ** 12 })];
    if (name === "http") return [name, fc.constantFrom("127.0.0.1:0", "[::1]:80", "localhost:1")];
    if (name === "advertise") return [name, fc.constantFrom("192.0.2.7:6000", "[::2]:1")];
    if (name === "dataDir") return [name, anyText.filter((text) => !text.includes("\ufffd"))];
    return [name, option.repeatable ? fc.array(anyText) : anyText];
  })),
  { requiredKeys: [] },
);

Deno.test("what --print-config prints means the same when it is read", () =>
  fc.assert(fc.asyncProperty(anyValues, async (values) => {
    const text = await configText(values, settings);
    assertEquals(await parseConfig(text, settings, "cmud.toml"), { ...values });
  })));

Deno.test("docs/command-line.md has the table of settings that the options make", () => {
  const docs = Deno.readTextFileSync(new URL("../../docs/command-line.md", import.meta.url));
  const plain = (text: string) => text.replace(/ +/g, " ").replace(/-+ \|/g, "- |");
  assertStringIncludes(plain(docs), plain(settingsReference(serverOptions)), "deno task settings");
  assert(settings.length >= 15);
});
