// Answers of those who cannot be asked: findings that may be shared, by id, class, or pattern of paths.

import picomatch from 'picomatch'
import { type Finding, FindingClass } from '../../api/schemas/review.ts'
import type { AnswerRequest } from './finding-sheet.ts'

/** What `allow` answers of these findings; what it does not name stays open. */
export function answersOf(allow: readonly string[], open: Iterable<Finding>): AnswerRequest[] {
  if (allow.length === 0) return []
  const named = new Set(allow)
  const classes = FindingClass.options.filter((kind) => named.has(kind))
  // A pattern without a folder fits a name in any folder.
  const fits = [...allow].map((glob) => picomatch(glob, { dot: true, basename: !glob.includes('/') }))
  const byClass = classes.map((kind) => ({ class: kind, answer: 'share' as const }))
  const single: AnswerRequest[] = []
  for (const finding of open) {
    const path = finding.path.join('/')
    if (named.has(finding.id) || fits.some((fit) => fit(path)))
      single.push({ id: finding.id, answer: 'share' })
  }
  return [...byClass, ...single]
}
