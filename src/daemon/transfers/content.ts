// The list of files of a transfer between runs: read from beside its record, or from what the engine kept of a link's, and
// written as a torrent file once it is known.

import type { Infohash } from '../../base/ids.ts'
import type { Torrent as Content, Metainfo } from '../../metainfo/metainfo.ts'
import { readTorrent } from '../../metainfo/read.ts'
import { writeTorrent } from '../../metainfo/write.ts'
import type { Engine } from '../compose.ts'
import type { TransferRecord } from './record.ts'
import type { RecordStore } from './record-store.ts'

/** Undefined when there is none, or not the one of the record. @throws MetainfoError, DiskError */
export async function readContent(
  record: TransferRecord,
  store: RecordStore,
  { ports }: Engine,
): Promise<Content | undefined> {
  const bytes = await store.readTorrent(record)
  return bytes === undefined ? undefined : readTorrent(bytes, ports.digest, { names: ports.disk.nameRules })
}

/** What an earlier run learned from peers. */
export async function keptContent(
  { infohashV1, infohashV2 }: TransferRecord,
  { session }: Engine,
): Promise<Metainfo | undefined> {
  for (const hash of [infohashV2, infohashV1]) {
    const kept = hash === null ? undefined : await session.kept(hash as Infohash)
    if (kept !== undefined) return kept
  }
  return undefined
}

/** @param layers piece layers known by now, where they are more than the content has */
export function torrentFileOf({ metainfo, hints }: Content, layers = metainfo.pieceLayers): Uint8Array {
  const { infoBytes, version } = metainfo
  return writeTorrent({ infoBytes, pieceLayers: layers, hints, version })
}
