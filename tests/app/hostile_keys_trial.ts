/** Keys that somebody made so that a shell's Tab does harm, in front of bash, zsh and fish. */

import { assert, assertEquals } from "../deps.ts";
import { Client } from "../../kvclient/mod.ts";
import { missing } from "../support/needs.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { Terminal, terminalTest } from "./terminal.ts";
import { withServer } from "./with_server.ts";
import { until } from "../support/until.ts";

/** What each key would do if a shell read it as a command: it makes the canary, a file `c`. */
const canary = "touch c";

/** Behind heads of their own, so that each is the only key with its head. */
const tails: readonly string[] = [
  ...[
    `$(${canary})`,
    `\`${canary}\``,
    `;${canary};`,
    `|${canary} #`,
    `&${canary}&`,
    `\${x:=$(${canary})}`,
  ],
  ...[
    `'$(${canary})'`,
    `"$(${canary})"`,
    `';${canary};'`,
    `";${canary};"`,
    `'`,
    `"`,
    `\\`,
    `\\\\'`,
  ],
  ...[
    `\\';${canary};\\'`,
    `\\";${canary};"`,
    `$'`,
    `$'\\'`,
    `$`,
    `\\$(${canary})`,
    `\\;${canary};`,
  ],
  ...[
    " b c",
    "  ",
    " #x",
    "!!",
    "!echo",
    "^a^b",
    "*",
    "?[a-z]{x,y}",
    "~",
    "=ls",
    "<(x)",
    ">c",
    "%1",
  ],
  ...[
    "ä ö",
    "日本",
    "\u00a0x",
    "a@b",
    "a:b c",
    "a=b'c",
    "x -y",
    "(x)",
    "{",
    "}",
    "%s",
    "\\n",
    "\\x41",
  ],
  // A command of one word, where a backslash that is in front of its separator is read twice.
  ...["\\;canary", "\\|canary", "\\&canary", "`canary`", "\\`canary`", "\\\\;canary"],
];

/** Those that none of the shells may ever be offered. */
const acting: readonly string[] = [
  ...[
    "\t",
    "\n",
    "\r",
    "\x1b[2J",
    "\x7f",
    "\x00",
    "\x03",
    "\u009b2J",
    "\u0085",
    "\u202e",
    "\u2066",
  ],
  ...[`\t$(${canary}) #`, `\n${canary}\n`, `'\t$(${canary}) #`, `\n;${canary} #`],
];

/** Keys whose first characters already are hostile. */
const bare: readonly string[] = [
  ...[
    `'r\tx$(${canary}) #`,
    `'s$(${canary}) #`,
    `"r$(${canary})"`,
    `$'r;${canary};'`,
    `$(${canary})`,
  ],
  ...[
    "-rf",
    "--server=x:1",
    "~root",
    "*r",
    "!r",
    " r",
    "#r",
    `\`${canary}\``,
    `\\r`,
    `=ls`,
    `@(r)`,
  ],
  ...[`r\tx$(${canary}) #`, `r';${canary};'`, `r";${canary};"`, `rx\\`, `ry'z`, `ry z`],
];

const head = (kind: string, i: number) => `${kind}${String(i).padStart(2, "0")}`;
const offeredKeys = tails.map((tail, i) => head("k", i) + tail);
const heldBackKeys = acting.map((tail, i) => head("h", i) + tail);
const keys = [...offeredKeys, ...heldBackKeys, ...bare];

/** Answers as cmud does to whoever completes a key, from a file; else shows what it is called with. */
const program = `#!/bin/sh
if [ "$2" = complete-keys ]; then
  for last; do :; done
  while IFS= read -r key; do
    case "$key" in "$last"*) printf '%s\\n' "$key" ;; esac
  done < "$HOME/keys"
else
  printf 'ran'; printf '<%s>' "$@"; echo .
fi
`;

interface Shell {
  /** Starts it without anybody's settings. */
  readonly start: string;
  /** Makes Ctrl-] say that all that was typed before it has been read, and carried out. */
  readonly setUp: string;
  /** What is typed in front of a key, and which keys cannot be offered behind it. */
  readonly openings: readonly (readonly [typed: string, except: RegExp | "all"])[];
  /** Lines of which the shell reads the key at `KEY` more than once. */
  readonly readTwice: readonly string[];
}

const none = /^$/;

const inBackquotes = [
  "echo `cmud kv get KEY`",
  "echo `true; cmud kv get KEY`",
  'echo "`cmud kv get KEY`"',
  'x=`cmud kv get "KEY`',
];

/** As the package bash-completion has it for `eval`, and for whatever runs its arguments. */
const completedBehindEval =
  `_behind_eval() { local COMP_LINE="\${COMP_LINE#eval }" COMP_POINT=$((COMP_POINT - 5)); ` +
  `_cmud cmud "$2" "$3"; }; complete -F _behind_eval eval; `;

const shells: Readonly<Record<string, Shell>> = {
  bash: {
    start: "bash --norc --noprofile -i",
    setUp:
      `${completedBehindEval}PS2='<mo''re>'; bind "set completion-query-items 0"; bind "set page-completions off"; bind -x '"\\C-]": echo "<id""le>"'`,
    openings: [["", none], ["'", /'/], ['"', /[!"]/], ["$'", "all"], ["''", "all"], ['""', "all"]],
    readTwice: ["eval cmud kv get KEY", ...inBackquotes],
  },
  zsh: {
    start: "zsh -f -i",
    setUp: `PS2='<mo''re>'; idle() { print "<id""le>" }; zle -N idle; bindkey '^]' idle`,
    openings: [["", none], ["'", none], ['"', none]],
    readTwice: ["eval cmud kv get KEY", "cmud kv get x; eval cmud kv get KEY", ...inBackquotes],
  },
  fish: {
    start: "fish --no-config -i",
    setUp: `bind \\c] 'commandline ""; echo "<id""le>"'`,
    openings: [["", none], ["'", none], ['"', none]],
    readTwice: ["eval cmud kv get KEY"],
  },
};

/** A shell on a terminal, in a folder of its own, where the keys of a store are offered. */
class Victim {
  readonly #shell: Shell;
  readonly #home: string;
  #terminal: Terminal;

  constructor(shell: Shell, home: string) {
    this.#shell = shell;
    this.#home = home;
    this.#terminal = this.#start();
  }

  #start(): Terminal {
    const home = this.#home;
    const env = {
      HOME: home,
      PATH: `${home}/bin:${Deno.env.get("PATH")}`,
      LC_ALL: "C.UTF-8",
      XDG_CONFIG_HOME: home,
      XDG_DATA_HOME: home,
    };
    return new Terminal(this.#shell.start, { columns: 300, env });
  }

  async prepare(): Promise<void> {
    await this.#terminal.type(`cd "$HOME"; source ./script; ${this.#shell.setUp}\r\x1d`);
    await this.#terminal.until("<idle>");
  }

  /**
   * Types `cmud kv get` and `typed`, then Enter.
   *
   * @returns the argument that cmud was called with; nothing when the shell waits for more, because a
   * quote is open.
   */
  async enter(typed: string): Promise<string | undefined> {
    const seen = await this.run(`cmud kv get ${typed}`);
    return /ran<kv><get>(?:<(.*)>)?\.\r?$/m.exec(seen)?.[1];
  }

  /** Types a line, then Enter. @returns what is seen then. */
  async run(line: string): Promise<string> {
    await this.#terminal.type(`${line}\r\x1d`);
    const seen = await this.#terminal.until("<idle>");
    if (seen.includes("<more>")) {
      await this.end();
      this.#terminal = this.#start();
      await this.prepare();
    }
    return seen;
  }

  /** Whether a key was run as a command. */
  hasCanary(): boolean {
    return Array.from(Deno.readDirSync(this.#home)).some(({ name }) => name.startsWith("c"));
  }

  async end(): Promise<void> {
    this.#terminal.hangUp();
    await this.#terminal.end();
  }
}

/** Calls `use` with a shell in front of a store that holds the keys. */
async function withVictim(shell: string, use: (victim: Victim) => Promise<void>): Promise<void> {
  const home = Deno.makeTempDirSync();
  Deno.mkdirSync(`${home}/bin`);
  Deno.writeTextFileSync(`${home}/bin/cmud`, program, { mode: 0o755 });
  Deno.writeTextFileSync(`${home}/bin/canary`, `#!/bin/sh\n${canary}\n`, { mode: 0o755 });
  Deno.writeTextFileSync(`${home}/script`, (await runCmud(["completion", shell])).stdout);
  await withServer(async (server) => {
    await using client = new Client(server);
    for (const key of keys) await client.put(key, "");
    const { stdout } = await runCmud(["kv", "complete-keys", "--server", server]);
    Deno.writeTextFileSync(`${home}/keys`, stdout);
  });
  const victim = new Victim(shells[shell], home);
  try {
    await victim.prepare();
    await use(victim);
  } finally {
    await victim.end();
    await removeFolder(home);
  }
}

for (const shell of ["bash", "zsh", "fish"] as const) {
  terminalTest(
    `completion ${shell} passes a key that is accepted on as it is`,
    () =>
      withVictim(shell, async (victim) => {
        for (const [opening, except] of shells[shell].openings) {
          for (const [i, key] of offeredKeys.entries()) {
            const typed = opening + head("k", i);
            const got = await victim.enter(`${typed}\t`);
            const isOffered = except !== "all" && !except.test(key);
            if (isOffered) assertEquals(got, key, typed);
            else assert(got === undefined || got === head("k", i), `${typed}: ${got}`);
          }
        }
        assert(!victim.hasCanary());
      }),
    missing(shell),
  );

  terminalTest(
    `completion ${shell} never offers a key that acts on a terminal`,
    () =>
      withVictim(shell, async (victim) => {
        for (let i = 0; i < acting.length; i++) {
          for (const tabs of ["\t", "\t\t"]) {
            assertEquals(await victim.enter(`${head("h", i)}${tabs}`), head("h", i));
          }
        }
        assert(!victim.hasCanary());
      }),
    missing(shell),
  );

  terminalTest(
    `completion ${shell} runs nothing of a key, wherever Tab is pressed`,
    () =>
      withVictim(shell, async (victim) => {
        const begun = [
          "",
          "r",
          "'r",
          '"r',
          "$'r",
          "''r",
          "k",
          "-",
          "~",
          "!",
          "*",
          "\\",
          "'",
          '"',
          "k3",
          "ry",
        ];
        for (
          const typed of ["", "-- ", "--server 'a ", '"$(', "a:"].flatMap((front) =>
            begun.map((word) => front + word)
          )
        ) {
          for (const tabs of ["\t", "\t\t"]) {
            await victim.enter(`${typed}${tabs}`);
            assert(!victim.hasCanary(), JSON.stringify(typed));
          }
        }
      }),
    missing(shell),
  );

  terminalTest(
    `completion ${shell} runs nothing of a key where the line is read twice`,
    () =>
      withVictim(shell, async (victim) => {
        for (const line of shells[shell].readTwice) {
          for (const i of offeredKeys.keys()) {
            await victim.run(line.replace("KEY", `${head("k", i)}\t`));
            assert(!victim.hasCanary(), `${line}: ${offeredKeys[i]}`);
          }
        }
      }),
    missing(shell),
  );
}

/** Removes a folder into which programs of a shell that has ended may write a little longer. */
async function removeFolder(path: string): Promise<void> {
  await until(`${path} is removed`, () => {
    try {
      Deno.removeSync(path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) return false;
    }
    return true;
  });
}
