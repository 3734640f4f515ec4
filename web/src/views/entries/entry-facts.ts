// What is known of a content, in one short line: its kind and what its media say of themselves. Text of files comes last, so that
// it cannot be taken for ours.

import { formatDuration } from '../../../../src/api/format-quantity.ts'
import type { Licence, MediaFacts } from '../../../../src/api/schemas/library.ts'
import { t } from '../../text/t.ts'

const KINDS = [
  'video',
  'audio',
  'image',
  'document',
  'text',
  'archive',
  'disk image',
  'subtitle',
  'program',
  'script',
  'file',
] as const

export function kindWord(kind: string): string {
  const known = KINDS.find((one) => one === kind)
  return known === undefined ? kind : t(`kind.${known}`)
}

/** @returns foreign text where files told something */
export function factsLine({ kind, facts }: { readonly kind: string; readonly facts: MediaFacts }): string {
  const { durationSeconds, width, height, bitrate, artist, album, title, year } = facts
  return [
    kindWord(kind),
    ...(durationSeconds === undefined ? [] : [formatDuration(durationSeconds * 1_000)]),
    ...(width === undefined || height === undefined ? [] : [`${width} × ${height}`]),
    ...(bitrate === undefined || width !== undefined
      ? []
      : [t('entries.bitrate', Math.round(bitrate / 1_000))]),
    ...[artist, title, album].filter((text) => text !== undefined && text !== ''),
    ...(year === undefined ? [] : [String(year)]),
  ].join(' · ')
}

export function licenceWords(licence: Licence | null): string {
  if (licence === null) return ''
  return licence.kind === 'open' && licence.id !== null ? licence.id : t(`licence.short.${licence.kind}`)
}
