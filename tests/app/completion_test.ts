import { assertEquals, assertStringIncludes } from "../deps.ts";
import { runCmud } from "./fake_console.ts";

const scriptOf = async (shell: string) => (await runCmud(["completion", shell])).stdout;

/** Lines that `script`, run by `shell`, prints; `undefined` when there is no such shell here. */
async function run(shell: string, args: string[], script: string): Promise<string[] | undefined> {
  try {
    const child = new Deno.Command(shell, {
      args: [...args, script],
      stdin: "null",
      env: { HOME: "/nonexistent" },
    });
    const { stdout, stderr, success } = await child.output();
    const decoder = new TextDecoder();
    assertEquals({ success, stderr: decoder.decode(stderr) }, { success: true, stderr: "" });
    return decoder.decode(stdout).split("\n").filter((line) => line !== "").sort();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipped: there is no ${shell} here`);
    return undefined;
  }
}

/** What is typed, and what may come next. */
const cases: [string[], string[]][] = [
  [["cmud", "ser"], ["server"]],
  [["cmud", "st"], ["status"]],
  [["cmud", "kv", "g"], ["get"]],
  [["cmud", "kv", "--server", "a:1", "s"], ["scan", "shell"]],
  [["cmud", "completion", ""], ["bash", "fish", "zsh"]],
  [["cmud", "server", "--a"], ["--actors", "--advertise"]],
  [["cmud", "kv", "get", "--j"], ["--json"]],
  [["cmud", "kv", "get", "--server", "--j"], []],
  [["cmud", "kv", "get", "a-key", "--j"], ["--json"]],
];

Deno.test("completion bash completes in bash", async () => {
  const script = await scriptOf("bash");
  for (const [words, expected] of cases) {
    const completed = await run(
      "bash",
      ["--norc", "-c"],
      `${script}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
_cmud
printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
    if (completed === undefined) return;
    const wanted = words.at(-1) === "" ? [...expected, "--help", "--no-color"].sort() : expected;
    assertEquals(completed, wanted, words.join(" "));
  }
});

Deno.test("completion zsh completes in zsh", async () => {
  const script = await scriptOf("zsh");
  for (const [words, expected] of cases) {
    const completed = await run(
      "zsh",
      ["-f", "-c"],
      // Completion proper needs a line editor; what the function offers is looked at instead.
      `compdef() { : }; compadd() { shift; print -rl -- "$@" }
${script}
words=(${words.map((word) => `'${word}'`).join(" ")}); CURRENT=${words.length}
_cmud | while read -r line; do [[ "$line" = '${
        words.at(-1)
      }'* ]] && print -r -- "$line"; done; true`,
    );
    if (completed === undefined) return;
    const wanted = words.at(-1) === "" ? [...expected, "--help", "--no-color"].sort() : expected;
    assertEquals(completed, wanted, words.join(" "));
  }
});

Deno.test("completion fish completes in fish", async () => {
  const script = await scriptOf("fish");
  for (const [words, expected] of cases) {
    const line = words.join(" ");
    const completed = await run(
      "fish",
      ["--no-config", "-c"],
      `${script}
complete --do-complete '${line}'`,
    );
    if (completed === undefined) return;
    assertEquals(completed.map((option) => option.split("\t")[0]), expected, line);
  }
});

Deno.test("completion scripts hold every command and its summary where the shell shows it", async () => {
  const fish = await scriptOf("fish");
  assertStringIncludes(fish, "-a server -d 'Run a server until it is stopped'");
  for (const shell of ["bash", "zsh"]) {
    assertStringIncludes(await scriptOf(shell), `" kv get") `);
  }
});
