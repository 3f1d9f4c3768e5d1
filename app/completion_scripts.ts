import type { ArgumentSpec, CommandSpec, OptionSpec } from "./command_spec.ts";

/** A command with all that completion needs of it. */
interface Node {
  /** The words that lead to it, the program's name not included. */
  path: readonly string[];
  summary: string;
  commands: readonly CommandSpec[];
  options: readonly OptionSpec[];
  arguments: readonly ArgumentSpec[];
}

const helpSwitch: OptionSpec = { name: "--help", summary: "show help" };

function nodes(
  spec: CommandSpec,
  path: readonly string[] = [],
  inherited: readonly OptionSpec[] = [helpSwitch],
): Node[] {
  const options = [...spec.options ?? [], ...inherited];
  const commands = spec.commands?.filter(({ hidden }) => !hidden) ?? [];
  return [
    { path, summary: spec.summary, commands, options, arguments: spec.arguments ?? [] },
    ...commands.flatMap((child) => nodes(child, [...path, child.name], options)),
  ];
}

/** What may follow the words of `path`, and which options take a value. */
function wordsAfter({ commands, options, arguments: args }: Node): string[] {
  return [
    ...commands.map(({ name }) => name),
    ...args.flatMap(({ values = [] }) => values),
    ...options.map(({ name }) => name),
  ];
}

/** A script for each shell, made from the tree of commands. */
export const completionScripts = {
  bash(root: CommandSpec): string {
    const { cases, valued, paths } = posixParts(root);
    return `# cmud completion for bash: source <(cmud completion bash)
_cmud() {
  local path="" word words="" i skip=""
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [ -n "$skip" ]; then skip=""; continue; fi
    case "$word" in
      ${valued}) skip=1 ;;
      -*) ;;
      *) case "$path $word" in ${paths}) path="$path $word" ;; esac ;;
    esac
  done
  COMPREPLY=()
  [ -n "$skip" ] && return
  case "$path" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _cmud ${root.name}
`;
  },

  zsh(root: CommandSpec): string {
    const { cases, valued, paths } = posixParts(root);
    return `#compdef ${root.name}
# cmud completion for zsh: source <(cmud completion zsh)
_cmud() {
  local path_="" word words_="" skip=""
  local -i i
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    if [[ -n "$skip" ]]; then skip=""; continue; fi
    case "$word" in
      ${valued}) skip=1 ;;
      -*) ;;
      *) case "$path_ $word" in ${paths}) path_="$path_ $word" ;; esac ;;
    esac
  done
  [[ -n "$skip" ]] && return
  case "$path_" in
${cases.replaceAll("words=", "words_=")}
  esac
  compadd -- \${=words_}
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _cmud ${root.name}
`;
  },

  fish(root: CommandSpec): string {
    const lines = nodes(root).flatMap((node) => {
      const condition = `__cmud_at '${node.path.join(" ")}'`;
      const own = ` -n "${condition}"`;
      return [
        ...node.commands.map(({ name, summary }) =>
          `complete -c cmud -f${own} -a ${name} -d ${fishQuote(summary)}`
        ),
        ...node.arguments.flatMap(({ values = [], summary }) =>
          values.map((value) => `complete -c cmud -f${own} -a ${value} -d ${fishQuote(summary)}`)
        ),
        ...node.options.map(({ name, value, summary }) =>
          `complete -c cmud${own} -l ${name.slice(2)}${value ? " -x" : ""} -d ${fishQuote(summary)}`
        ),
      ];
    });
    const valued = valuedOptions(root).join(" ");
    const fishPaths = nodes(root).filter(({ path }) => path.length > 0)
      .map(({ path }) => `'${path.length === 1 ? " " : ""}${path.join(" ")}'`).join(" ");
    return `# cmud completion for fish: cmud completion fish | source
function __cmud_at
    set -l path
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip = 1
            set skip 0
        else if contains -- $word ${valued}
            set skip 1
        else if contains -- "$path $word" ${fishPaths}
            set -a path $word
        end
    end
    test $skip = 0; and test "$path" = "$argv[1]"
end
complete -c cmud -f
${lines.join("\n")}
`;
  },
};

/** What bash and zsh share: the words after each path, the options that take a value, all paths. */
function posixParts(root: CommandSpec): { cases: string; valued: string; paths: string } {
  const cases = nodes(root).map((node) => {
    const path = node.path.map((word) => ` ${word}`).join("");
    return `    "${path}") words="${wordsAfter(node).join(" ")}" ;;`;
  });
  const paths = nodes(root).filter(({ path }) => path.length > 0).map(({ path }) =>
    `" ${path.join(" ")}"`
  );
  return {
    cases: cases.join("\n"),
    valued: valuedOptions(root).join(" | "),
    paths: paths.join(" | "),
  };
}

function valuedOptions(root: CommandSpec): string[] {
  const names = nodes(root).flatMap(({ options }) =>
    options.filter(({ value }) => value !== undefined).map(({ name }) => name)
  );
  return [...new Set(names)];
}

function fishQuote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
