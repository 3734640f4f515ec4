// The list of files of a transfer between runs: read from beside its record, or from what the engine kept of a link's, and
// written as a torrent file once it is known.

import type { Infohash } from '../../base/ids.ts'
import { contentOfLink, namedContent } from '../../metainfo/content-torrent.ts'
import { isMagnet, parseMagnet } from '../../metainfo/magnet.ts'
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
  { ports, session }: Engine,
): Promise<Content | undefined> {
  const bytes = await store.readTorrent(record)
  if (bytes === undefined) return undefined
  const names = ports.disk.nameRules
  const { metainfo, hints } = readTorrent(bytes, ports.digest, { names })
  return { metainfo: namedContent(await withLayers(metainfo, session), nameIn(record), names), hints }
}

/** Piece layers that peers told after the torrent file was written: the engine kept them. */
async function withLayers(metainfo: Metainfo, session: Engine['session']): Promise<Metainfo> {
  const { infohashV2, files, pieceLengthBytes, pieceLayers } = metainfo
  const missing = files.some(
    ({ root, lengthBytes }) =>
      root !== undefined && lengthBytes > pieceLengthBytes && !pieceLayers.has(root.toHex()),
  )
  const kept = missing && infohashV2 !== undefined ? await session.kept(infohashV2) : undefined
  return kept === undefined ? metainfo : { ...metainfo, pieceLayers: kept.pieceLayers }
}

/** What an earlier run learned from peers, or what a content link says by itself. */
export async function keptContent(
  record: TransferRecord,
  { session, ports }: Engine,
): Promise<Metainfo | undefined> {
  const { infohashV1, infohashV2, magnet } = record
  const names = ports.disk.nameRules
  for (const hash of [infohashV2, infohashV1]) {
    const kept = hash === null ? undefined : await session.kept(hash as Infohash)
    if (kept !== undefined) return namedContent(kept, nameIn(record), names)
  }
  return isMagnet(magnet) ? contentOfLink(parseMagnet(magnet), ports.digest, names) : undefined
}

/** The name of a content torrent's file is in the link alone. */
function nameIn({ magnet }: TransferRecord): string | undefined {
  return isMagnet(magnet) ? parseMagnet(magnet).displayName : undefined
}

/** @param layers piece layers known by now, where they are more than the content has */
export function torrentFileOf({ metainfo, hints }: Content, layers = metainfo.pieceLayers): Uint8Array {
  const { infoBytes, version } = metainfo
  return writeTorrent({ infoBytes, pieceLayers: layers, hints, version })
}
