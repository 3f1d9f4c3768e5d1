import type { CommandSpec } from "../cli/command_spec.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { version } from "../cli/version.ts";

/** `cmud version`: what `--version` prints, and below it what a report of a fault should name. */
export const versionCommand: CommandSpec = {
  name: "version",
  summary: "Print the version, and on what it runs",
  // deno-lint-ignore require-await -- a command is asynchronous by contract
  async run({ console }) {
    const { deno, v8 } = Deno.version;
    console.out(`${version}\nDeno ${deno}, V8 ${v8}, ${Deno.build.target}\n`);
    return exitCodes.ok;
  },
};
