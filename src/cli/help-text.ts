// Help, made from the tables of commands and options, so that it cannot say what is not so.

import { columnsOf } from './columns.ts'
import type { Command, CommandEntry } from './command.ts'
import { nearestWord } from './nearest-word.ts'
import { GLOBAL_OPTIONS, type Option, type OptionTable } from './options.ts'
import type { Output } from './output.ts'
import { UsageError } from './usage-error.ts'

const WORDS_FROM = 28
const LEAST_GAP = 2

export function showCommands(output: Output, commands: readonly CommandEntry[]): void {
  output.object({ commands: commands.map(({ name, summary, usage }) => ({ name, summary, usage })) })
  output.result('Share files computer to computer, with no server in the middle.')
  output.result('')
  for (const { usage, summary } of commands) twoColumns(output, `shoal ${usage}`, summary)
  output.result('')
  output.result('Every command understands:')
  showOptions(output, GLOBAL_OPTIONS)
  output.result('')
  output.result('Each option can be set as SHOAL_NAME in the environment. `shoal help COMMAND` says more.')
}

export function showCommand(output: Output, entry: CommandEntry, command: Command): void {
  const { name, usage, summary } = entry
  const { options, details } = command
  output.object({
    name,
    usage,
    summary,
    options: Object.entries({ ...GLOBAL_OPTIONS, ...options }).map(described),
  })
  output.result(`shoal ${usage}`)
  output.result(`  ${summary}`)
  if (Object.keys(options).length > 0) output.result('')
  showOptions(output, options)
  for (const paragraph of details) {
    output.result('')
    output.result(paragraph)
  }
}

export function commandUnknown(typed: string, commands: readonly CommandEntry[]): UsageError {
  const names = commands.map(({ name }) => name)
  return new UsageError('COMMAND_UNKNOWN', { command: typed, nearest: nearestWord(typed, names) })
}

function showOptions(output: Output, options: OptionTable): void {
  for (const [name, option] of Object.entries(options))
    twoColumns(output, spelled(name, option), option.summary)
}

function spelled(name: string, option: Option): string {
  const short = option.short === undefined ? '' : `-${option.short}, `
  const value =
    option.kind === 'switch' ? '' : ` ${option.placeholder}${option.kind === 'list' ? ' ...' : ''}`
  return `${short}--${name}${value}`
}

function described([name, option]: [string, Option]) {
  const { kind, summary } = option
  return { name, kind, summary, ...(option.short === undefined ? {} : { short: option.short }) }
}

/** The words beside what they explain, or below it where there is no room. */
function twoColumns(output: Output, left: string, right: string): void {
  const start = `  ${left}`
  const room = WORDS_FROM - columnsOf(start)
  if (room < LEAST_GAP) output.result(start)
  const before = room < LEAST_GAP ? ' '.repeat(WORDS_FROM) : start + ' '.repeat(room)
  output.result(before + right)
}
