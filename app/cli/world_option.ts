import type { OptionSpec } from "./command_spec.ts";

/** `--world FILE`, for commands that let people play. */
export const worldOption: OptionSpec = {
  name: "--world",
  value: "FILE",
  summary: "play in the world of a file, as docs/world.md tells (default: the built-in one)",
  completes: "files",
};
