// What a command is: its options, its operands and what it does. Each lives in its own file under commands/.
// Promise: `run` sees options of the right types and operands of the right number, or is not called.

import type { Interrupt } from './interrupt.ts'
import {
  type Environment,
  GLOBAL_OPTIONS,
  type GlobalValues,
  hasSwitch,
  type OptionTable,
  type OptionValues,
  parseOptions,
} from './options.ts'
import type { Output } from './output.ts'
import { UsageError } from './usage-error.ts'

/** What surrounds a command; tests make their own. */
export interface Shell {
  readonly output: Output
  readonly input: NodeJS.ReadStream
  readonly environment: Environment
  /** The current folder, absolute. */
  readonly folder: string
  readonly interrupt: Interrupt
  readonly commands: readonly CommandEntry[]
}

export interface CommandContext<Table extends OptionTable> extends Shell {
  readonly values: OptionValues<Table> & GlobalValues
  readonly operands: readonly string[]
}

export interface OperandRule {
  readonly least: number
  readonly most: number
  /** Completes "`shoal get` needs ...": `a link or a torrent`. */
  readonly expects: string
}

export const NO_OPERANDS: OperandRule = { least: 0, most: 0, expects: 'nothing' }

export interface CommandDefinition<Table extends OptionTable> {
  readonly options: Table
  readonly operands: OperandRule
  /** Paragraphs of help below the options. */
  readonly details?: readonly string[]
  /** Answers the exit code; a CodedError becomes its sentence. */
  run(context: CommandContext<Table>): Promise<number>
}

/** A command with its own option types closed over. */
export interface Command {
  readonly options: OptionTable
  readonly details: readonly string[]
  /** -h or --help is among the words. */
  asksForHelp(words: readonly string[]): boolean
  /** @throws UsageError, and whatever the command fails with */
  start(entry: CommandEntry, words: readonly string[], shell: Shell): Promise<number>
}

/** One line of the table of commands. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Without the leading `shoal`. */
  readonly usage: string
  /** What the first operand can be, where that is fixed: for completion. */
  readonly words?: readonly string[]
  load(): Promise<{ readonly command: Command }>
}

export function defineCommand<const Table extends OptionTable>(
  definition: CommandDefinition<Table>,
): Command {
  const table = { ...GLOBAL_OPTIONS, ...definition.options }
  return {
    options: definition.options,
    details: definition.details ?? [],
    asksForHelp: (words) => hasSwitch('help', words, {}, table),
    start: async (entry, words, shell) => {
      const { values, operands } = parseOptions(words, table, shell.environment, entry.name)
      checkOperands(entry, definition.operands, operands)
      return definition.run({ ...shell, values, operands })
    },
  }
}

function checkOperands(entry: CommandEntry, rule: OperandRule, operands: readonly string[]): void {
  const facts = { command: entry.name, usage: entry.usage }
  if (operands.length < rule.least)
    throw new UsageError('OPERAND_MISSING', { ...facts, expects: rule.expects })
  const extra = operands[rule.most]
  if (extra !== undefined) throw new UsageError('OPERAND_TOO_MANY', { ...facts, operand: extra })
}
