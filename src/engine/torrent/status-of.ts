// Counts the facts of a torrent for status(): reads everything, changes nothing.

import type { Millis } from '../../base/ids.ts'
import { encryptionOf } from '../peer/encrypting.ts'
import type { Peer } from '../peer/peer.ts'
import type { PeerStatus, TorrentStatus } from './status.ts'
import type { Torrent } from './torrent.ts'

export function statusOf(torrent: Torrent, now: Millis): TorrentStatus {
  const { swarm, state, metainfo, live, webSeeds, options } = torrent
  const peers = [...swarm.peers]
  const sizes = sizesOf(torrent)
  const sources = peers.filter((peer) => peer.pieces !== undefined && !peer.pieces.empty)
  const usable = live?.done === true ? 0 : (webSeeds?.usable ?? 0)
  const downBytesPerSecond = swarm.downRate.rate(now)
  return {
    state: state.name,
    problem:
      state.name === 'failed'
        ? state.problem
        : live?.problem === undefined
          ? undefined
          : { code: live.problem.code, data: { ...live.problem } },
    name: metainfo?.name ?? options.displayName,
    infohashV1: metainfo?.infohashV1 ?? options.infohashV1,
    infohashV2: metainfo?.infohashV2 ?? options.infohashV2,
    preparing: preparing(torrent),
    totalBytes: metainfo?.geometry.payloadBytes ?? 0,
    wantedBytes: sizes.wanted,
    doneBytes: sizes.done,
    complete: live?.complete ?? false,
    finished: torrent.finished,
    downBytesPerSecond,
    upBytesPerSecond: swarm.upRate.rate(now),
    takenBytes: swarm.takenBytes,
    givenBytes: swarm.givenBytes,
    wastedBytes: swarm.wastedBytes,
    checkedBytes: torrent.states.checkedBytes,
    peers: peers.length,
    sources: sources.length + usable,
    webSeeds: webSeeds?.status(now) ?? [],
    seeds: peers.filter((peer) => peer.isSeed).length,
    leeches: peers.filter((peer) => !peer.isSeed).length,
    receivers: peers.filter((peer) => !peer.amChoking && peer.peerInterested).length,
    takers: swarm.ledger.takers,
    seedSeenAt: swarm.seedSeenAt,
    payloadAt: swarm.payloadAt,
    copiesElsewhere: (live?.picker.copies() ?? 0) + swarm.copiesGone + (webSeeds?.copies ?? 0),
    bottleneck: torrent.whySlow.at(now),
  }
}

function preparing(torrent: Torrent): number {
  const { state } = torrent
  if (state.name === 'metadata') return state.fetch.progress
  if (state.name === 'checking') return state.totalBytes === 0 ? 0 : state.doneBytes / state.totalBytes
  return state.name === 'live' ? 1 : 0
}

function sizesOf(torrent: Torrent): { readonly wanted: number; readonly done: number } {
  const { live, metainfo, wishes, states } = torrent
  if (metainfo === undefined) return { wanted: 0, done: 0 }
  if (live !== undefined) return { wanted: live.wantedBytes, done: live.doneBytes }
  return { wanted: wishes.wantedBytes, done: states.doneAtRest }
}

export function peerStatusOf(peer: Peer, now: Millis): PeerStatus {
  return {
    address: peer.name,
    client: peer.extensions?.client ?? '',
    source: peer.source,
    transport: peer.connection.transport,
    progress:
      peer.pieces === undefined || peer.pieces.length === 0 ? 0 : peer.pieces.count / peer.pieces.length,
    incoming: peer.incoming,
    encryption: encryptionOf(peer.connection),
    amChoking: peer.amChoking,
    amInterested: peer.amInterested,
    peerChoking: peer.peerChoking,
    peerInterested: peer.peerInterested,
    snubbed: peer.snubbed,
    seed: peer.isSeed,
    downBytesPerSecond: peer.downRate.rate(now),
    upBytesPerSecond: peer.upRate.rate(now),
    downloadedBytes: peer.downloadedBytes,
    uploadedBytes: peer.uploadedBytes,
    outstanding: peer.download.outstanding,
  }
}
