import type { CommandSpec } from "../cli/command_spec.ts";
import { exitCodes } from "../cli/exit_codes.ts";

/** The licence of the program, and those of what it contains: the compiled program includes both. */
const licenceFiles = ["../../LICENSE", "../../THIRD_PARTY_NOTICES.md"];

/** `cmud licenses` */
export const licensesCommand: CommandSpec = {
  name: "licenses",
  summary: "Print the licences of cmud and of what it contains",
  examples: [["cmud licenses | less", "read them page by page"]],
  permissions: ["read"],
  async run({ console }) {
    const texts = await Promise.all(
      licenceFiles.map((path) => Deno.readTextFile(new URL(path, import.meta.url))),
    );
    console.out(texts.join("\n"));
    return exitCodes.ok;
  },
};
