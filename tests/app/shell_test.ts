import { assertEquals, assertStringIncludes, assertThrows } from "../deps.ts";
import { UsageError } from "../../app/cli/usage_error.ts";
import { splitWords } from "../../app/kv/shell_words.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { deadAddress, withServer } from "./with_server.ts";

function shell(server: string, input: readonly (string | undefined)[], ...options: string[]) {
  return runCmud(["kv", "shell", "--server", server, ...options], { input });
}

Deno.test("kv shell in a pipe runs each line and prints results only", () =>
  withServer(async (server) => {
    const { code, stdout, stderr } = await shell(server, [
      "put greeting hello, world",
      "  PUT  'my key'  \"a\\ttab\"  ",
      "",
      "# a comment",
      "Get greeting",
      "get 'my key'",
      "list",
      "scan gr",
    ]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(
      stdout,
      "hello, world\na\ttab\ngreeting\thello, world\nmy key\ta\ttab\ngreeting\thello, world\n",
    );
  }));

Deno.test("kv shell deletes one key or several, and goes on when one is absent", () =>
  withServer(async (server) => {
    const lines = ["put a 1", "put 'b c' 2", "put d 3", "delete a nobody 'b c'", "list", "count"];
    const stderr = "Key not found: nobody\n";
    assertEquals(await shell(server, lines), { code: 0, stdout: "d\t3\n1\n", stderr });
    const { code, stderr: refusal } = await shell(server, ["delete"]);
    assertEquals(code, 64);
    assertStringIncludes(refusal, "allowed is delete KEY [KEY...]");
  }));

Deno.test("kv shell goes on after an absent key, and ends at exit or quit", () =>
  withServer(async (server) => {
    for (const exit of ["exit", "QUIT"]) {
      const result = await shell(server, ["get nobody", exit, "get never reached"]);
      assertEquals(result, { code: 0, stdout: "", stderr: "Key not found: nobody\n" });
    }
  }));

Deno.test("kv shell stops at the first error with its line and its code", () =>
  withServer(async (server) => {
    const cases: [string | undefined, string][] = [
      [undefined, "it is not valid UTF-8"],
      ["frobnicate", "allowed are get, put"],
      ["gte k", "did you mean get?"],
      ["get", "allowed is get KEY"],
      ["get a b", "quotes"],
      ["put k", "allowed is put KEY VALUE"],
      ["watch a b", "allowed is watch [PREFIX] [--initial]"],
      ["watch a --initial b", "allowed is watch [PREFIX] [--initial]"],
      ["watch --intial", "did you mean --initial?"],
      ["watch a --json", "a prefix that begins with -- goes in quotes"],
      ["put k 'v", "not closed"],
      ["__proto__", "allowed are"],
      [`get ${"k".repeat(5000)}`, "allowed are 4096"],
    ];
    for (const [line, message] of cases) {
      const { code, stdout, stderr } = await shell(server, ["put a 1", "", line, "get a"]);
      assertEquals({ code, stdout }, { code: 64, stdout: "" }, line);
      assertStringIncludes(stderr, "Line 3: ");
      assertStringIncludes(stderr, message);
    }
  }));

Deno.test("kv shell ends with 69 when nobody answers, with 0 when nothing is asked", async () => {
  const address = deadAddress();
  const { code, stderr } = await shell(address, ["", "get k"]);
  assertEquals(code, 69);
  assertStringIncludes(stderr, "Line 2: ");
  assertEquals((await shell(address, [])).code, 0);
});

Deno.test("kv shell --json prints objects", () =>
  withServer(async (server) => {
    const { stdout } = await shell(server, ["put k v", "get k", "list"], "--json");
    assertEquals(stdout, '{"key":"k","value":"v"}\n'.repeat(2));
  }));

Deno.test("kv shell explains itself", () =>
  withServer(async (server) => {
    const { stdout } = await shell(server, ["help"]);
    for (const word of ["get KEY", "put KEY VALUE", "list [PREFIX]", "exit"]) {
      assertStringIncludes(stdout, word);
    }
  }));

Deno.test("splitWords() splits at white space and reads quotes", () => {
  const texts = (line: string) => splitWords(line).map(({ text }) => text);
  assertEquals(texts("  a  b\tc "), ["a", "b", "c"]);
  assertEquals(texts(""), []);
  assertEquals(texts(`"" ''`), ["", ""]);
  assertEquals(texts(`"a b" 'c "d"' e"f`), ["a b", 'c "d"', 'e"f']);
  assertEquals(texts(String.raw`"\" \\ \n \t \r \0 \u{1F600}"`), ['" \\ \n \t \r \0 \u{1f600}']);
  assertEquals(texts(String.raw`'\n'`), ["\\n"]);
  const wrong = [
    `"a`,
    `'a`,
    `"a"b`,
    String.raw`"\x"`,
    String.raw`"\u{110000}"`,
    String.raw`"\u{d800}"`,
    `"a\\"`,
  ];
  for (const line of wrong) {
    assertThrows(() => splitWords(line), UsageError, "Cannot read the line");
  }
});
