import { assert, assertEquals } from "../deps.ts";
import { rootCommand } from "../../app/commands/commands.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { deadAddress } from "./with_server.ts";

/** What is typed, and the word in it that was meant: a letter left out, added, changed, or swapped. */
const typos: [string, string][] = [
  // letters left out
  ["sever", "server"],
  ["pla", "play"],
  ["staus", "status"],
  ["bnch", "bench"],
  ["completon", "completion"],
  ["kv gt k", "get"],
  ["kv lst", "list"],
  ["kv sca", "scan"],
  ["kv wach", "watch"],
  ["kv improt", "import"],
  ["kv exort", "export"],
  ["kv shel", "shell"],
  ["kv get k --sever x:1", "--server"],
  ["kv list --jso", "--json"],
  ["server --prt 0", "--port"],
  ["play --fas", "--fast"],
  // letters added
  ["serverr", "server"],
  ["playy", "play"],
  ["kvv", "kv"],
  ["statuss", "status"],
  ["kv gett k", "get"],
  ["kv putt k v", "put"],
  ["kv listt", "list"],
  ["kv scann", "scan"],
  ["server --hoost h", "--host"],
  ["server --actorss 1", "--actors"],
  ["status --wattch", "--watch"],
  ["kv watch --intervall 9", "--interval"],
  // letters changed
  ["sercer", "server"],
  ["plat", "play"],
  ["stayus", "status"],
  ["bemch", "bench"],
  ["kv det k", "get"],
  ["kv pit k v", "put"],
  ["kv lisr", "list"],
  ["kv scam", "scan"],
  ["kv watxh", "watch"],
  ["kv shekl", "shell"],
  ["server --joim d", "--join"],
  ["server --advertize h:1", "--advertise"],
  ["play --mame Ada", "--name"],
  ["kv get k --raq", "--raw"],
  // letters swapped
  ["sevrer", "server"],
  ["plya", "play"],
  ["satus", "status"],
  ["kv gte k", "get"],
  ["kv ptu k v", "put"],
  ["kv lsit", "list"],
  ["server --prot 0", "--port"],
  ["status --jsno", "--json"],
];

/** The words that the message suggests, or none. */
function suggestionsIn(stderr: string): string[] {
  const [, list = ""] = /did you mean (?:one of )?([^?]*)\?/i.exec(stderr) ?? [];
  return list.split(", ").filter((word) => word !== "");
}

Deno.test("the command line knows what was meant by at least 45 of 50 typos", async () => {
  assertEquals(new Set(typos.map(([line]) => line)).size, 50);
  const wrong: string[] = [];
  for (const [line, meant] of typos) {
    const { code, stdout, stderr } = await runCmud(line.split(" "));
    assertEquals({ code, stdout }, { code: 64, stdout: "" }, line);
    const suggestions = suggestionsIn(stderr);
    if (suggestions.length !== 1 || suggestions[0] !== meant) wrong.push(`${line}: ${suggestions}`);
  }
  assert(wrong.length <= 5, wrong.join("\n"));
});

Deno.test("a group that also acts by itself knows what was meant by a typo", async () => {
  const groups = rootCommand.commands!.filter(({ commands, run }) => commands && run);
  assert(groups.length > 0);
  for (const { name, commands, options = [], arguments: words } of groups) {
    const [first] = options.filter(({ value }) => value === undefined);
    assertEquals(words, undefined, "a word behind it is a subcommand");
    for (const child of commands!.filter(({ hidden }) => !hidden)) {
      for (
        const line of [[name, `${child.name}t`], [
          name,
          ...first ? [first.name] : [],
          `${child.name}t`,
          "x",
        ]]
      ) {
        const { code, stdout, stderr } = await runCmud(line);
        assertEquals({ code, stdout }, { code: 64, stdout: "" }, line.join(" "));
        assertEquals(suggestionsIn(stderr), [child.name], stderr);
      }
    }
    const { code, stderr } = await runCmud([name, "xyzzy"]);
    assertEquals(code, 64);
    assertEquals(stderr, `cmud: unknown command 'xyzzy'\nTry: cmud help ${name}\n`);
  }
});

Deno.test("the shell knows what was meant by a typo", async () => {
  const server = deadAddress();
  const typos: Record<string, string> = {
    gt: "get",
    geet: "get",
    grt: "get",
    gte: "get",
    pt: "put",
    outt: "put",
    lit: "list",
    lsit: "list",
    scna: "scan",
    wtach: "watch",
    hlep: "help",
    exi: "exit",
    qut: "quit",
    set: "put",
    LS: "list",
  };
  for (const [line, meant] of Object.entries(typos)) {
    const { stderr } = await runCmud(["kv", "shell", "--server", server], { input: [line] });
    assertEquals(suggestionsIn(stderr), [meant], line);
  }
});
