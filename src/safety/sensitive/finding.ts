// What the sensitive scan says of one file or folder: a class, how sure it is, and facts for a sentence.
// Invariant: `data` never holds a secret; numbers and addresses are masked here, before they leave the scan.

/** The words of the API's findings (api/schemas/review.ts), said again because safety knows no API. */
export const PRIVATE_CLASSES = [
  'private-key',
  'secret',
  'password-store',
  'wallet',
  'mail',
  'card-number',
  'bank-account',
  'national-id',
  'tax',
  'medical',
  'payroll',
  'identity-paper',
  'legal',
  'private-words',
  'messages',
  'contacts',
  'browser-data',
  'backup',
  'photo-place',
  'private-folder',
  'hidden-file',
  'unreadable',
] as const
export type PrivateClass = (typeof PRIVATE_CLASSES)[number]

export type FindingData = Readonly<Record<string, string | number | boolean>>

export interface PrivateFinding {
  readonly class: PrivateClass
  /** Content or form proves it; otherwise words or the name only suggest it. */
  readonly sure: boolean
  readonly data: FindingData
}

export function sureOf(kind: PrivateClass, what: string, data: FindingData = {}): PrivateFinding {
  return { class: kind, sure: true, data: { what, ...data } }
}

export function maybe(kind: PrivateClass, what: string, data: FindingData = {}): PrivateFinding {
  return { class: kind, sure: false, data: { what, ...data } }
}

/** One finding of each class: a sure one before an unsure one, the first before later ones; counts are added up. */
export function mergeFindings(findings: readonly PrivateFinding[]): PrivateFinding[] {
  const byClass = new Map<PrivateClass, PrivateFinding>()
  for (const finding of findings) {
    const known = byClass.get(finding.class)
    if (known === undefined) byClass.set(finding.class, finding)
    else if (finding.sure && !known.sure) byClass.set(finding.class, finding)
    else if (known.sure === finding.sure && known.data.what === finding.data.what) {
      const count = Number(known.data.count ?? 1) + Number(finding.data.count ?? 1)
      byClass.set(finding.class, { ...known, data: { ...known.data, count } })
    }
  }
  return [...byClass.values()]
}

/** Enough to recognise a number one knows, too little to use it: at most the last four signs of it stay. */
export function masked(value: string): string {
  const signs = [...value.replace(/[\s.\-/]/g, '')]
  const shown = signs.length >= 12 ? 4 : signs.length >= 8 ? 2 : 0
  return '•'.repeat(Math.min(signs.length - shown, 12)) + signs.slice(signs.length - shown).join('')
}
