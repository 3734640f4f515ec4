// A look before sharing as the page holds it: answers that came so far, joined in whatever order they arrive.
// Promise: a finding is never lost or asked twice, and counts are those of the request that was made last.

import type { Answer, Finding, FindingClass, Review } from '../../../../src/api/schemas/review.ts'

export interface Look {
  /** Its counts are current; findings are in `findings`. */
  readonly review: Review
  /** By id, in the order found. */
  readonly findings: ReadonlyMap<string, Finding>
  /** Number of the request whose counts are held. */
  readonly asked: number
}

export type OneAnswer =
  | { readonly id: string; readonly answer: Answer | null }
  | { readonly class: FindingClass; readonly answer: Answer | null }
  | { readonly path: string[]; readonly answer: 'leave-out' | null }

/** @param asked number of the request that was answered, counted when it was made */
export function joined(before: Look | undefined, review: Review, asked: number): Look {
  const findings = new Map(before?.findings)
  for (const finding of review.findings) findings.set(finding.id, finding)
  if (before === undefined || asked >= before.asked) return { review, findings, asked }
  return { ...before, findings }
}

/** As it will be when the daemon has taken them; counts follow with its answer. */
export function withAnswers(look: Look, answers: readonly OneAnswer[]): Look {
  const findings = new Map(look.findings)
  for (const one of answers) {
    if ('path' in one) continue
    for (const [id, finding] of findings) {
      if ('id' in one ? one.id === id : one.class === finding.class) {
        findings.set(id, { ...finding, answer: one.answer, remembered: false })
      }
    }
  }
  return { ...look, findings }
}

/**
 * Findings without an answer of their own that need none: the file, or a folder around it, is left out already, or all that is in
 * a folder, which the daemon knows.
 * @param unticked paths that were left out in the tree
 */
export function leftOutWith(
  { findings, review }: Look,
  unticked: readonly (readonly string[])[],
): ReadonlySet<string> {
  const out = new Set(unticked.map((path) => path.join('/')))
  for (const { answer, path } of findings.values()) if (answer === 'leave-out') out.add(path.join('/'))
  const settled = new Set(review.byClass.filter(({ open }) => open === 0).map((one) => one.class))
  const covered = new Set<string>()
  for (const { id, answer, path, class: of } of findings.values()) {
    // The whole itself has no path.
    const around = [...path.keys(), path.length].map((depth) => path.slice(0, depth).join('/'))
    if (answer === null && (settled.has(of) || around.some((one) => out.has(one)))) covered.add(id)
  }
  return covered
}

export interface Group {
  readonly class: FindingClass
  readonly findings: readonly Finding[]
  /** Also those that are counted only. */
  readonly count: number
  readonly open: number
}

/** In the order of `classes`. */
export function groupsOf({ review, findings }: Look, classes: readonly FindingClass[]): readonly Group[] {
  const byClass = Map.groupBy(findings.values(), (finding) => finding.class)
  const counts = new Map(review.byClass.map((one) => [one.class, one]))
  return classes.flatMap((of): Group[] => {
    const those = byClass.get(of) ?? []
    const counted = counts.get(of)
    if (those.length === 0 && counted === undefined) return []
    const count = Math.max(those.length, counted?.count ?? 0)
    return [{ class: of, findings: those, count, open: counted?.open ?? 0 }]
  })
}

/** What all findings of a group are answered with; undefined when they differ. */
export function answerOfAll({ findings }: Group): Answer | null | undefined {
  const answer = findings[0]?.answer
  return findings.every((finding) => finding.answer === answer) ? answer : undefined
}

/** Why it cannot be shared yet, the first thing a person can do about; undefined when nothing is in the way. */
export type WhyNot = 'failed' | 'licence' | 'open' | 'looking' | 'wrong' | 'nothing' | undefined

export function whyNot(
  look: Look | undefined,
  { licenceMissing, wrong }: { readonly licenceMissing: boolean; readonly wrong: boolean },
): WhyNot {
  if (look?.review.state === 'failed') return 'failed'
  if (look !== undefined && look.review.open > 0) return 'open'
  if (licenceMissing) return 'licence'
  if (wrong) return 'wrong'
  if (look === undefined || look.review.state !== 'done') return 'looking'
  return look.review.sharedFiles === 0 ? 'nothing' : undefined
}
