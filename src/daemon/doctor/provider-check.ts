// Whether somebody on the way treats plain BitTorrent otherwise than encrypted: judged from both handshakes with the same peer for
// the same torrent. Pure. Promise: what one peer may have decided by itself is not blamed on the provider.

import type { Finding } from './finding.ts'

export type ProbeOutcome =
  /** The whole handshake came back. */
  | 'answered'
  /** Connected, and closed or reset before an answer. */
  | 'cut'
  /** Connected, and nothing came. */
  | 'silent'
  /** No connection. */
  | 'unreachable'
  | 'not-bittorrent'

export interface PeerProbe {
  readonly address: string
  readonly plain: ProbeOutcome
  readonly encrypted: ProbeOutcome
}

/** @param torrent whether it was known which torrent to ask for: without one no peer answers */
export function checkProvider(probes: readonly PeerProbe[], torrent: boolean): readonly Finding[] {
  if (!torrent || probes.length === 0)
    return [{ check: 'provider', state: 'unknown', code: 'PROVIDER_NOT_TRIED', data: { torrent } }]
  return probes.map(judge)
}

function judge({ address, plain, encrypted }: PeerProbe): Finding {
  const data = { peer: address, plain, encrypted }
  const found = (state: Finding['state'], code: string): Finding => ({ check: 'provider', state, code, data })
  if (plain === 'answered' && encrypted === 'answered') return found('good', 'PROVIDER_CLEAR')
  if (encrypted === 'answered') return found('careful', 'PROVIDER_PLAIN_FAILS')
  if (plain === 'answered') return found('good', 'PROVIDER_PLAIN_WORKS')
  if (plain === 'unreachable' && encrypted === 'unreachable') return found('unknown', 'PEER_UNREACHABLE')
  return found('unknown', 'PEER_ANSWERS_NEITHER')
}
