// The way out of one engine: which one was asked for, what it makes impossible, and how it stands with it.

import type { SessionOptions } from '../engine/session/session-options.ts'
import type { TorrentStatus } from '../engine/torrent/status.ts'
import type { Exit, ExitTrouble } from '../platform/exit/exit.ts'
import { localAddresses } from '../platform/interfaces.ts'
import type { TransferStatus } from './get-source.ts'

export { type ExitWish, openExit } from '../platform/exit/open-exit.ts'
export type { ProxyAddress } from '../platform/exit/proxy-address.ts'
export { parseProxy } from '../platform/exit/proxy-address.ts'

/** What a way out does not carry, so that it is switched off. */
export type Withheld = 'LISTENING' | 'LAN' | 'PORT_MAPPING' | 'DATAGRAMS'

export function withheldBy(exit: Exit): readonly Withheld[] {
  if (exit.kind === 'direct') return []
  if (exit.kind === 'bound') return ['LAN']
  return exit.relays
    ? ['LISTENING', 'LAN', 'PORT_MAPPING']
    : ['LISTENING', 'LAN', 'PORT_MAPPING', 'DATAGRAMS']
}

/** What a session may do by this way out: `DATAGRAMS` are the DHT, uTP and UDP trackers. */
export function optionsBy(withheld: readonly Withheld[]): Partial<SessionOptions> {
  return {
    ...(withheld.includes('LISTENING') ? { listen: undefined } : {}),
    ...(withheld.includes('LAN') ? { lan: false } : {}),
    ...(withheld.includes('PORT_MAPPING') ? { portMapping: false } : {}),
    ...(withheld.includes('DATAGRAMS') ? { dht: false, utp: false } : {}),
  }
}

export function troubleOf(exit: Exit): ExitTrouble | undefined {
  return exit.kind === 'direct' ? undefined : exit.trouble()
}

/** Addresses of this computer that may be told to others: by an interface, those of that one. */
export function ownAddressesBy(exit: Exit): readonly string[] {
  if (exit.kind === 'direct') return localAddresses()
  return exit.kind === 'bound' ? exit.addresses() : []
}

/** A transfer's status with what only the way out and the filter know: while nothing can leave, that is what holds it up. */
export function statusBy(status: TorrentStatus, exit: Exit, blocked: number | undefined): TransferStatus {
  const trouble = status.complete ? undefined : troubleOf(exit)
  return {
    ...status,
    ...(trouble === undefined ? {} : { bottleneck: { code: trouble.code, evidence: trouble.data } }),
    ...(blocked === undefined ? {} : { blocked }),
  }
}
