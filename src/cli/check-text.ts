// What a `get` says of the files that it got: in a few words behind "Verified.", and in a line for each that needs a look.

import { explainFileCheck, explainNotScanned, isCareful, natureSentence } from '../api/check-sentence.ts'
import type { CheckedFile, CheckedFiles } from '../daemon/checks/received-check.ts'

/** A torrent of programs does not need a hundred thousand lines. */
const MOST_LINES = 100

export interface CheckText {
  readonly summary: string
  /** Without a full stop. */
  readonly lines: readonly string[]
}

export function checkText({ files }: Pick<CheckedFiles, 'files'>, nowMs: number): CheckText {
  const minded = files.filter(({ check: { state } }) => state === 'locked' || isCareful(state))
  const lines = minded
    .slice(0, MOST_LINES)
    .map(({ path, check, dangers }) => `${path.join('/')}: ${explainFileCheck(check, dangers, nowMs)}`)
  const [single] = files
  if (single !== undefined && files.length === 1) return { summary: `${ofOne(single, nowMs)}.`, lines }
  return { summary: ofMany(files, minded.length), lines }
}

function ofOne({ check, dangers }: CheckedFile, nowMs: number): string {
  if (check.notScanned === null) return explainFileCheck(check, dangers, nowMs)
  const nature = natureSentence({ kind: check.kind ?? 'file', named: check.named ?? 'file', dangers })
  return `${nature}; not virus-checked (${explainNotScanned(check.notScanned)})`
}

function ofMany(files: readonly CheckedFile[], minded: number): string {
  const missed = files.filter(({ check }) => check.notScanned !== null)
  const [first] = missed
  const look = minded === 0 ? '' : `; look at ${minded} of its files:`
  if (first === undefined) {
    const [by] = files.flatMap(({ check }) => check.by ?? [])
    return files.length === 0 ? 'Not virus-checked.' : `Checked by ${by ?? 'a scanner'}${look || '.'}`
  }
  const reasons = new Set(missed.map(({ check }) => check.notScanned))
  const why = reasons.size === 1 ? explainNotScanned(first.check.notScanned) : 'for several reasons'
  const which = missed.length === files.length ? 'Not' : `${missed.length} of ${files.length} files not`
  return `${which} virus-checked (${why})${look || '.'}`
}
