// A file becomes wanted: the bytes that were kept aside for it in the part store move into a file of its own.
// Invariant: the journal calls the bytes the file's only after they are synced there; until then the store keeps
// them, so a crash at any moment leaves one of the two whole.

import type { PieceIndex } from '../../base/ids.ts'
import type { StorageCore } from './core.ts'
import type { DataFile } from './layout.ts'

/** Bytes copied at once. */
const COPY_BYTES = 1_048_576

/** All wanted files that still have bytes in the store. Failures are trouble; it goes on at the next start. */
export async function migrateFromStore(core: StorageCore): Promise<void> {
  const moving = [...core.layout.dataFiles()].filter((file) => file.wanted && file.inStore)
  if (moving.length === 0 || core.mode === 'closed') return
  try {
    // First the word that these files are ours, half made: resuming then knows what it finds.
    for (const file of moving) core.batch.announce(file)
    await core.batch.beforeWrite()
    try {
      await core.batch.run()
      for (const file of moving) await file.gate.exclusive(() => copyOut(core, file))
    } finally {
      core.batch.afterWrite()
    }
    await core.batch.run()
    for (const file of moving) core.finisher.consider(file.index)
    const { files } = core.journal.state
    if (moving.every(({ index }) => files.get(index)?.inStore === false)) await releaseUnused(core)
  } catch (error) {
    core.fail(error)
  }
}

async function copyOut(core: StorageCore, file: DataFile): Promise<void> {
  const { layout, store, batch } = core
  const { openFiles, metainfo } = core.options
  await layout.ensure(file)
  const path = layout.path(file)
  const buffer = new Uint8Array(COPY_BYTES)
  for (const piece of piecesOf(core, file)) {
    if (!store.has(piece)) continue
    let begin = 0
    for (const part of metainfo.geometry.parts(piece)) {
      if (part.file === file.index) {
        for (let done = 0; done < part.lengthBytes; done += COPY_BYTES) {
          const bytes = buffer.subarray(0, Math.min(COPY_BYTES, part.lengthBytes - done))
          const from = store.offset(piece, begin + done)
          // What was never written there is a hole, or beyond the end: zeros either way.
          bytes.fill(0)
          await openFiles.use(store.path, 'read', store.file.folder, (opened) => opened.read(bytes, from))
          await openFiles.use(path, 'write', file.folder, (opened) => opened.write(bytes, part.offset + done))
          batch.wrote(file, bytes.length)
        }
      }
      begin += part.lengthBytes
    }
  }
  file.inStore = false
  file.unrecorded = true
}

/** Frees slots that no file needs; without any the store itself goes. */
export async function releaseUnused(core: StorageCore): Promise<void> {
  const { layout, store, batch } = core
  const { geometry } = core.options.metainfo
  for (const piece of [...store.slots.keys()]) {
    const needed = geometry.parts(piece).some((part) => layout.files[part.file]?.inStore === true)
    if (!needed) store.release(piece)
  }
  const removed = await store.removeIfEmpty()
  if (removed || store.unrecorded.size > 0) batch.touched()
}

function piecesOf(core: StorageCore, file: DataFile): PieceIndex[] {
  const range = core.options.metainfo.geometry.piecesOf(file.index)
  const pieces: PieceIndex[] = []
  if (range === undefined) return pieces
  // Only pieces at its ends are shared with others, but a short file may be all end.
  for (let piece = range.first as number; piece <= range.last; piece++) {
    if (core.store.has(piece as PieceIndex)) pieces.push(piece as PieceIndex)
  }
  return pieces
}
