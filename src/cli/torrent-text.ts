// What a torrent says, as lines for a person: the head is shared by `create` and `inspect`.

import { formatCount, formatSize } from '../api/format-quantity.ts'
import type { Inspection } from '../daemon/inspection.ts'
import type { Line } from './terminal.ts'

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const

/** Piece lengths are powers of two, and only binary units say so: `4 MiB`. */
export function pieceText(bytes: number): string {
  let amount = bytes
  let unit = 0
  while (amount >= 1024 && amount % 1024 === 0 && unit < BINARY_UNITS.length - 1) {
    amount /= 1024
    unit++
  }
  return `${amount} ${BINARY_UNITS[unit]}`
}

/** `3 files, 4.2 GB, hybrid, 1,005 pieces of 4 MiB, private` */
export function factsText(torrent: Inspection): string {
  const { files, totalBytes, version, pieces, pieceLengthBytes } = torrent
  const facts = [formatCount(files.length, 'file')]
  if (totalBytes !== null) facts.push(formatSize(totalBytes))
  if (version !== null) facts.push(version)
  if (pieces !== null && pieceLengthBytes !== null) {
    facts.push(`${formatCount(pieces, 'piece')} of ${pieceText(pieceLengthBytes)}`)
  }
  if (torrent.private === true) facts.push('private')
  return facts.join(', ')
}

/** Infohashes and link, one a line. */
export function hashLines({ infohashV1, infohashV2, magnet }: Inspection): Line[] {
  const lines: Line[] = []
  if (infohashV1 !== null) lines.push(`  v1  ${infohashV1}`)
  if (infohashV2 !== null) lines.push(`  v2  ${infohashV2}`)
  return [...lines, `  ${magnet}`]
}
