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
 * It reads the line itself, because bash breaks words at colons, which addresses and keys have, and
 * because it has to know which quote is open: bash inserts what it is offered as it is.
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
# Splits $1 into words as bash does. Sets typed: the words without their quotes; cur and raw: the
# last word without its quotes and as it was typed, empty behind a space; quote: the one that is open
# at the end; unsure: not empty when the line holds what only bash itself can read.
_cmud_split() {
  local rest="$1" c begun=""
  typed=() cur="" raw="" quote="" unsure=""
  while [[ -n $rest ]]; do
    c="\${rest:0:1}" rest="\${rest:1}"
    if [[ -z $quote && $c == [[:space:]] ]]; then
      [[ -n $begun ]] && typed+=("$cur")
      cur="" raw="" begun=""
      continue
    fi
    raw+=$c begun=1
    if [[ $c == \\\\ && $quote != "'" ]]; then
      c="\${rest:0:1}" rest="\${rest:1}" raw+=$c
      [[ $quote == '"' && $c != [\\\\\\"\\$\\\`] ]] && cur+=\\\\
      cur+=$c
    elif [[ $c == "$quote" ]]; then
      quote=""
    elif [[ -z $quote && $c == [\\'\\"] ]]; then
      quote=$c
    else
      [[ $quote != "'" && $c == [\\$\\\`] || -z $quote && $c == [\\<\\>\\|\\&\\;\\(\\)] ]] && unsure=1
      cur+=$c
    fi
  done
}
# Puts a backslash before each character of $1 that matches the pattern $2. Sets REPLY.
_cmud_escape() {
  local rest="$1" head
  REPLY=""
  while head="\${rest%%$2*}" && [[ $head != "$rest" ]]; do
    rest="\${rest:\${#head}}"
    REPLY+="$head\\\\\${rest:0:1}" rest="\${rest:1}"
  done
  REPLY+=$rest
}
# Offers the keys that begin with the current word, of which bash keeps $1 and replaces the rest. A
# word that is quoted in part is offered none, and an open quote none that it cannot hold. Where the
# completion of another command calls this one, as that of eval does, only plain keys are offered,
# because the other command may read the word again, without the quotes that it gets here.
_cmud_keys() {
  local before="$1" kept="" key common tail
  [[ -n $unsure ]] && return
  if [[ -n $quote ]]; then
    [[ $before == "$quote" ]] || return
    before=""
  else
    [[ $raw == *[\\'\\"]* ]] && return
  fi
  while [[ $before == *\\\\* ]]; do
    kept+="\${before%%\\\\*}" before="\${before#*\\\\}"
    kept+="\${before:0:1}" before="\${before:1}"
  done
  kept+=$before
  while IFS= read -r key; do
    [[ $key == "$cur"* ]] || continue
    [[ \${#FUNCNAME[@]} -gt 2 && $key == *[^[:alnum:]_./:=@%+,-]* ]] && continue
    key="\${key#"$kept"}"
    case "$quote" in
      "'") [[ $key == *"'"* ]] && continue; REPLY=$key ;;
      '"') [[ $key == *[\\"!]* ]] && continue; _cmud_escape "$key" '[\\\\$\`]' ;;
      *) _cmud_escape "$key" '[^[:alnum:]_./:=@%+,-]' ;;
    esac
    COMPREPLY+=("$REPLY")
  done < <("\${typed[0]}" ${keysQuery} \${server[@]+"\${server[@]}"} -- "$cur" 2>/dev/null)
  # Bash inserts what all have in common. Where that ends with a lone backslash, what is in front of
  # it is offered too, so that bash does not insert the backslash.
  ((\${#COMPREPLY[@]} > 1)) || return
  common="\${COMPREPLY[0]}"
  for key in "\${COMPREPLY[@]}"; do
    while [[ $key != "$common"* ]]; do common="\${common%?}"; done
  done
  tail="\${common##*[!\\\\]}"
  [[ $quote != "'" ]] && ((\${#tail} % 2)) && COMPREPLY+=("\${common%?}")
}
_cmud() {
  local typed cur raw quote unsure REPLY path="" word args=0 option="" server=()
  local words="" options="" keys="" files="" before
  _cmud_split "\${COMP_LINE:0:COMP_POINT}"
  COMPREPLY=()
  [[ $raw == *"$2" ]] || return
  # What bash takes for the word, and replaces, is $2: it begins behind a quote, a colon, and others.
  before="\${raw%"$2"}"
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
  if [[ $keys == "$args" && $cur != -* ]]; then
    _cmud_keys "$before"
    return
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ $files == "$args" && $cur != -* ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
  fi
  [[ -n $before ]] && COMPREPLY=("\${COMPREPLY[@]#"\${before#[\\'\\"]}"}")
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
