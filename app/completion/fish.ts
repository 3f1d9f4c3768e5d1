import {
  type CompletionNode,
  type CompletionTree,
  keysQuery,
  placeOf,
  valuesOf,
} from "./completion_tree.ts";

/** The script for fish. */
export function fishScript({ name: program, nodes, paths, valued }: CompletionTree): string {
  return `# cmud completion for fish: cmud completion fish | source
# Sets the words that lead to the command, how many arguments follow, the server that is named, and
# the option whose value comes next.
function __cmud_read
    set -g __cmud_path
    set -g __cmud_args 0
    set -g __cmud_server
    set -g __cmud_option
    for word in (commandline -opc)[2..]
        if test -n "$__cmud_option"
            test $__cmud_option = --server; and set -g __cmud_server --server $word
            set __cmud_option
        else if contains -- $word ${valued.map(({ name }) => name).join(" ")}
            set __cmud_option $word
        else if string match -q -- '-*' $word
            continue
        else if contains -- "$__cmud_path $word" ${paths.map(quotedPath).join(" ")}
            set -g -a __cmud_path $word
        else
            set -g __cmud_args (math $__cmud_args + 1)
        end
    end
end
function __cmud_within
    __cmud_read
    test "$__cmud_path" = "$argv[1]"
end
function __cmud_at
    __cmud_within $argv[1]; and test -z "$__cmud_option"
end
function __cmud_at_argument
    __cmud_at $argv[1]; and test $__cmud_args = $argv[2]
end
function __cmud_keys
    cmud ${keysQuery} $__cmud_server -- (commandline -ct | string unescape) 2>/dev/null
end
complete -c ${program} -f
${nodes.flatMap(nodeLines).join("\n")}
`;
}

/** Between an empty path and a word there is a space too. */
function quotedPath(path: string): string {
  return path.includes(" ") ? `'${path}'` : `' ${path}'`;
}

function nodeLines(node: CompletionNode): string[] {
  const path = node.path.join(" ");
  const at = `complete -c cmud -n "__cmud_at '${path}'"`;
  const within = `complete -c cmud -n "__cmud_within '${path}'"`;
  const argument = (place: number) => `complete -c cmud -n "__cmud_at_argument '${path}' ${place}"`;
  const [keys, files] = [placeOf(node, "keys"), placeOf(node, "files")];
  return [
    ...node.commands.map(({ name, summary }) => `${at} -a ${name} -d ${fishQuote(summary)}`),
    ...valuesOf(node).map((value) => `${argument(0)} -a ${value}`),
    ...node.options.map(({ name, value, values, completes, summary }) => {
      const takes = value === undefined ? "" : completes === "files" ? " -r -F" : " -x";
      const allowed = values === undefined ? "" : ` -a '${values.join(" ")}'`;
      return `${within} -l ${name.slice(2)}${takes}${allowed} -d ${fishQuote(summary)}`;
    }),
    ...keys === undefined ? [] : [`${argument(keys)} -a '(__cmud_keys)'`],
    ...files === undefined ? [] : [`${argument(files)} -F`],
  ];
}

function fishQuote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
