import { assertEquals, assertStringIncludes } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { runCmud } from "../support/app/fake_console.ts";

Deno.test("trace put tells the way of a Put, and the same every time", async () => {
  const { code, stdout, stderr } = await runCmud([
    "trace",
    "put",
    "city",
    "--servers",
    "3",
    "--disk",
  ]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  for (const name of ["b", "c"]) {
    assertStringIncludes(stdout, `a → ${name}              city = hello; arrives at 1020 ms`);
    assertStringIncludes(stdout, `${name}.disk             has city = hello`);
  }
  const again = await runCmud(["trace", "put", "city", "--servers", "3", "--disk"]);
  assertEquals(again.stdout, stdout);
});

Deno.test("trace --scenario tells what is not as expected, and draws it", async () => {
  using directory = new TempDirectory();
  const [file, svg, mermaid] = ["story.txt", "story.svg", "story.mmd"].map((name) =>
    `${directory.path}/${name}`
  );
  Deno.writeTextFileSync(file, "server a\nput city = Rome on a\nexpect city = Paris on a\n");
  const { code, stdout, stderr } = await runCmud(
    ["trace", "--scenario", file, "--svg", svg, "--mermaid", mermaid],
  );
  assertEquals(code, 1);
  assertStringIncludes(stdout, "client → a.1       Put city = Rome");
  assertEquals(stderr, "Line 3: expected city = Paris on a: a.1 shows Rome\n");
  assertStringIncludes(Deno.readTextFileSync(svg), ">Put city = Rome</text>");
  assertStringIncludes(Deno.readTextFileSync(mermaid), "client->>a_1: Put city = Rome");
});

Deno.test("trace --scenario names the line that it cannot read", async () => {
  using directory = new TempDirectory();
  const file = `${directory.path}/story.txt`;
  Deno.writeTextFileSync(file, "server a\nput city Rome on a\n");
  const { code, stderr } = await runCmud(["trace", "--scenario", file]);
  assertEquals(code, 64);
  assertStringIncludes(
    stderr,
    `Cannot run ${file}: Line 2: found "Rome", allowed is "=". Try: put KEY`,
  );
});

Deno.test("trace --scenario says of a file in which nothing is done that it tells nothing", async () => {
  using directory = new TempDirectory();
  const file = `${directory.path}/story.txt`;
  for (const text of ["", "# later\n", "title Nothing\n", "----\nserver a\n"]) {
    Deno.writeTextFileSync(file, text);
    const { code, stdout, stderr } = await runCmud(["trace", "--scenario", file]);
    assertEquals({ code, stdout }, { code: 64, stdout: "" });
    assertStringIncludes(stderr, `Cannot run ${file}: found nothing that is done, allowed is`);
  }
});

Deno.test("trace put refuses a scenario, wherever that is named", async () => {
  for (const args of [["put", "k", "--scenario", "f"], ["--scenario", "f", "put", "k"]]) {
    const { code, stdout, stderr } = await runCmud(["trace", ...args]);
    assertEquals({ code, stdout }, { code: 64, stdout: "" });
    assertStringIncludes(stderr, "Cannot trace a Put in a --scenario: trace put KEY makes");
  }
});

Deno.test("trace put refuses a delay with which it would not come to an end", async () => {
  const { code, stderr } = await runCmud(["trace", "put", "city", "--delay", "1d"]);
  assertEquals([code, stderr], [
    64,
    "cmud: Cannot trace messages that take 24h: allowed is 5.9h\n",
  ]);
});

Deno.test("trace shows a key in the same words wherever it stands in a line", async () => {
  for (
    const [key, shown] of [["two words", '"two words"'], ["k".repeat(99), `${"k".repeat(40)}…`]]
  ) {
    const { stdout } = await runCmud(["trace", "put", key]);
    const told = stdout.split("\n").filter((line) => line.includes("it held nothing of"));
    assertEquals(told.length, 2);
    for (const line of told) assertEquals(line.endsWith(`it held nothing of ${shown}`), true, line);
  }
});
