/**
 * The parts of a release that can be made without compiling anything.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** The systems that an executable is made for, in the words of `deno compile --target`. */
export const targets = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** The tasks of `deno.json`, by their names. */
export type Tasks = Readonly<Record<string, { command: string }>>;

/**
 * The arguments of Deno that compile for `target`: those of the task `compile`, with another output.
 *
 * @throws {Error} when the last step of that task is not `deno compile` with an output.
 */
export function compileArguments(tasks: Tasks, target: string, output: string): string[] {
  // What a task echoes, as the shell would put it in.
  const task = tasks.compile.command.replace(
    /\$\(deno task -q (\w+)\)/g,
    (_, name) => tasks[name].command.replace(/^echo /, ""),
  );
  const [, command] = /\bdeno (compile .*)$/.exec(task) ?? [];
  if (command === undefined || !/ --output \S+/.test(command)) {
    throw new Error(`Cannot compile by "${task}": allowed is deno compile with --output`);
  }
  return command.replace(/ --output \S+/, ` --target ${target} --output ${output}`).split(" ");
}

/**
 * What the changelog says of a version.
 *
 * @throws {Error} when it says nothing, or the version has no date yet.
 */
export function releaseNotes(changelog: string, version: string): string {
  const sections = changelog.split(/^(?=## )/m);
  const section = sections.find((text) => text.startsWith(`## [${version}] - `));
  const [title, ...lines] = (section ?? "").split("\n");
  if (!/ - \d{4}-\d{2}-\d{2}$/.test(title)) {
    throw new Error(`Cannot release ${version}: CHANGELOG.md has no section of it with a date`);
  }
  // Links that are defined at the end of the file belong to no section.
  const notes = lines.filter((line) => !/^\[[^\]]+\]: /.test(line)).join("\n").trim();
  if (notes === "") throw new Error(`Cannot release ${version}: CHANGELOG.md says nothing of it`);
  return `${notes}\n`;
}

/** A line that `sha256sum --check` reads. */
export function checksumLine(bytes: Uint8Array, name: string): string {
  return `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
}
