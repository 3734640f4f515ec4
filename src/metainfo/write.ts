// A torrent file from what is known: the info bytes exactly as they were hashed, the piece layers, and hints around them.

import { type Encodable, encode, RawBencode } from '../base/bencode-encode.ts'
import { fromHex } from '../base/bytes.ts'
import type { TorrentHints, TorrentVersion } from './metainfo.ts'

export interface TorrentParts {
  /** Raw bytes of the info value; written unchanged, so the infohash does not move. */
  readonly infoBytes: Uint8Array
  /** By lower-case hex root; empty for v1. */
  readonly pieceLayers: ReadonlyMap<string, Uint8Array>
  readonly hints: Partial<TorrentHints>
  /** Given for v2 and hybrid torrents whose files need no layer: BEP 52 wants the key there even when it is empty. */
  readonly version?: TorrentVersion
}

export function writeTorrent({ infoBytes, pieceLayers, hints, version = 'v1' }: TorrentParts): Uint8Array {
  const trackers = hints.trackers ?? []
  const single = trackers.length === 1 && trackers[0]?.length === 1
  const layers = new Map<Uint8Array, Encodable>()
  for (const [root, layer] of pieceLayers) layers.set(fromHex(root), layer)
  return encode({
    announce: trackers[0]?.[0],
    'announce-list': trackers.length === 0 || single ? undefined : trackers.map((tier) => [...tier]),
    comment: hints.comment,
    'created by': hints.createdBy,
    'creation date': hints.creationDate,
    httpseeds: nonEmpty(hints.httpSeeds),
    info: new RawBencode(infoBytes),
    nodes:
      hints.nodes === undefined || hints.nodes.length === 0
        ? undefined
        : hints.nodes.map(({ host, port }) => [host, port]),
    'piece layers': layers.size === 0 && version === 'v1' ? undefined : layers,
    'url-list': nonEmpty(hints.webSeeds),
  })
}

function nonEmpty(list: readonly string[] | undefined): readonly string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list
}
