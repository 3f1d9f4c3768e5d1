import {
  type CompletionNode,
  type CompletionTree,
  keysQuery,
  placeOf,
  valuesOf,
} from "./completion_tree.ts";

/**
 * The script for bash, 3.2 and later.
 *
 * It reads the line itself: bash breaks words at colons, which addresses and keys have.
 */
export function bashScript({ name: program, nodes, paths, valued }: CompletionTree): string {
  const optionCases = valued
    .filter(({ values }) => values !== undefined)
    .map(({ name, values }) => `    ${name}) words="${values!.join(" ")}" ;;`);
  const fileOptions = valued.filter(({ completes }) => completes === "files");
  if (fileOptions.length > 0) {
    optionCases.push(`    ${fileOptions.map(({ name }) => name).join("|")}) files=$args ;;`);
  }
  return `# cmud completion for bash: source <(cmud completion bash)
_cmud() {
  local line="\${COMP_LINE:0:COMP_POINT}" typed cur="" path="" word args=0 option="" server=()
  local words="" options="" keys="" files="" last
  read -a typed <<< "$line"
  if [[ $line != *[[:space:]] ]]; then
    last=$((\${#typed[@]} - 1))
    cur="\${typed[last]}"
    unset "typed[last]"
  fi
  for word in "\${typed[@]:1}"; do
    if [[ -n $option ]]; then
      [[ $option == --server ]] && server=(--server "$word")
      option=""
      continue
    fi
    case "$word" in
      ${valued.map(({ name }) => name).join("|")}) option="$word" ;;
      -*) ;;
      *) case "$path $word" in
        ${paths.map((path) => `" ${path}"`).join("|")}) path="$path $word" ;;
        *) args=$((args + 1)) ;;
      esac ;;
    esac
  done
  case "$option" in
${optionCases.join("\n")}
    "") case "$path" in
${nodes.map(nodeCase).join("\n")}
    esac ;;
  esac
  [[ $cur == -* ]] && words="$options"
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ $keys == "$args" && $cur != -* ]]; then
    while IFS= read -r word; do
      COMPREPLY+=("$(printf %q "$word")")
    done < <("\${typed[0]}" ${keysQuery} \${server[@]+"\${server[@]}"} -- "$cur" 2>/dev/null)
  fi
  if [[ $files == "$args" && $cur != -* ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
  fi
  # What bash takes for the word begins behind the last of these.
  local before="\${cur%"\${cur##*[:=]}"}"
  [[ -n $before ]] && COMPREPLY=("\${COMPREPLY[@]#"$before"}")
}
complete -F _cmud ${program}
`;
}

function nodeCase(node: CompletionNode): string {
  const path = node.path.map((word) => ` ${word}`).join("");
  const words = [...node.commands.map(({ name }) => name), ...valuesOf(node)];
  const parts = [
    `words="${words.join(" ")}"`,
    `options="${node.options.map(({ name }) => name).join(" ")}"`,
  ];
  const [keys, files] = [placeOf(node, "keys"), placeOf(node, "files")];
  if (keys !== undefined) parts.push(`keys=${keys}`);
  if (files !== undefined) parts.push(`files=${files}`);
  return `      "${path}") ${parts.join(" ")} ;;`;
}
