/** The sessions in docs/shell.md are run, and must come out as they stand there. */

import { assert, assertEquals } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { denoArguments } from "../support/app/cmud_process.ts";
import { withServer } from "./with_server.ts";

/** A command that is typed, and what it prints. */
interface Step {
  command: string;
  output: string;
}

/** The steps of a session: `$` begins a command, `>` goes on with it. */
function stepsOf(session: string): Step[] {
  const steps: Step[] = [];
  for (const line of session.split("\n").slice(0, -1)) {
    const [, mark, rest] = /^([$>]) (.*)$/.exec(line) ?? [];
    if (mark === "$") steps.push({ command: rest, output: "" });
    else if (mark === ">") steps.at(-1)!.command += `\n${rest}`;
    else steps.at(-1)!.output += `${line}\n`;
  }
  return steps;
}

/** Does the steps in one bash, in `folder`. @returns them with what they printed. */
async function run(steps: readonly Step[], folder: string, server: string): Promise<Step[]> {
  const mark = "---- end of a step ----";
  const script = steps.map(({ command }) =>
    `${command}\nstatus=$?; echo "${mark}"; (exit $status)\n`
  ).join("");
  const child = new Deno.Command("bash", {
    args: ["-c", `exec 2>&1\n${script}`],
    cwd: folder,
    env: { PATH: `${folder}/bin:${Deno.env.get("PATH")}`, CMUD_SERVER: server },
    stdin: "null",
  });
  const { stdout } = await child.output();
  const outputs = new TextDecoder().decode(stdout).split(`${mark}\n`);
  return steps.map(({ command }, i) => ({ command, output: outputs[i] ?? "(it did not end)" }));
}

const docs = Deno.readTextFileSync(new URL("../../docs/shell.md", import.meta.url));
const sessions = [...docs.matchAll(/```console\n(.*?)```/gs)].map(([, session]) => session);
const lackingJq = missing("jq");
const others = sessions.filter((session) => !/\bjq\b/.test(session));

/** Runs sessions one after the other, on one store and in one folder. */
const runSessions = (sessions: readonly string[]) =>
  withServer(async (server) => {
    const folder = Deno.makeTempDirSync();
    Deno.mkdirSync(`${folder}/bin`);
    const program = [Deno.execPath(), ...denoArguments].map((word) => `'${word}'`).join(" ");
    Deno.writeTextFileSync(`${folder}/bin/cmud`, `#!/bin/sh\nexec ${program} "$@"\n`, {
      mode: 0o755,
    });
    for (const session of sessions) {
      const steps = stepsOf(session);
      assertEquals(await run(steps, folder, server), steps);
    }
    Deno.removeSync(folder, { recursive: true });
  });

testUnless(missing("bash"), "the sessions in docs/shell.md come out as they stand there", () => {
  assert(others.length >= 7);
  return runSessions(lackingJq === undefined ? sessions : others);
});

if (lackingJq !== undefined) {
  testUnless(lackingJq, "the sessions with jq in docs/shell.md", () => {});
}
