// Peers of a torrent as Transmission lists them; web seeds are none of them.

import type { Peers } from './torrent-view.ts'

export function peerRows(peers: Peers): unknown[] {
  return realPeers(peers).map((peer) => {
    const { host, port } = splitAddress(peer.address)
    return {
      address: host,
      clientIsChoked: peer.peerChoking,
      clientIsInterested: peer.amInterested,
      clientName: peer.client,
      flagStr: flags(peer),
      isDownloadingFrom: isDownloading(peer),
      isEncrypted: peer.encryption !== 'none',
      isIncoming: peer.incoming,
      isUTP: peer.transport === 'utp',
      isUploadingTo: isUploading(peer),
      peerIsChoked: peer.amChoking,
      peerIsInterested: peer.peerInterested,
      port,
      progress: peer.progress,
      rateToClient: Math.round(peer.downBytesPerSecond),
      rateToPeer: Math.round(peer.upBytesPerSecond),
    }
  })
}

/** How each was found; those named by a link, by hand or remembered are Transmission's "cache". */
export function peersFrom(peers: Peers): Record<string, number> {
  const counts = {
    fromCache: 0,
    fromDht: 0,
    fromIncoming: 0,
    fromLpd: 0,
    fromLtep: 0,
    fromPex: 0,
    fromTracker: 0,
  }
  for (const { incoming, source } of realPeers(peers)) counts[incoming ? 'fromIncoming' : kindOf(source)]++
  return counts
}

/** Rates of those who have just given the last piece still fall. */
export function sendersOf(peers: Peers): number {
  return realPeers(peers).filter((peer) => isDownloading(peer) && peer.downBytesPerSecond > 0).length
}

export function webSeedsSending(peers: Peers): number {
  return peers.filter(({ transport, downBytesPerSecond }) => transport === 'http' && downBytesPerSecond > 0)
    .length
}

type Peer = Peers[number]

function realPeers(peers: Peers): Peer[] {
  return peers.filter(({ transport }) => transport !== 'http')
}

function kindOf(
  source: string,
): 'fromCache' | 'fromDht' | 'fromIncoming' | 'fromLpd' | 'fromPex' | 'fromTracker' {
  switch (source) {
    case 'dht':
      return 'fromDht'
    case 'incoming':
      return 'fromIncoming'
    case 'lsd':
    case 'lan':
      return 'fromLpd'
    case 'pex':
      return 'fromPex'
    case 'tracker':
      return 'fromTracker'
    default:
      return 'fromCache'
  }
}

function isDownloading({ amInterested, peerChoking }: Peer): boolean {
  return amInterested && !peerChoking
}

function isUploading({ peerInterested, amChoking }: Peer): boolean {
  return peerInterested && !amChoking
}

/** Transmission's letters. */
function flags(peer: Peer): string {
  const letters = [
    isDownloading(peer) ? 'D' : peer.amInterested ? 'd' : '',
    isUploading(peer) ? 'U' : peer.peerInterested ? 'u' : '',
    !peer.peerChoking && !peer.amInterested ? 'K' : '',
    !peer.amChoking && !peer.peerInterested ? '?' : '',
    peer.encryption === 'none' ? '' : 'E',
    peer.source === 'dht' ? 'H' : peer.source === 'pex' ? 'X' : '',
    peer.incoming ? 'I' : '',
    peer.transport === 'utp' ? 'T' : '',
  ]
  return letters.join('')
}

/** `1.2.3.4:5` and `[::1]:5`. */
function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
  return colon < 0 ? { host: address, port: 0 } : { host, port: Number(address.slice(colon + 1)) || 0 }
}
