import { assertEquals } from "../deps.ts";
import { lackingLinux, testUnless } from "../support/needs.ts";
import { denoArguments } from "../support/app/cmud_process.ts";
import { runCmud } from "../support/app/fake_console.ts";
import { withServer } from "./with_server.ts";

/** Runs the program in a shell that redirects its stdin. */
async function cmudWith(redirection: string, args: readonly string[]) {
  const script = `exec "$@" ${redirection}`;
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", Deno.execPath(), ...denoArguments, ...args],
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const closed = "Cannot read stdin: it is closed, or the null device";

const cases: [string, string, string][] = [
  ["closed", "<&-", closed],
  ["the null device", "</dev/null", closed],
  ["open for writing only", "0>/dev/full", "Cannot read stdin: Bad file descriptor"],
  ["a folder", "</", "Cannot read stdin: Is a directory"],
];

for (const [what, redirection, message] of cases) {
  testUnless(
    lackingLinux,
    `a stdin that is ${what} is an error, and nothing is stored`,
    () =>
      withServer(async (server) => {
        const at = ["--server", server];
        await runCmud(["kv", "put", "k", "before", ...at]);
        const commands = [["put", "k", "-"], ["import"], ["import", "-"], ["shell"]];
        const results = await Promise.all(
          commands.map((command) => cmudWith(redirection, ["kv", ...command, ...at])),
        );
        for (const [i, { code, stdout, stderr }] of results.entries()) {
          assertEquals([code, stdout], [64, ""], commands[i].join(" "));
          assertEquals(
            stderr.replace(/^Put no entries\n|^Put 0 entries\n/, ""),
            `cmud: ${message}\n`,
          );
        }
        assertEquals((await runCmud(["kv", "list", ...at])).stdout, "k\tbefore\n");
      }),
  );
}

testUnless(
  lackingLinux,
  "play begins no game when nobody gives any input",
  () =>
    withServer(async (server) => {
      const play = ["play", "--fast", "--name", "Ada", "--server", server];
      for (const redirection of ["<&-", "</dev/null"]) {
        const expected = { code: 64, stdout: "", stderr: `cmud: ${closed}\n` };
        assertEquals(await cmudWith(redirection, play), expected);
      }
      assertEquals((await runCmud(["kv", "list", "--server", server])).stdout, "");
    }),
);

testUnless(
  lackingLinux,
  "an empty stdin is an empty value",
  () =>
    withServer(async (server) => {
      const put = ["kv", "put", "k", "-", "--server", server];
      assertEquals(await cmudWith("<<END\nEND", put), { code: 0, stdout: "", stderr: "" });
      assertEquals((await runCmud(["kv", "get", "k", "--server", server])).stdout, "\n");
    }),
);
