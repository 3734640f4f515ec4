// The state of a transfer as a sentence with its cause and, if there is one, a remedy (INTERFACE.md A1, A4): the same in page and
// command line. Promise: never a bare word like "stalled", "error" or "offline".

import { explainBottleneck } from './bottleneck-sentence.ts'
import { formatMoment } from './format-moment.ts'
import { formatCount, formatDuration } from './format-quantity.ts'
import { explainProblem } from './problem-sentence.ts'
import type { TransferRow } from './schemas/transfer.ts'
import { explainSwitchOff } from './switch-off-sentence.ts'

export interface StateReport {
  /** As the column shows it; no full stop at its end. */
  readonly sentence: string
  /** One or more sentences. */
  readonly remedy?: string
}

export type StateFacts = Pick<
  TransferRow,
  | 'role'
  | 'state'
  | 'problem'
  | 'bottleneck'
  | 'preparing'
  | 'wantedBytes'
  | 'doneBytes'
  | 'totalBytes'
  | 'downBytesPerSecond'
  | 'upBytesPerSecond'
  | 'secondsLeft'
  | 'peers'
  | 'sources'
  | 'receivers'
  | 'copiesElsewhere'
  | 'trackersFail'
  | 'queuePosition'
  | 'stopRule'
  | 'lastSeenAt'
>

export interface Reader {
  readonly nowMs: number
  /** That of the reader where undefined. */
  readonly timeZone?: string
}

/** A transfer that is over sooner than this is not called slow. */
const PATIENT_SECONDS = 30

/** Why somebody waits is said by more than "nobody is online" where these hold. */
const OWN_CAUSES: ReadonlySet<string> = new Set([
  'PROXY_DOWN',
  'PROXY_LOGIN',
  'PROXY_NOT_ONE',
  'INTERFACE_GONE',
  'UNREACHABLE',
  'CONNECTING',
  'CHOKED',
  'SOURCES_SILENT',
  'NOTHING_NEW',
])

/** What holds a transfer up for a moment only, or belongs to its state anyway. */
const NOT_SLOW: ReadonlySet<string> = new Set(['NONE', 'PAUSED', 'CHECKING', 'CONNECTING', 'ASKING_FOR_LIST'])

export function explainState(row: StateFacts, reader: Reader): StateReport {
  if (row.problem !== null && row.state !== 'moving') {
    const { cause, remedy } = explainProblem(row.problem)
    const word = row.state === 'failed' ? 'Stopped' : 'Paused'
    return report(`${word}: ${cause}`, remedy)
  }
  switch (row.state) {
    case 'opening':
      return report('Opening: Shoal has just started')
    case 'hashing':
      return report(`Reading the files to share them, ${percent(row.preparing)}`)
    case 'listing':
      return row.peers === 0
        ? waiting(row, reader)
        : report(`Asking ${people(row.peers)} for the list of files`)
    case 'checking':
      return report(`Checking what is here, ${percent(row.preparing)}`)
    case 'getting':
      return getting(row)
    case 'waiting':
      return waiting(row, reader)
    case 'giving':
      return giving(row)
    case 'queued':
      return queued(row)
    case 'paused':
      return report(
        `Paused${isWhole(row) ? '' : ` at ${percent(doneShare(row))}`}: you stopped it`,
        'Let it go on.',
      )
    case 'done':
      return report(`Done. ${stoppedBecause(row)}`, 'To give more, let it go on or change its rule.')
    case 'moving':
      return report(`Moving to another folder, ${percent(row.preparing)}`)
    case 'failed':
      return report('Stopped: Shoal does not know why', 'Let it go on, or recheck it.')
  }
}

function getting(row: StateFacts): StateReport {
  const left = row.secondsLeft === null ? '' : `, ${formatDuration(row.secondsLeft * 1_000)} left`
  const { code } = row.bottleneck
  const quick = row.secondsLeft !== null && row.secondsLeft < PATIENT_SECONDS
  if (!NOT_SLOW.has(code) && !quick) {
    const { sentence, wouldHelp } = explainBottleneck(row.bottleneck)
    return report(`Slow: ${sentence}${left}`, wouldHelp[0])
  }
  return report(`Getting from ${people(row.sources)}${left}`)
}

function waiting(row: StateFacts, { nowMs, timeZone }: Reader): StateReport {
  const { code } = row.bottleneck
  if (OWN_CAUSES.has(code)) {
    const { sentence, wouldHelp } = explainBottleneck(row.bottleneck)
    return report(`Waiting: ${sentence}`, wouldHelp[0])
  }
  const seen =
    row.lastSeenAt === null ? 'never seen' : `last seen ${formatMoment(row.lastSeenAt, nowMs, timeZone)}`
  const who =
    code === 'SEEDS_GONE' && row.peers > 0
      ? `nobody who is online has all of it; a whole copy ${row.lastSeenAt === null ? 'was never seen' : `was ${seen}`}`
      : `nobody who has it is online; ${seen}`
  const remedy = row.trackersFail
    ? 'Its trackers do not answer either. Ask the sharer to keep their program open.'
    : 'Ask the sharer to keep their program open.'
  return report(`Waiting: ${who}, still looking`, remedy)
}

function giving(row: StateFacts): StateReport {
  if (row.doneBytes === 0)
    return report(
      'Nothing of it is here to give: its files are left out, or kept locked',
      'The list of its files says which and why.',
    )
  const what = row.role === 'share' ? 'Sharing' : 'Done'
  const to = row.receivers === 0 ? '' : `, giving to ${row.receivers}`
  const off = explainSwitchOff(row)
  return report(off === undefined ? `${what}${to}` : `${what}${to}. ${off.sentence}`)
}

function queued(row: StateFacts): StateReport {
  const place =
    row.queuePosition === null
      ? ''
      : `, place ${(row.queuePosition + 1).toLocaleString('en-US')} in the queue`
  return report(
    `Waiting for its turn${place}`,
    isWhole(row)
      ? 'Start it now, or let more give at the same time.'
      : 'Start it now, or let more get at the same time.',
  )
}

function stoppedBecause({ stopRule, copiesElsewhere }: StateFacts): string {
  const rules = [
    ...(stopRule.ratio === null ? [] : [`${stopRule.ratio.toLocaleString('en-US')} × its size was given`]),
    ...(stopRule.seconds === null ? [] : [`it was given for ${formatDuration(stopRule.seconds * 1_000)}`]),
    ...(stopRule.copies === null
      ? []
      : [
          `${formatCount(stopRule.copies, 'copy', 'copies')} ${stopRule.copies === 1 ? 'is' : 'are'} elsewhere`,
        ]),
  ]
  // Which of several rules it was is not in the row: what is claimed must be true of one.
  if (rules.length === 0) return 'It does not give'
  if (rules.length === 1) return `It stopped giving, as ${rules[0]}`
  if (stopRule.copies !== null && copiesElsewhere >= stopRule.copies)
    return `It stopped giving, as ${rules.at(-1)}`
  return `It stopped giving by its rule: until ${rules.join(', or ')}`
}

function report(sentence: string, remedy?: string): StateReport {
  return remedy === undefined ? { sentence } : { sentence, remedy }
}

function isWhole({ doneBytes, wantedBytes }: StateFacts): boolean {
  return wantedBytes > 0 && doneBytes >= wantedBytes
}

function doneShare({ doneBytes, wantedBytes }: StateFacts): number {
  return wantedBytes === 0 ? 0 : doneBytes / wantedBytes
}

/** Rounded down: 99.9 % is not all. */
function percent(share: number): string {
  return `${Math.floor(share * 100)} %`
}

/** Also a server is called one of them: somebody's it is. */
function people(amount: number): string {
  return amount === 1 ? '1 person' : `${amount.toLocaleString('en-US')} people`
}
