// The records of a torrent's resume journal and their bytes: length, CRC-32C, type, payload.
// Invariant: what cannot be read back exactly is not taken; a record is believed only if its checksum is right.

import { concatBytes, readUint32, writeUint32 } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import { RecordReader, RecordWriter } from './journal-bytes.ts'
import type { FileFacts, Home } from './layout.ts'
import { StorageError } from './storage-error.ts'
import type { VolumeMark } from './volume.ts'

/** Raised when the meaning of a record changes; a journal of another version is set aside, never guessed at. */
export const JOURNAL_VERSION = 1

export type JournalRecord =
  /** First of every journal: which torrent, and that its geometry is what the rest was written for. */
  | { type: 'header'; version: number; torrent: string; pieceCount: number; fileCount: number }
  /** All pieces had; replaces what was said before. */
  | { type: 'have'; bits: Uint8Array }
  | { type: 'had'; pieces: readonly number[] }
  | { type: 'lost'; pieces: readonly number[] }
  /** Blocks on disk of a piece that is not had; empty: none. */
  | { type: 'partial'; piece: number; blocks: Uint8Array }
  | { type: 'file'; file: number; home: Home; inStore: boolean; facts: FileFacts | undefined }
  /** Slot of a piece in the part store; undefined: freed. */
  | { type: 'slot'; piece: number; slot: number | undefined }
  | { type: 'wanted'; bits: Uint8Array }
  /** The save folder and its volume; `movingTo`: files may already be there, one by one. */
  | { type: 'place'; folder: string; volume: VolumeMark; movingTo: string | undefined }
  /** Path of a file below the save folder; until `settled` it may still be under its earlier one. */
  | { type: 'name'; file: number; components: readonly string[]; settled: boolean }
  /** A file that a move already took to the new folder. */
  | { type: 'moved'; file: number }
  /** Ends each batch. `writing`: files may have been written after this. */
  | { type: 'mark'; batch: number; wallMs: number; writing: boolean }

const TYPES: readonly JournalRecord['type'][] = [
  'header',
  'have',
  'had',
  'lost',
  'partial',
  'file',
  'slot',
  'wanted',
  'place',
  'name',
  'moved',
  'mark',
]
const HOMES: readonly Home[] = ['absent', 'part', 'final']
/** Length, checksum, type. */
const FRAME_BYTES = 9

export function encodeRecord(record: JournalRecord): Uint8Array {
  const payload = encodePayload(record)
  const frame = new Uint8Array(FRAME_BYTES + payload.length)
  writeUint32(frame, 0, payload.length)
  // Types count from one, so that a run of zero bytes is never a record.
  frame[8] = TYPES.indexOf(record.type) + 1
  frame.set(payload, FRAME_BYTES)
  writeUint32(frame, 4, crc32c(frame.subarray(8)))
  return frame
}

export function encodeRecords(records: readonly JournalRecord[]): Uint8Array {
  return concatBytes(records.map(encodeRecord))
}

/** The record at `at` and where the next begins, or undefined if there is none that is whole. */
export function decodeRecord(
  bytes: Uint8Array,
  at: number,
): { record: JournalRecord; next: number } | undefined {
  if (at + FRAME_BYTES > bytes.length) return undefined
  const next = at + FRAME_BYTES + readUint32(bytes, at)
  const type = TYPES[(bytes[at + 8] as number) - 1]
  if (next > bytes.length || type === undefined) return undefined
  if (crc32c(bytes.subarray(at + 8, next)) !== readUint32(bytes, at + 4)) return undefined
  try {
    const reader = new RecordReader(bytes.subarray(at + FRAME_BYTES, next))
    const record = decodePayload(type, reader)
    return reader.atEnd ? { record, next } : undefined
  } catch (error) {
    if (error instanceof StorageError) return undefined
    throw error
  }
}

function encodePayload(record: JournalRecord): Uint8Array {
  const writer = new RecordWriter()
  switch (record.type) {
    case 'header':
      writer.count(record.version).text(record.torrent).count(record.pieceCount).count(record.fileCount)
      break
    case 'have':
    case 'wanted':
      writer.blob(record.bits)
      break
    case 'had':
    case 'lost':
      writer.count(record.pieces.length)
      for (const piece of record.pieces) writer.count(piece)
      break
    case 'partial':
      writer.count(record.piece).blob(record.blocks)
      break
    case 'file':
      encodeFile(writer, record)
      break
    case 'slot':
      writer.count(record.piece).count(record.slot === undefined ? 0 : record.slot + 1)
      break
    case 'place':
      writer
        .text(record.folder)
        .text(record.volume.device)
        .text(record.volume.mountRoot)
        .text(record.movingTo ?? '')
      break
    case 'name':
      writer
        .count(record.file)
        .count(record.settled ? 1 : 0)
        .count(record.components.length)
      for (const component of record.components) writer.text(component)
      break
    case 'moved':
      writer.count(record.file)
      break
    case 'mark':
      writer
        .count(record.batch)
        .float(record.wallMs)
        .count(record.writing ? 1 : 0)
  }
  return writer.bytes
}

function encodeFile(writer: RecordWriter, record: Extract<JournalRecord, { type: 'file' }>): void {
  const { facts } = record
  const flags = HOMES.indexOf(record.home) + (record.inStore ? 4 : 0) + (facts === undefined ? 0 : 8)
  writer.count(record.file).count(flags)
  if (facts === undefined) return
  writer.count(facts.lengthBytes).float(facts.modifiedMs).text(facts.identity).text(facts.device)
}

function decodePayload(type: JournalRecord['type'], reader: RecordReader): JournalRecord {
  switch (type) {
    case 'header':
      return {
        type,
        version: reader.count(),
        torrent: reader.text(),
        pieceCount: reader.count(),
        fileCount: reader.count(),
      }
    case 'have':
    case 'wanted':
      return { type, bits: reader.blob() }
    case 'had':
    case 'lost':
      return { type, pieces: list(reader, () => reader.count()) }
    case 'partial':
      return { type, piece: reader.count(), blocks: reader.blob() }
    case 'file':
      return decodeFile(reader)
    case 'slot': {
      const piece = reader.count()
      const slot = reader.count()
      return { type, piece, slot: slot === 0 ? undefined : slot - 1 }
    }
    case 'place': {
      const folder = reader.text()
      const volume = { device: reader.text(), mountRoot: reader.text() }
      const movingTo = reader.text()
      return { type, folder, volume, movingTo: movingTo === '' ? undefined : movingTo }
    }
    case 'name': {
      const file = reader.count()
      const settled = reader.count() === 1
      return { type, file, settled, components: list(reader, () => reader.text()) }
    }
    case 'moved':
      return { type, file: reader.count() }
    case 'mark':
      return { type, batch: reader.count(), wallMs: reader.float(), writing: reader.count() === 1 }
  }
}

function decodeFile(reader: RecordReader): JournalRecord {
  const file = reader.count()
  const flags = reader.count()
  const home = HOMES[flags & 3]
  if (home === undefined || flags > 15) throw new StorageError('JOURNAL_RECORD', { flags })
  const facts =
    (flags & 8) === 0
      ? undefined
      : {
          lengthBytes: reader.count(),
          modifiedMs: reader.float(),
          identity: reader.text(),
          device: reader.text(),
        }
  return { type: 'file', file, home, inStore: (flags & 4) !== 0, facts }
}

function list<T>(reader: RecordReader, item: () => T): T[] {
  const length = reader.count()
  const items: T[] = []
  for (let at = 0; at < length; at++) items.push(item())
  return items
}
