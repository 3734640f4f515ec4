// What a torrent tells to somebody who looks closely: progress of each file, a map of its pieces, from whom and to whom.
// Made on demand, changes nothing. At rest it tells what was so when it last ran.

import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { Contribution, Contributions } from './contributions.ts'
import type { Torrent } from './torrent.ts'

/** A map of more stretches than a screen has room for shows nothing more. */
export const MAP_STRETCHES = 500

export interface PieceMap {
  /** For each stretch of pieces how much of it is here, 0 … 255; 255 is all, and anything at all is at least 1. */
  readonly here: Uint8Array
  /** For each stretch the least availability among connected peers, at most 255. */
  readonly availability: Uint8Array
}

/** Empty while the pieces are not known, or what is here was not looked at since it was added. */
export function pieceMapOf(torrent: Torrent): PieceMap {
  const have = haveOf(torrent)
  const picker = torrent.live?.picker
  const count = Math.min(MAP_STRETCHES, have?.length ?? 0)
  const here = new Uint8Array(count)
  const availability = new Uint8Array(count)
  if (have === undefined) return { here, availability }
  for (let stretch = 0; stretch < count; stretch++) {
    const from = Math.floor((stretch * have.length) / count)
    const to = Math.floor(((stretch + 1) * have.length) / count)
    let had = 0
    let least = 255
    for (let piece = from; piece < to; piece++) {
      if (have.has(piece)) had++
      if (picker !== undefined) least = Math.min(least, picker.availability(piece as PieceIndex))
    }
    const share = Math.floor((had * 255) / (to - from))
    here[stretch] = had > 0 ? Math.max(1, share) : 0
    availability[stretch] = picker === undefined ? 0 : least
  }
  return { here, availability }
}

/** Verified bytes of each file, by file index; pads are whole. Undefined where the piece map is empty. */
export function fileProgressOf(torrent: Torrent): readonly number[] | undefined {
  const have = haveOf(torrent)
  const { metainfo } = torrent
  if (have === undefined || metainfo === undefined) return undefined
  const { geometry, files } = metainfo
  if (have.complete) return files.map(({ lengthBytes }) => lengthBytes)
  const bytes = files.map(({ pad, lengthBytes }) => (pad ? lengthBytes : 0))
  for (const piece of have.ones()) {
    for (const { file, lengthBytes } of geometry.parts(piece as PieceIndex)) {
      if (files[file]?.pad === false) bytes[file] = (bytes[file] ?? 0) + lengthBytes
    }
  }
  return bytes
}

export function contributionsOf(torrent: Torrent): Contributions {
  const { swarm, webSeeds, now } = torrent
  const here: Contribution[] = [...swarm.peers].map((peer) => ({
    who: peer.whereabouts,
    client: peer.extensions?.client ?? '',
    downloadedBytes: peer.downloadedBytes,
    uploadedBytes: peer.uploadedBytes,
    connected: true,
  }))
  for (const { name, state, downloadedBytes } of webSeeds?.status(now) ?? [])
    here.push({ who: name, client: '', downloadedBytes, uploadedBytes: 0, connected: state === 'fetching' })
  return swarm.ledger.with(here)
}

function haveOf(torrent: Torrent): Bitfield | undefined {
  return torrent.live?.have ?? torrent.states.haveAtRest
}
