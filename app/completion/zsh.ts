import type { OptionSpec } from "../cli/command_spec.ts";
import {
  type CompletionNode,
  type CompletionTree,
  keysQuery,
  placeOf,
  shellQuote,
  valuesOf,
} from "./completion_tree.ts";

/** The script for zsh: to be sourced, or to be a file \`_cmud\` in a folder of \`$fpath\`. */
export function zshScript({ name: program, nodes, paths, valued }: CompletionTree): string {
  const optionCases = valued.flatMap(({ name, values, completes }) => {
    if (values !== undefined) return [`    ${name}) compadd -- ${values.join(" ")}; return ;;`];
    return completes === "files" ? [`    ${name}) _files; return ;;`] : [];
  });
  return `#compdef ${program}
# cmud completion for zsh: source <(cmud completion zsh)
# Whether zsh reads the words of the command once. In backquotes, and behind eval and the like, it reads
# them again without the quotes that it gives to what it inserts: only plain keys are offered there.
_cmud_is_read_once() {
  local front="\${LBUFFER%"$IPREFIX$PREFIX"}"
  local -i i
  for ((i = CURRENT - 1; i > 0; i--)); do front="\${\${front%%[[:space:]]#}%"$words[i]"}"; done
  [[ $LBUFFER != *\\\`* && $front == (|*[\\;\\|\\&\\(\\{]|*$'\\n')[[:space:]]# ]]
}
_cmud() {
  local path_="" word option="" keys="" files=""
  local -a server commands_ options_ values_ found
  local -i i args=0
  for ((i = 2; i < CURRENT; i++)); do
    word="\${(Q)words[i]}"
    if [[ -n "$option" ]]; then
      [[ "$option" == --server ]] && server=(--server "$word")
      option=""
      continue
    fi
    case "$word" in
      ${valued.map(({ name }) => name).join("|")}) option="$word" ;;
      -*) ;;
      *) case "$path_ $word" in
        ${paths.map((path) => `" ${path}"`).join("|")}) path_="$path_ $word" ;;
        *) args+=1 ;;
      esac ;;
    esac
  done
  case "$option" in
${optionCases.join("\n")}
    ?*) return ;;
  esac
  case "$path_" in
${nodes.map(nodeCase).join("\n")}
  esac
  if [[ "$PREFIX" == -* ]]; then
    _describe -o -t options option options_
    return
  fi
  (( $#commands_ )) && _describe -t commands command commands_
  (( $#values_ )) && compadd -- $values_
  [[ "$files" == "$args" ]] && _files
  if [[ "$keys" == "$args" ]]; then
    found=("\${(@f)$("\${(Q)words[1]}" ${keysQuery} $server -- "\${(Q)PREFIX}" 2>/dev/null)}")
    _cmud_is_read_once || found=(\${found:#*[^[:alnum:]_./:=@%+,-]*})
    [[ -n "$found" ]] && compadd -- $found
  fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _cmud ${program}
`;
}

function nodeCase(node: CompletionNode): string {
  const path = node.path.map((word) => ` ${word}`).join("");
  const parts = [
    `commands_=(${node.commands.map(described).join(" ")})`,
    `options_=(${node.options.map(described).join(" ")})`,
    `values_=(${valuesOf(node).join(" ")})`,
  ];
  const [keys, files] = [placeOf(node, "keys"), placeOf(node, "files")];
  if (keys !== undefined) parts.push(`keys=${keys}`);
  if (files !== undefined) parts.push(`files=${files}`);
  return `    "${path}") ${parts.join(" ")} ;;`;
}

function described({ name, summary }: Pick<OptionSpec, "name" | "summary">): string {
  return shellQuote(`${name}:${summary.replaceAll(":", "\\:")}`);
}
