// The look before something becomes visible, on the command line: waits until everything was looked at, says what looks private,
// takes the answers that flags give, and asks a person on a terminal for the rest. Promise: it ends with every finding answered,
// or with an error; nobody is asked where nobody can answer, and `--yes` answers nothing here (INTERFACE.md B2).

import picomatch from 'picomatch'
import { formatCount } from '../api/format-quantity.ts'
import { FINDING_CLASSES, findingClassName } from '../api/private-finding-sentence.ts'
import { type Answer, type Finding, FindingClass, MAX_ANSWERS, type Review } from '../api/schemas/review.ts'
import { CodedError } from '../base/errors.ts'
import type { Shell } from './command.ts'
import { findingLines, foundLines, lookProgress } from './look-text.ts'
import { nearestWord } from './nearest-word.ts'
import type { OptionTable } from './options.ts'
import { Asking, canAsk, QuestionError } from './question.ts'
import { TEXT } from './readers.ts'

export class LookError extends CodedError<'SHARE_NEEDS_ANSWER' | 'INTERRUPTED'> {}
/** The code of what the look failed with. */
class LookFailed extends CodedError {}

export type AnswerRequest =
  | { readonly id: string; readonly answer: Answer }
  | { readonly class: FindingClass; readonly answer: Answer }

/** A review, wherever it runs. */
export interface Look {
  /** How far it is, with the findings after a place in their order. */
  review(after: number): Promise<Review>
  answer(answers: AnswerRequest[]): Promise<unknown>
  /** Until it is worth asking again. */
  pause(): Promise<void>
}

export const LOOK_OPTIONS = {
  allow: {
    kind: 'list',
    placeholder: 'FINDING',
    reader: TEXT,
    summary: 'share it though it looks private: the id or kind of a finding, or a pattern of paths',
  },
  'leave-out': {
    kind: 'list',
    placeholder: 'FINDING',
    reader: TEXT,
    summary: 'do not share what looks private: the id or kind of a finding, or a pattern of paths',
  },
} as const satisfies OptionTable

export interface LookWishes {
  readonly allow: readonly string[]
  readonly leaveOut: readonly string[]
}

export interface Looked {
  readonly review: Review
  /** Those that are kept one by one, with their answers. */
  readonly findings: readonly Finding[]
}

/** As many as a person reads in a line. */
const NAMED_FINDINGS = 3
/** Who answers neither way so often is not answering. */
const MOST_ASKED = 5

/** Everything was looked at, and what the flags say is answered; the rest may be open. @throws what the look failed with */
export async function lookOver(
  look: Look,
  { allow, leaveOut }: LookWishes,
  { output }: Pick<Shell, 'output'>,
): Promise<Looked> {
  let waited = false
  for (;;) {
    const review = await look.review(Number.MAX_SAFE_INTEGER)
    if (review.problem !== null) throw new LookFailed(review.problem.code, review.problem.data)
    if (review.state === 'failed') throw new LookError('INTERRUPTED')
    if (review.state === 'done') break
    // Most looks are over at once: nothing is said of them.
    if (waited) output.progress([lookProgress(review)])
    await look.pause()
    waited = true
  }
  output.endProgress()
  const { findings } = await allFindings(look)
  for (const word of [...allow, ...leaveOut]) if (!means(word, findings)) output.warn(strange(word))
  // What is left out wins over what is allowed: the narrower of two wishes.
  await give(look, [...answersOf(allow, 'share', findings), ...answersOf(leaveOut, 'leave-out', findings)])
  return await allFindings(look)
}

/** As lookOver, then asks. @throws LookError where nobody can be asked, QuestionError when nobody answers */
export async function lookAndAsk(
  look: Look,
  wishes: LookWishes,
  shell: Pick<Shell, 'input' | 'output'>,
  stop: AbortSignal,
): Promise<Looked> {
  const looked = await lookOver(look, wishes, shell)
  const { output } = shell
  for (const line of foundLines(looked.review)) output.note(line)
  if (looked.review.open === 0) return looked
  if (!canAsk(shell)) throw needsAnswer(looked)
  output.warn([{ text: `Look at these first (${looked.review.open}):`, style: 'careful' }])
  for (const line of findingLines(looked)) output.warn(line)
  const asking = new Asking(shell, stop)
  try {
    for (const kind of FINDING_CLASSES) await askClass(kind, look, looked, asking)
  } finally {
    asking.end()
  }
  const answered = await allFindings(look)
  if (answered.review.open > 0) throw needsAnswer(answered)
  return answered
}

async function askClass(kind: FindingClass, look: Look, looked: Looked, asking: Asking): Promise<void> {
  const { open = 0 } = looked.review.byClass.find((counted) => counted.class === kind) ?? {}
  if (open === 0) return
  const findings = looked.findings.filter((finding) => finding.class === kind && finding.answer === null)
  const choices = choicesOf(findings, open)
  const name = `${findingClassName(kind)} (${open})`
  const choice = await chosen(name, choices, asking)
  if (choice !== 'each') return give(look, [{ class: kind, answer: choice }])
  for (const finding of findings) {
    const answer = await chosen(finding.path.join('/'), choicesOf([finding], 1), asking)
    if (answer !== 'each') await give(look, [{ id: finding.id, answer }])
  }
}

type Choice = Answer | 'each'

const WORDS: Readonly<Record<Choice, string>> = {
  'leave-out': 'leave out',
  share: 'share anyway',
  'without-place': 'share copies without place',
  each: 'one by one',
}
const LETTERS: Readonly<Record<Choice, string>> = {
  'leave-out': 'l',
  share: 's',
  'without-place': 'w',
  each: 'e',
}

function choicesOf(findings: readonly Finding[], open: number): Choice[] {
  const withoutPlace = findings.some(({ suggested }) => suggested === 'without-place')
  return [
    'leave-out',
    ...(withoutPlace ? (['without-place'] as const) : []),
    'share',
    // Beyond those that are kept there is nothing to show one by one.
    ...(open > 1 && findings.length === open ? (['each'] as const) : []),
  ]
}

async function chosen(what: string, choices: readonly Choice[], asking: Asking): Promise<Choice> {
  const ways = choices.map((choice) => `${LETTERS[choice]} ${WORDS[choice]}`).join(', ')
  for (let asked = 0; asked < MOST_ASKED; asked++) {
    const said = (await asking.ask(`${what}: ${ways}?`))?.toLowerCase()
    if (said === undefined) break
    const choice = choices.find((choice) => said === LETTERS[choice] || said === WORDS[choice])
    if (choice !== undefined) return choice
  }
  throw new QuestionError('ANSWERED_NO')
}

/** Something that is found here, or a kind of what can be. */
function means(word: string, findings: readonly Finding[]): boolean {
  const [kind] = answersOf([word], 'share', findings)
  return kind !== undefined
}

/** It answers nothing, and who typed it should not believe that it did. */
function strange(word: string): string {
  const nearest = nearestWord(word, FindingClass.options)
  return `"${word}" fits nothing that was found${nearest === undefined ? '' : `; did you mean ${nearest}?`}`
}

/** Ids and kinds of findings, and patterns of paths; a pattern without a folder fits a name in any folder. */
function answersOf(
  words: readonly string[],
  answer: 'share' | 'leave-out',
  findings: readonly Finding[],
): AnswerRequest[] {
  const named = new Set(words)
  const kinds = FindingClass.options.filter((kind) => named.has(kind))
  const fits = words.map((glob) => picomatch(glob, { dot: true, basename: !glob.includes('/') }))
  const single = findings.filter(({ id, path }) => named.has(id) || fits.some((fit) => fit(path.join('/'))))
  return [...kinds.map((kind) => ({ class: kind, answer })), ...single.map(({ id }) => ({ id, answer }))]
}

async function give(look: Look, answers: readonly AnswerRequest[]): Promise<void> {
  for (let from = 0; from < answers.length; from += MAX_ANSWERS)
    await look.answer(answers.slice(from, from + MAX_ANSWERS))
}

async function allFindings(look: Look): Promise<Looked> {
  const findings: Finding[] = []
  let review = await look.review(0)
  for (let after = 0; review.findings.length > 0 && review.next > after; review = await look.review(after)) {
    findings.push(...review.findings)
    after = review.next
  }
  return { review, findings }
}

function needsAnswer({ review, findings }: Looked): LookError {
  const open = findings.filter(({ answer }) => answer === null)
  const shown = open
    .slice(0, NAMED_FINDINGS)
    .map((finding) => `${finding.path.at(-1) ?? review.name} (${finding.class}, ${finding.id})`)
  const more = review.open > shown.length ? `, and ${formatCount(review.open - shown.length, 'other')}` : ''
  const files = `${shown.join(', ')}${more}`
  // One file may look private in several ways; beyond those that are kept each counts for itself.
  const apart = new Set(open.map((finding) => finding.path.join('/'))).size
  const count = Math.min(apart, review.open) + Math.max(0, review.open - open.length)
  return new LookError('SHARE_NEEDS_ANSWER', { count, files })
}
