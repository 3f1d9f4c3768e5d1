import type { CommandSpec } from "../cli/command_spec.ts";
import { bashScript } from "./bash.ts";
import { completionTree } from "./completion_tree.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** The script for a shell, made from the tree of commands. */
export function completionScript(shell: keyof typeof scripts, root: CommandSpec): string {
  return scripts[shell](completionTree(root));
}
