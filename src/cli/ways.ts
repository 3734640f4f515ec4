// A command whose first operand says what to do (`shoal circle invite …`): the table of its ways, and the checks before one is run.
// Promise: a way sees operands of the right number and no option that would do nothing to it.

import type { CommandContext } from './command.ts'
import { nearestWord } from './nearest-word.ts'
import type { OptionTable } from './options.ts'
import { UsageError } from './usage-error.ts'

export interface Way<Table extends OptionTable> {
  /** What comes after its own word: `CIRCLE PERSON`. */
  readonly operands: string
  readonly least: number
  readonly most: number
  /** Completes "`shoal circle invite` needs …". */
  readonly expects: string
  /** Options that mean something to it. */
  readonly options: readonly (keyof Table & string)[]
  run(context: CommandContext<Table>, words: readonly string[]): Promise<number>
}

export type Ways<Table extends OptionTable> = Readonly<Record<string, Way<Table>>>

/** @param otherwise the way of a command without a word. @throws UsageError */
export function runWay<Table extends OptionTable>(
  command: string,
  ways: Ways<Table>,
  table: Table,
  context: CommandContext<Table>,
  otherwise: string,
): Promise<number> {
  const [word = otherwise, ...words] = context.operands
  const way = Object.hasOwn(ways, word) ? ways[word] : undefined
  if (way === undefined) {
    const all = Object.keys(ways)
    const nearest = nearestWord(word, all)
    throw new UsageError('OPERAND_MISSING', {
      command,
      expects: nearest === undefined ? `one of ${all.join(', ')}` : `${nearest} (not ${word})`,
      usage: `${command} ${all.join('|')}`,
    })
  }
  const named = `${command} ${word}`
  const usage = `${named} ${way.operands}`.trim()
  if (words.length < way.least)
    throw new UsageError('OPERAND_MISSING', { command: named, expects: way.expects, usage })
  const extra = words[way.most]
  if (extra !== undefined) throw new UsageError('OPERAND_TOO_MANY', { command: named, usage, operand: extra })
  refuseOthers(named, way, table, context)
  return way.run(context, words)
}

/** An option that would do nothing is more likely a slip than meant. @throws UsageError */
function refuseOthers<Table extends OptionTable>(
  named: string,
  { options }: Way<Table>,
  table: Table,
  { values, environment }: CommandContext<Table>,
): void {
  const given = values as Readonly<Record<string, unknown>>
  for (const name of Object.keys(table)) {
    const value = given[name]
    const said = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
    // What is set for all commands is not meant for this one alone.
    const byEnvironment = environment[`SHOAL_${name.toUpperCase().replaceAll('-', '_')}`] !== undefined
    if (said && !byEnvironment && !options.includes(name))
      throw new UsageError('OPTION_CONFLICT', {
        option: `--${name}`,
        other: named,
        why: `\`shoal help ${named.split(' ')[0]}\` says what each takes.`,
      })
  }
}

/** For the help of a command: one line for each way. */
export function waysText<Table extends OptionTable>(command: string, ways: Ways<Table>): string[] {
  return Object.entries(ways).map(([word, { operands, options }]) => {
    const flags = options.map((name) => `[--${name}]`).join(' ')
    return `shoal ${command} ${[word, operands, flags].filter((part) => part !== '').join(' ')}`
  })
}
