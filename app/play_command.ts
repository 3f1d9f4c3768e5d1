import type { CommandSpec } from "./command_spec.ts";
import { exitCodes } from "./exit_codes.ts";

/** `cmud play` */
export const playCommand: CommandSpec = {
  name: "play",
  summary: "Play CMUD",
  run({ console }) {
    console.err("The game comes with the next version. Until then: cmud kv shell\n");
    return Promise.resolve(exitCodes.ok);
  },
};
