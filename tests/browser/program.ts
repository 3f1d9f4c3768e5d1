import { root } from "../support/repository.ts";

/** A program of the repository, to be run by Deno. */
export function program(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...args],
    cwd: root.pathname,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a program to its end. @returns what it printed. */
export async function run(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await program(...args).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
