import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

/** A script for each shell, made from the tree of commands. */
export const completionScripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
