// Photos and videos that say where they were taken.

import type { FileBytes } from '../file-bytes.ts'
import { asLatin1 } from '../file-kind.ts'
import { type PrivateFinding, sureOf } from '../finding.ts'
import { gpsDirectory, tiffBlocks, xmpPlaces } from '../photo-metadata.ts'

/** Metadata stand at the front, in HEIF anywhere in the first MiB; screenshots and scans are smaller. */
const LOOKED_BYTES = 1_048_576
/** The table of a video's boxes: location stands in its `moov`, before or behind the pictures. */
const MOOV_BYTES = 4 * 1_048_576
const MAX_BOXES = 64

export async function photoPlace(file: FileBytes): Promise<PrivateFinding[]> {
  const bytes = await file.read(0, LOOKED_BYTES)
  return placeIn(bytes) ? [sureOf('photo-place', 'photo')] : []
}

export function placeIn(bytes: Uint8Array): boolean {
  for (const at of tiffBlocks(bytes)) if (gpsDirectory(bytes, at)?.hasPlace === true) return true
  const text = asLatin1(bytes)
  return xmpPlaces(text).length > 0 || iptcPlace(text) || rawProfilePlace(text)
}

/** IPTC records of city, place, province: 2:90, 2:92, 2:95. */
function iptcPlace(text: string): boolean {
  if (!text.includes('8BIM\x04\x04')) return false
  return /\x1c\x02[\x5a\x5c\x5f]\x00[\x02-\x40][^\x00-\x1f]{2}/.test(text)
}

/** ImageMagick's way to keep EXIF in PNG: as hex in a text chunk. */
function rawProfilePlace(text: string): boolean {
  const at = text.indexOf('Raw profile type exif')
  if (at === -1) return false
  const hex = text.slice(at, at + 200_000).replace(/[^0-9a-f]/g, '')
  const begin = hex.indexOf('457869660000')
  if (begin === -1) return false
  return placeIn(Buffer.from(hex.slice(begin, begin + 100_000), 'hex'))
}

export async function videoPlace(file: FileBytes): Promise<PrivateFinding[]> {
  let at = 0
  for (let boxes = 0; boxes < MAX_BOXES && at + 8 <= file.lengthBytes; boxes++) {
    const head = await file.read(at, 16)
    if (head.length < 8) break
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
    let size = view.getUint32(0)
    const kind = asLatin1(head, 4, 8)
    if (size === 1 && head.length === 16) size = Number(view.getBigUint64(8))
    if (size === 0) size = file.lengthBytes - at
    if (size < 8) break
    if (kind === 'moov' || kind === 'udta' || kind === 'meta' || kind === 'uuid') {
      const text = asLatin1(await file.read(at, Math.min(size, MOOV_BYTES)))
      if (locationIn(text)) return [sureOf('photo-place', 'video')]
    }
    at += size
  }
  return []
}

/** ISO 6709: +48.8577+002.295/ */
function locationIn(text: string): boolean {
  if (!/\xa9xyz|com\.apple\.quicktime\.location|loci|GPSLatitude/.test(text)) return false
  return (
    /[+-]\d{1,3}\.\d{2,8}[+-]\d{1,3}\.\d{2,8}/.test(text) ||
    xmpPlaces(text).length > 0 ||
    /loci\0{4}/.test(text)
  )
}
