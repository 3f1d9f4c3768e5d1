/**
 * Sessions that docs show, in blocks of `console`: they are run, and must come out as they stand there.
 *
 * @module
 */

import { assertEquals } from "../../deps.ts";
import { denoArguments } from "./cmud_process.ts";

/** A command that is typed, and what it prints. */
interface Step {
  command: string;
  output: string;
}

/** A session that has not ended by then is ended. */
const sessionMs = 240_000;

/** Ends what a session has left running, also when it did not come out as it should. */
const endJobs = "trap 'kill $(jobs -p) 2> /dev/null' EXIT";

/** The sessions of a page. */
export function sessionsIn(page: string): string[] {
  return [...page.matchAll(/```console\n(.*?)```/gs)].map(([, session]) => session);
}

/** Runs sessions, each in a bash of its own, in one folder, with `env` in the environment. */
export async function runSessions(
  sessions: readonly string[],
  folder: string,
  env: Record<string, string> = {},
): Promise<void> {
  Deno.mkdirSync(`${folder}/bin`);
  const program = [Deno.execPath(), ...denoArguments].map((word) => `'${word}'`).join(" ");
  Deno.writeTextFileSync(`${folder}/bin/cmud`, `#!/bin/sh\nexec ${program} "$@"\n`, {
    mode: 0o755,
  });
  for (const session of sessions) {
    const steps = stepsOf(session);
    assertEquals(await run(steps, folder, env), steps);
  }
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
async function run(
  steps: readonly Step[],
  folder: string,
  env: Record<string, string>,
): Promise<Step[]> {
  const mark = "---- end of a step ----";
  const script = steps.map(({ command }) =>
    `${command}\nstatus=$?; echo "${mark}"; (exit $status)\n`
  ).join("");
  const child = new Deno.Command("bash", {
    args: ["-c", `exec 2>&1\n${endJobs}\n${script}`],
    cwd: folder,
    env: { ...env, PATH: `${folder}/bin:${Deno.env.get("PATH")}` },
    stdin: "null",
    signal: AbortSignal.timeout(sessionMs),
  });
  const { stdout } = await child.output();
  const outputs = new TextDecoder().decode(stdout).split(`${mark}\n`);
  return steps.map(({ command }, i) => ({ command, output: outputs[i] ?? "(it did not end)" }));
}
