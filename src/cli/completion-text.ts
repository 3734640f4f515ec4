// Scripts that make a shell complete commands, options and fixed words of `shoal`. Made from the tables of commands, so that they
// cannot offer what is not there. Pure. File names are completed wherever nothing else is offered.

export interface CompletedCommand {
  readonly name: string
  readonly summary: string
  readonly options: readonly {
    readonly name: string
    readonly summary: string
    readonly takesValue: boolean
  }[]
  /** What the first operand can be, where that is fixed. */
  readonly words: readonly string[]
}

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const
export type ShellName = (typeof SHELLS)[number]

export function completionScript(shell: ShellName, commands: readonly CompletedCommand[]): string {
  return { bash, zsh, fish, powershell }[shell](commands)
}

export const HOW: Readonly<Record<ShellName, string>> = {
  bash: 'Now: eval "$(shoal completion bash)"  For good: put that line into ~/.bashrc',
  zsh: 'Now: eval "$(shoal completion zsh)"  For good: put that line into ~/.zshrc, after compinit',
  fish: 'For good: shoal completion fish > ~/.config/fish/completions/shoal.fish',
  powershell:
    'Now: shoal completion powershell | Out-String | Invoke-Expression  For good: put that line into $PROFILE',
}

function long(options: CompletedCommand['options']): string {
  return options.map(({ name }) => `--${name}`).join(' ')
}

/** The command is the first word that is no option; an option's value is a file, or up to the person. */
function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(
    ({ name, options, words }) => `    ${name}) options='${long(options)}'; words='${words.join(' ')}' ;;`,
  )
  return `_shoal() {
  local current="\${COMP_WORDS[COMP_CWORD]}" command= options= words= at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "\${COMP_WORDS[at]}" in -*) ;; *) command="\${COMP_WORDS[at]}"; break ;; esac
  done
  case "$command" in
    '') words='${commands.map(({ name }) => name).join(' ')}' ;;
${cases.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
  esac
}
complete -o default -F _shoal shoal
`
}

function zsh(commands: readonly CompletedCommand[]): string {
  const names = commands.map(
    ({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`,
  )
  const cases = commands.map(({ name, options, words }) => {
    const specs = options.map(
      ({ name: option, summary, takesValue }) =>
        `${quoted(`--${option}[${summary.replace(/[[\]:]/g, '\\$&')}]${takesValue ? ':value:_files' : ''}`)}`,
    )
    const operand = words.length === 0 ? "'*:file:_files'" : quoted(`1:what:(${words.join(' ')})`)
    return `    ${name}) _arguments ${[...specs, operand].join(' ')} ;;`
  })
  return `#compdef shoal
_shoal() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
compdef _shoal shoal
`
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, summary, options, words }) => [
    `complete -c shoal -f -n __fish_use_subcommand -a ${name} -d ${fishQuoted(summary)}`,
    ...words.map((word) => `complete -c shoal -f -n '__fish_seen_subcommand_from ${name}' -a ${word}`),
    ...options.map(
      ({ name: option, summary: what, takesValue }) =>
        `complete -c shoal -n '__fish_seen_subcommand_from ${name}' -l ${option}${takesValue ? ' -r' : ''} -d ${fishQuoted(what)}`,
    ),
  ])
  return `${lines.join('\n')}\n`
}

function powershell(commands: readonly CompletedCommand[]): string {
  const table = commands.map(
    ({ name, options, words }) =>
      `    '${name}' = @(${[...words, ...options.map((option) => `--${option.name}`)].map((word) => `'${word}'`).join(', ')})`,
  )
  return `Register-ArgumentCompleter -Native -CommandName shoal -ScriptBlock {
  param($current, $line, $position)
  $commands = [ordered]@{
${table.join('\n')}
  }
  $said = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" } | Where-Object { $_ -notlike '-*' })
  $known = $said | Where-Object { $commands.Contains($_) } | Select-Object -First 1
  $words = if ($known -and $known -ne $current) { $commands[$known] } else { $commands.Keys }
  $words | Where-Object { $_ -like "$current*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`
}

/** For sh and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
