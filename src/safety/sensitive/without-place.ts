// A copy of a photo that does not say where it was taken. Pixels and everything else stay byte for byte: values are blanked
// in place, so no offset moves. What cannot be done surely is not done: false, and nothing is written.

import { constants } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { placeIn } from './detectors/photo-place.ts'
import { asLatin1 } from './file-kind.ts'
import { gpsDirectory, tiffBlocks, xmpPlaces } from './photo-metadata.ts'

/** Photos are smaller; what is larger is no photo of a phone. */
const MAX_PHOTO_BYTES = 256 * 1_048_576

/** @param output is not there yet @returns false when this kind, or this file, cannot be freed of its place */
export async function withoutPlace(input: string, output: string): Promise<boolean> {
  const photo = await readPhoto(input)
  const freed = photo === undefined ? undefined : bytesWithoutPlace(photo)
  if (freed === undefined) return false
  const partial = `${output}.part`
  try {
    await writeFile(partial, freed, { flag: 'wx' })
    await rename(partial, output)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
  return true
}

/** Undefined for what is too large, or no plain file any more: a pipe is not waited for. */
async function readPhoto(input: string): Promise<Uint8Array | undefined> {
  const file = await open(input, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = await file.stat()
    return stats.isFile() && stats.size <= MAX_PHOTO_BYTES ? await file.readFile() : undefined
  } finally {
    await file.close()
  }
}

/** @returns undefined when it cannot be done */
export function bytesWithoutPlace(given: Uint8Array): Uint8Array | undefined {
  const start = asLatin1(given, 0, 12)
  const known =
    start.startsWith('\xff\xd8\xff') ||
    start.startsWith('\x89PNG') ||
    start.slice(8, 12) === 'WEBP' ||
    start.slice(4, 8) === 'ftyp' ||
    /^(?:II\*\0|MM\0\*)/.test(start)
  // Videos are of the same family as HEIF and keep places elsewhere.
  if (
    !known ||
    (start.slice(4, 8) === 'ftyp' &&
      !/^(?:heic|heix|heim|heis|hevc|mif1|msf1|avif|avis)/.test(start.slice(8, 12)))
  )
    return undefined
  const bytes = Uint8Array.from(given)
  for (const tiffAt of tiffBlocks(bytes)) blankDirectory(bytes, tiffAt)
  blankXmp(bytes)
  blankIptc(bytes)
  if (start.startsWith('\x89PNG')) repairCrcs(bytes)
  return placeIn(bytes) ? undefined : bytes
}

function blankDirectory(bytes: Uint8Array, tiffAt: number): void {
  const gps = gpsDirectory(bytes, tiffAt)
  if (gps === undefined) return
  for (const { at, length } of gps.stretches) bytes.fill(0, at, at + length)
  // The pointer goes: entries behind it move up, and the last place becomes part of the gap before the next directory's offset.
  const end = gps.directoryAt + 2 + gps.entries * 12
  const next = bytes.slice(end, end + 4)
  bytes.copyWithin(gps.entryAt, gps.entryAt + 12, end)
  bytes.set(next, end - 12)
  bytes.fill(0, end - 8, end + 4)
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(gps.directoryAt, gps.entries - 1, gps.little)
}

function blankXmp(bytes: Uint8Array): void {
  for (const { at, length } of xmpPlaces(asLatin1(bytes))) bytes.fill(0x20, at, at + length)
}

function blankIptc(bytes: Uint8Array): void {
  const text = asLatin1(bytes)
  if (!text.includes('8BIM\x04\x04')) return
  for (const match of text.matchAll(/\x1c\x02[\x5a\x5c\x5f\x64\x65]\x00([\x01-\x40])/g)) {
    const length = (match[1] ?? '').charCodeAt(0)
    bytes.fill(0x20, match.index + 5, match.index + 5 + length)
  }
}

/** Chunks of a PNG: length, type, data, CRC over type and data. */
function repairCrcs(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 8
  while (at + 12 <= bytes.length) {
    const length = view.getUint32(at)
    if (at + 12 + length > bytes.length) break
    const kind = asLatin1(bytes, at + 4, at + 8)
    if (/^(?:eXIf|iTXt|tEXt|zTXt)$/.test(kind))
      view.setUint32(at + 8 + length, crc32(bytes.subarray(at + 4, at + 8 + length)))
    at += 12 + length
  }
}
