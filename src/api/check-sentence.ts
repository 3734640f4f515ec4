// What is known of a file that arrived, as a sentence (INTERFACE.md A7): the same in page and command line.
// Promise: "checked" is said of nothing that was not scanned whole; calm for what is what it says, loud for what runs or pretends.

import { formatMoment } from './format-moment.ts'
import type { FileCheck, NotScanned } from './schemas/checks.ts'
import type { CheckState } from './schemas/transfer.ts'

/** What a file is, as safety/file-nature.ts tells it. */
export interface NatureFacts {
  /** By what is in it; `file` when unknown. */
  readonly kind: string
  /** What its name makes it look like. */
  readonly named: string
  readonly dangers: readonly string[]
}

const WHY: Readonly<Record<NotScanned, string>> = {
  'no-scanner': 'no scanner',
  'too-large': 'larger than the scanner takes',
  'scanner-stopped': 'the scanner is not running',
  'scanner-slow': 'the scanner took too long',
  'scanner-error': 'the scanner could not read it',
  'no-signatures': 'the scanner has no signatures',
  password: 'it has a password',
  'too-deep': 'too much is packed inside of it',
  changed: 'it changed while it was scanned',
  waiting: 'it waits for its turn',
}

/** Kinds that a system may run when they are opened. */
const RUNS: ReadonlySet<string> = new Set(['program', 'script'])

/** After "Not virus-checked: ". */
export function explainNotScanned(reason: NotScanned | null): string {
  return WHY[reason ?? 'no-scanner']
}

/** Whether it is opened without a question; `after`: once the look at it is over. */
export function mayOpen(state: CheckState): 'yes' | 'asks' | 'after' | 'no' {
  if (state === 'checking') return 'after'
  if (state === 'locked') return 'no'
  return isCareful(state) ? 'asks' : 'yes'
}

export function isCareful(state: CheckState): boolean {
  return state === 'careful-clean' || state === 'careful-not-scanned'
}

/** What it is, without a full stop: `A video, as its name says` or what there is to mind. */
export function natureSentence({ kind, named, dangers }: NatureFacts): string {
  const has = (danger: string) => dangers.includes(danger)
  if (has('pretends')) {
    if (kind === named || named === 'file')
      return `Careful: this is ${one(kind)} that pretends to be something else`
    return `Careful: this is ${one(kind)} named like ${one(named)}`
  }
  if (has('hidden-characters'))
    return 'Careful: its name holds invisible characters that make it read differently'
  if (has('look-alike-name')) return 'Careful: its name mixes letters of different scripts that look alike'
  if (has('runs-code')) {
    const runs = RUNS.has(kind) ? kind : RUNS.has(named) ? named : 'program'
    return `Careful: this is ${one(runs)}; it can run code when opened`
  }
  if (has('macros')) return `Careful: this ${kind} has macros, which can run code when opened`
  if (has('holds-programs')) return `Careful: this ${kind} has programs in it`
  if (has('disk-image'))
    return 'Careful: this is a disk image; it opens like a drive and may have programs in it'
  if (has('active-content')) return `Careful: this ${kind} has parts in it that can run code when opened`
  if (named === 'file') return kind === 'file' ? 'A file of a kind Shoal does not know' : capital(one(kind))
  return kind === 'file' ? `A file named like ${one(named)}` : `${capital(one(named))}, as its name says`
}

/** All that is known of one file; no full stop at its end. */
export function explainFileCheck(check: FileCheck, dangers: readonly string[], nowMs: number): string {
  const { state, by } = check
  const nature = natureSentence({ kind: check.kind ?? 'file', named: check.named ?? 'file', dangers })
  switch (state) {
    case 'checking':
      return 'Checking…'
    case 'clean':
      return `Checked by ${by ?? 'a scanner'} ${whenOf(check, nowMs)}`
    case 'careful-clean':
      return `${nature}. ${by ?? 'A scanner'} found nothing ${whenOf(check, nowMs)}`
    case 'locked':
      return lockedSentence(check)
    default:
      return `${nature}. Not virus-checked: ${explainNotScanned(check.notScanned)}`
  }
}

function lockedSentence({ found, by, because, kept }: FileCheck): string {
  const what = found ?? 'Something'
  const source = by ?? 'a scanner'
  const words =
    because === 'list'
      ? `not wanted by ${source === 'me' ? 'you' : `the list ${source}`}: ${what}`
      : `${what} found by ${source}`
  if (kept === 'deleted') return `Deleted: ${words}`
  return kept === 'marked' ? `Never open it: ${words}` : `Kept locked: ${words}`
}

/** The worst of its files, of a whole transfer; no full stop at its end. */
export function explainTransferCheck(state: CheckState): string {
  switch (state) {
    case 'checking':
      return 'Checking…'
    case 'clean':
      return 'Checked: nothing was found'
    case 'plain-not-scanned':
      return 'Not virus-checked. Nothing in it was seen to run code or to pretend'
    case 'careful-not-scanned':
      return 'Careful: some of its files can run code or are not what their names say. Not virus-checked'
    case 'careful-clean':
      return 'Careful: some of its files can run code or are not what their names say. A scanner found nothing'
    case 'locked':
      return 'Something in it is kept locked'
  }
}

/** `today`, else as moments are said: `yesterday 21:40`. */
function whenOf({ at }: FileCheck, nowMs: number): string {
  if (at === null) return 'before'
  const said = formatMoment(at, nowMs)
  return /^(just now|today .*|\d+ min ago)$/.test(said) ? 'today' : said
}

function one(noun: string): string {
  if (noun === 'audio') return 'an audio file'
  if (noun === 'text') return 'a text'
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
