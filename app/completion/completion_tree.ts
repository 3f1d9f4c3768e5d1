/**
 * What completion needs of the tree of commands, the same for every shell.
 *
 * @module
 */

import type { ArgumentSpec, CommandSpec, OptionSpec } from "../cli/command_spec.ts";

/** The tree of commands, as a script is made of it. */
export interface CompletionTree {
  /** The program's. */
  readonly name: string;
  /** Every place, the root first. */
  readonly nodes: readonly CompletionNode[];
  /** The words that lead to each place, but for the root. */
  readonly paths: readonly string[];
  /** The options that take a value, each once. */
  readonly valued: readonly OptionSpec[];
}

/** A place in the tree: what may stand behind the words that lead there. */
export interface CompletionNode {
  /** The words that lead to it, the program's name not included. */
  readonly path: readonly string[];
  readonly commands: readonly CommandSpec[];
  readonly options: readonly OptionSpec[];
  readonly arguments: readonly ArgumentSpec[];
}

const helpSwitch: OptionSpec = { name: "--help", summary: "show help" };
const versionSwitch: OptionSpec = { name: "--version", summary: "print the version" };

/** The tree below `root`; `help` leads to each command too. */
export function completionTree(root: CommandSpec): CompletionTree {
  const nodes = nodesOf(root);
  const paths = nodes.slice(1).map(({ path }) => path.join(" "));
  return { name: root.name, nodes, paths, valued: valuedOptions(nodes) };
}

function nodesOf(root: CommandSpec): CompletionNode[] {
  const [first, ...others] = nodesFrom(root, [], [helpSwitch]);
  const help = nodesFrom(root, ["help"], [])
    .map((node) => ({ ...node, options: [], arguments: [] }));
  const helpCommand: CommandSpec = { name: "help", summary: "Show the help of a command" };
  return [
    {
      ...first,
      commands: [...first.commands, helpCommand],
      options: [...first.options, versionSwitch],
    },
    ...others,
    ...help,
  ];
}

function nodesFrom(
  spec: CommandSpec,
  path: readonly string[],
  inherited: readonly OptionSpec[],
): CompletionNode[] {
  const options = [...spec.options ?? [], ...inherited];
  const commands = spec.commands?.filter(({ hidden }) => !hidden) ?? [];
  return [
    { path, commands, options, arguments: spec.arguments ?? [] },
    ...commands.flatMap((child) => nodesFrom(child, [...path, child.name], options)),
  ];
}

/** Of several options of one name, the one of which most is known. */
function valuedOptions(nodes: readonly CompletionNode[]): OptionSpec[] {
  const byName = new Map<string, OptionSpec>();
  for (const option of nodes.flatMap(({ options }) => options)) {
    const { values, completes } = byName.get(option.name) ?? {};
    if (option.value !== undefined && values === undefined && completes === undefined) {
      byName.set(option.name, option);
    }
  }
  return [...byName.values()];
}

/** Where among the arguments of a node one of that kind is, or nothing. */
export function placeOf(node: CompletionNode, kind: ArgumentSpec["completes"]): number | undefined {
  const place = node.arguments.findIndex(({ completes }) => completes === kind);
  return place < 0 ? undefined : place;
}

/** All values that an argument of the node may have. */
export function valuesOf(node: CompletionNode): readonly string[] {
  return node.arguments.flatMap(({ values = [] }) => values);
}

/** Asks for the keys to offer; the server and the prefix follow. A server may be far away. */
export const keysQuery = "kv complete-keys --timeout 500";

/** `text` as one word of a POSIX shell, or of zsh. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
