/** `sotto completion SHELL`: each script only asks `sotto __complete` for the words that may follow. */
import { nearest, shown, SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

/** Bash splits words at = and :, so they are put together again, and what stood before is cut off the answers. */
const bash = String.raw`# bash completion for sotto
_sotto() {
  local words=() word glue=0 i current cut='' candidate rest
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${'$'}{COMP_WORDS[i]}
    if ((${'$'}{#words[@]} > 0)) && { ((glue)) || [[ $word == [=:]* ]]; }; then
      words[${'$'}{#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    glue=0
    [[ $word == *[=:] ]] && glue=1
  done
  current=${'$'}{words[${'$'}{#words[@]}-1]}
  [[ $current == *[=:]* ]] && cut=${'$'}{current%"${'$'}{current##*[=:]}"}
  COMPREPLY=()
  while IFS=$'\t' read -r candidate rest; do
    COMPREPLY+=("${'$'}{candidate#"$cut"}")
  done < <("${'$'}{COMP_WORDS[0]}" __complete -- "${'$'}{words[@]}" 2>/dev/null)
  [[ ${'$'}{#COMPREPLY[@]} -eq 1 && ${'$'}{COMPREPLY[0]} == *[=./] ]] && compopt -o nospace
  return 0
}
complete -F _sotto sotto
`

const zsh = String.raw`#compdef sotto
_sotto() {
  local -a open closed openabout closedabout
  local line value about
  for line in "${'$'}{(@f)$("${'$'}{words[1]}" __complete -- "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    value=${'$'}{line%%$'\t'*}
    about=$value
    [[ $line == *$'\t'* ]] && about="$value  ${'$'}{line#*$'\t'}"
    if [[ $value == *[=./] ]]; then
      open+=("$value"); openabout+=("$about")
    else
      closed+=("$value"); closedabout+=("$about")
    fi
  done
  (( $#open )) && compadd -Q -l -S '' -d openabout -a open
  (( $#closed )) && compadd -Q -l -d closedabout -a closed
}
if [[ $funcstack[1] == _sotto ]]; then
  _sotto
else
  compdef _sotto sotto
fi
`

const fish = `# fish completion for sotto
complete -c sotto -f -a '(sotto __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`

const scripts: { readonly [shell: string]: string } = { bash, zsh, fish }

export const shells: readonly string[] = Object.keys(scripts)

export async function printScript({ input, print }: Call): Promise<undefined> {
  const shell = input.argument('SHELL')
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (script === undefined) {
    throw new SottoError('usage', `there is no completion for ${shown(shell)}`, {
      hint: `sotto completion ${nearest(shell, shells) ?? 'bash'}`,
    })
  }
  print.write(script)
}
