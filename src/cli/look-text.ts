// The look before sharing in lines and objects: what would be visible, what of it looks private, with ids that flags can name.

import { formatCount, formatSize } from '../api/format-quantity.ts'
import { explainPrivateFinding, FINDING_CLASSES, findingClassName } from '../api/private-finding-sentence.ts'
import type { Finding, Review } from '../api/schemas/review.ts'
import type { Line } from './terminal.ts'
import { bar } from './transfer-view.ts'

/** Of each kind; the rest is counted. */
const MOST_SHOWN = 20

export function lookProgress({ state, scannedFiles, fileCount }: Review): string {
  if (state === 'counting') return ` looking what is there: ${formatCount(fileCount, 'file')}`
  const done = fileCount === 0 ? 0 : scannedFiles / fileCount
  return ` ${bar(done)} looking for what is private: ${scannedFiles} of ${formatCount(fileCount, 'file')}`
}

/** "212 files, 8.4 GB: 180 images, 30 videos", and what is left out. */
export function countLines({ fileCount, totalBytes, kinds, leftOut }: Review): Line[] {
  const shown = kinds.slice(0, 3).map(({ kind, count }) => formatCount(count, kind))
  const lines: Line[] = [
    `${formatCount(fileCount, 'file')}, ${formatSize(totalBytes)}${shown.length === 0 ? '' : `: ${shown.join(', ')}`}`,
  ]
  if (leftOut.length > 0)
    lines.push(
      `Left out, being links, special files or names that are no text: ${leftOut.slice(0, 5).join(', ')}`,
    )
  return lines
}

/** How much looks private; nothing where nothing does. */
export function foundLines({ byClass, open }: Review): Line[] {
  const found = byClass.reduce((sum, { count }) => sum + count, 0)
  if (found === 0) return []
  const answered = open === 0 ? 'all answered' : `${open} without an answer`
  return [`${formatCount(found, 'thing')} may be private, ${answered}.`]
}

/** Under a heading for each kind, what does most harm first. */
export function findingLines({
  review,
  findings,
}: {
  readonly review: Review
  readonly findings: readonly Finding[]
}): Line[] {
  return FINDING_CLASSES.flatMap((kind): Line[] => {
    const counted = review.byClass.find((each) => each.class === kind)
    if (counted === undefined || counted.count === 0) return []
    const own = findings.filter((finding) => finding.class === kind)
    const more = counted.count - Math.min(own.length, MOST_SHOWN)
    return [
      [{ text: `${findingClassName(kind)} (${counted.count})`, style: 'strong' }, `  ${kind}`],
      ...own.slice(0, MOST_SHOWN).map((finding) => findingLine(finding, review.name)),
      ...(more > 0 ? [`  and ${formatCount(more, 'other')}`] : []),
    ]
  })
}

function findingLine(finding: Finding, whole: string): Line {
  const { sentence, seen } = explainPrivateFinding(finding)
  const place = finding.path.length === 0 ? whole : finding.path.join('/')
  return [
    { text: `  ${finding.id}  `, style: 'faint' },
    `${place} ${sentence}${seen === undefined ? '' : `: ${seen}`}`,
    ...(finding.answer === null ? [] : [{ text: `  [${SAID[finding.answer]}]`, style: 'faint' as const }]),
  ]
}

const SAID: Readonly<Record<NonNullable<Finding['answer']>, string>> = {
  'leave-out': 'left out',
  share: 'shared anyway',
  'without-place': 'a copy without its place is shared',
}

/** The look for a program. */
export function lookObject(
  { review, findings }: { readonly review: Review; readonly findings: readonly Finding[] },
  audience: string,
): object {
  return {
    event: 'review',
    path: review.path,
    audience,
    files: review.fileCount,
    totalBytes: review.totalBytes,
    kinds: review.kinds,
    leftOut: review.leftOut,
    open: review.open,
    byClass: review.byClass,
    sharedFiles: review.sharedFiles,
    sharedBytes: review.sharedBytes,
    findings: findings.map((finding) => {
      const { sentence, seen } = explainPrivateFinding(finding)
      const { id, class: kind, path, folder, sure, suggested, answer, remembered } = finding
      return {
        id,
        class: kind,
        path,
        folder,
        sure,
        sentence,
        seen: seen ?? null,
        suggested,
        answer,
        remembered,
      }
    }),
  }
}
