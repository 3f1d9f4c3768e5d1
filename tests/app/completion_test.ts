import { assert, assertEquals } from "../deps.ts";
import { missing, type Program, testUnless } from "../support/needs.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { Terminal, terminalTest } from "./terminal.ts";

/**
 * What stands in for the program: it shows what it is called with, and knows some keys, of which one is
 * named after the server that is asked, if it is told which.
 */
const stub = `for last; do :; done; ` +
  `if [ "$2" = complete-keys ]; then printf '%s\\n' alpha 'beta gamma' at:home "key$5$6" | grep "^$last"; ` +
  `else printf 'ran'; printf '<%s>' "$@"; echo .; fi`;

const fishStub = `if test "$argv[2]" = complete-keys; ` +
  `printf '%s\\n' alpha 'beta gamma' at:home "key$argv[5]$argv[6]" | grep "^$argv[-1]"; ` +
  `else; printf ran; printf '<%s>' $argv; echo .; end`;

interface ShellSteps {
  start: string;
  setUp: (script: string) => string;
  check: string;
}

/**
 * How each shell is started without anybody's settings, and told what to do first; with `check` it
 * only looks at a script's syntax.
 */
const shells = {
  bash: {
    start: "bash --norc --noprofile -i",
    setUp: (script) => `cmud() { ${stub}; }; source ${script}`,
    check: "-n",
  },
  zsh: {
    start: "zsh -f -i",
    setUp: (script) => `cmud() { ${stub} }; source ${script}`,
    check: "-n",
  },
  fish: {
    start: "fish --no-config -i",
    setUp: (script) => `function cmud; ${fishStub}; end; source ${script}`,
    check: "--no-execute",
  },
} satisfies Partial<Record<Program, ShellSteps>>;

/** What is typed, Tab included, and the command that comes of it. */
const completed: [string, string[]][] = [
  ["ser\t", ["server"]],
  ["kv g\tk", ["kv", "get", "k"]],
  ["kv --server a:1 wat\tw", ["kv", "--server", "a:1", "watch", "w"]],
  ["kv --json expo\tp", ["kv", "--json", "export", "p"]],
  ["completion z\t", ["completion", "zsh"]],
  ["server --adv\tx:1", ["server", "--advertise", "x:1"]],
  ["kv get k --js\t", ["kv", "get", "k", "--json"]],
  ["kv watch --inter\t5", ["kv", "watch", "--interval", "5"]],
  ["help kv imp\t", ["help", "kv", "import"]],
  ["--vers\t", ["--version"]],
  ["kv get al\t", ["kv", "get", "alpha"]],
  ["kv scan be\t", ["kv", "scan", "beta gamma"]],
  ["kv get at:h\t", ["kv", "get", "at:home"]],
  ["kv get --server a:1 ke\t", ["kv", "get", "--server", "a:1", "key--servera:1"]],
  ["server --durability st\t", ["server", "--durability", "strict"]],
  ["server --data-dir /etc/passw\t", ["server", "--data-dir", "/etc/passwd"]],
  ["play --data-dir /etc/passw\t", ["play", "--data-dir", "/etc/passwd"]],
  ["kv import /etc/passw\t", ["kv", "import", "/etc/passwd"]],
  // Nothing to complete: an option's value, a second argument, a word that is none.
  ["kv --server se\t", ["kv", "--server", "se"]],
  ["kv put alpha al\t", ["kv", "put", "alpha", "al"]],
  ["kv xyz\t", ["kv", "xyz"]],
];

for (const shell of ["bash", "zsh", "fish"] as const) {
  const { start, setUp, check } = shells[shell];
  const lacking = missing(shell);
  terminalTest(`completion ${shell} completes commands, options, values and keys`, async () => {
    const home = Deno.makeTempDirSync();
    const script = `${home}/script`;
    Deno.writeTextFileSync(script, (await runCmud(["completion", shell])).stdout);
    const env = { HOME: home, PS1: "$ ", XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };
    const terminal = new Terminal(start, { columns: 200, env });
    await terminal.type(`${setUp(script)}; echo re''ady\r`);
    await terminal.until("ready");
    for (const [typed, words] of completed) {
      await terminal.type(`cmud ${typed}\r`);
      const seen = await terminal.until(">.");
      const [ran] = /ran(<[^\r\n]*>)\.$/.exec(seen) ?? [];
      assertEquals(ran, `ran${words.map((word) => `<${word}>`).join("")}.`, typed);
    }
    await terminal.type("cmud kv s\t\t");
    await terminal.until("scan");
    await terminal.until("shell");
    await terminal.type("\x15exit\r");
    await terminal.end();
    Deno.removeSync(home, { recursive: true });
  }, lacking);

  testUnless(
    lacking,
    `completion ${shell} prints a script that is syntactically right`,
    async () => {
      const path = Deno.makeTempFileSync();
      Deno.writeTextFileSync(path, (await runCmud(["completion", shell])).stdout);
      const { success, stderr } = await new Deno.Command(shell, { args: [check, path] }).output();
      Deno.removeSync(path);
      assertEquals({ success, stderr: new TextDecoder().decode(stderr) }, {
        success: true,
        stderr: "",
      });
    },
  );

  Deno.test(`completion ${shell} prints a script that holds every command and option`, async () => {
    const { stdout } = await runCmud(["completion", shell]);
    for (const word of ["server", "export", "help", "--simulate-latency", "--no-history"]) {
      assert(stdout.includes(word.replace(/^--/, "")), word);
    }
  });
}
