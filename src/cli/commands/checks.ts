// `shoal checks [scan ID...|delete ID FILE]`: what looks at what arrived, how that came out, and what is kept locked.

import { explain } from '../../api/errors.ts'
import { formatCount, formatSize } from '../../api/format-quantity.ts'
import type { Checks, Scanner } from '../../api/schemas/checks.ts'
import { CodedError } from '../../base/errors.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import { chosen, sayOutcome } from '../many.ts'
import { openLink } from '../open-link.ts'
import type { OptionTable } from '../options.ts'
import type { Output } from '../output.ts'
import { confirm } from '../question.ts'
import { MOST_IDS } from '../some-or-all.ts'
import { UsageError } from '../usage-error.ts'

type Context = CommandContext<OptionTable>

const USAGE = 'checks [scan ID... | delete ID FILE]'
const WORDS = 'nothing, scan or delete'
const SHOWN_LETTERS = 8

/** What the scanner cannot do, said as the API's problems are. */
class ScannerProblem extends CodedError {}

export const command = defineCommand({
  options: {},
  operands: { least: 0, most: MOST_IDS + 1, expects: WORDS },
  details: [
    'Alone it says which scanner there is, how many files are in which state, and what is kept locked. scan: looks at everything of these transfers again. delete: deletes one locked file for good; FILE is its number in the list.',
    'A file that was not scanned is never said to be checked.',
  ],
  run: async (context) => {
    const [word, ...words] = context.operands
    if (word === undefined) return say(context)
    if (word === 'scan') return scan(context, words)
    if (word === 'delete') return remove(context, words)
    throw missing(WORDS)
  },
})

function missing(expects: string): UsageError {
  return new UsageError('OPERAND_MISSING', { command: 'checks', expects, usage: USAGE })
}

async function say(context: Context): Promise<number> {
  const { output } = context
  const link = await openLink(context)
  const checks = await link.call('checks', {})
  output.object(checks)
  output.result(scannerLine(checks.scanner))
  for (const line of countLines(checks)) output.result(line)
  sayLocked(output, checks)
  return 0
}

async function scan(context: Context, words: readonly string[]): Promise<number> {
  if (words.length === 0) throw missing('IDs or names')
  const link = await openLink(context)
  const some = await chosen(link, words)
  return sayOutcome(
    context.output,
    some,
    'Looked at again',
    await link.call('scanTransfers', { ids: some.ids }),
  )
}

async function remove(context: Context, words: readonly string[]): Promise<number> {
  const [id, number, extra] = words
  if (id === undefined || number === undefined || !/^\d{1,6}$/.test(number))
    throw missing('an ID and the number of a file')
  if (extra !== undefined)
    throw new UsageError('OPERAND_TOO_MANY', { command: 'checks', usage: USAGE, operand: extra })
  const link = await openLink(context)
  const { ids, rows } = await chosen(link, [id])
  const index = Number(number)
  const { locked } = await link.call('checks', {})
  const file = locked.find((each) => each.transfer === ids[0] && each.index === index)
  const name = file?.name ?? `file ${index} of ${rows[0]?.name}`
  await confirm(`Delete ${name} for good?`, context.values.yes, context)
  await link.call('deleteLocked', { id: ids[0] as string, index })
  context.output.object({ deleted: { id: ids[0], index, name } })
  context.output.result(`Deleted: ${name}`)
  return 0
}

function scannerLine({
  state,
  name,
  version,
  signatures,
  signaturesAt,
  largestBytes,
  problem,
}: Scanner): string {
  const who = `${name ?? 'The scanner'}${version === null ? '' : ` ${version}`}`
  if (problem !== null) {
    const { message } = explain(new ScannerProblem(problem.code, problem.data)).report
    return `${who}: ${message}`
  }
  switch (state) {
    case 'none':
      return 'No scanner is on this computer, or it is switched off: nothing is virus-checked.'
    case 'stopped':
      return `${who} does not answer: nothing is virus-checked until it does.`
    case 'no-signatures':
      return `${who} has no signatures, so it could find nothing: nothing is virus-checked.`
    case 'ready': {
      const known =
        signatures === null
          ? ''
          : `, signatures ${signatures}${signaturesAt === null ? '' : ` of ${signaturesAt}`}`
      const most = largestBytes === null ? '' : `; files over ${formatSize(largestBytes)} are not scanned`
      return `${who} is ready${known}${most}.`
    }
  }
}

const STATES: readonly (readonly [state: string, words: string])[] = [
  ['locked', 'kept locked'],
  ['careful-not-scanned', 'can run code or pretend to be something else; not virus-checked'],
  ['careful-clean', 'can run code or pretend to be something else; a scanner found nothing'],
  ['checking', 'being checked'],
  ['clean', 'checked, nothing found'],
  ['plain-not-scanned', 'nothing seen that runs code or pretends; not virus-checked'],
]

function countLines({ counts, scanner }: Checks): string[] {
  const lines = STATES.flatMap(([state, words]) => {
    const count = counts[state] ?? 0
    return count === 0 ? [] : [`  ${formatCount(count, 'file')}: ${words}`]
  })
  if (scanner.waitingFiles > 0)
    lines.push(`  ${formatCount(scanner.waitingFiles, 'file')}: waiting to be scanned`)
  return lines
}

function sayLocked(output: Output, { locked }: Checks): void {
  const kept = locked.filter(({ deleted }) => !deleted)
  if (kept.length === 0) return
  output.result([{ text: 'Kept locked:', style: 'bad' }])
  for (const { transfer, index, name, lengthBytes, found, by, at } of kept)
    output.result(
      `  ${transfer.slice(0, SHOWN_LETTERS)} ${index}  ${name} (${formatSize(lengthBytes)}): ${found}, found by ${by}, ${at}`,
    )
  output.note('Delete one: shoal checks delete ID FILE')
}
