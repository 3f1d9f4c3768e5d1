import type { CommandSpec } from "../cli/command_spec.ts";
import { exitCodes } from "../cli/exit_codes.ts";

/** The shells that there are scripts for. */
const shells = ["bash", "zsh", "fish"] as const;

/** `cmud completion`, which needs the whole tree of commands that it is part of. */
export function completionCommand(root: () => CommandSpec): CommandSpec {
  return {
    name: "completion",
    summary: "Print a script that completes cmud's commands in a shell",
    arguments: [{ name: "SHELL", summary: "which shell", values: shells }],
    examples: [
      ["source <(cmud completion bash)", "in ~/.bashrc"],
      ["source <(cmud completion zsh)", "in ~/.zshrc"],
      ["cmud completion fish | source", "in ~/.config/fish/config.fish"],
    ],
    async run({ arguments: [shell], console }) {
      const { completionScript } = await import("../completion/scripts.ts");
      console.out(completionScript(shell as typeof shells[number], root()));
      return exitCodes.ok;
    },
  };
}
