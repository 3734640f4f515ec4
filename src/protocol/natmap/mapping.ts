// The words of port mapping: what is wished for, what a router granted, and why it did not.

import type { Millis } from '../../base/ids.ts'

export type MappedProtocol = 'tcp' | 'udp'

/** RFC 6887, RFC 6886, and the Internet Gateway Device of UPnP. */
export type MappingMethod = 'pcp' | 'nat-pmp' | 'upnp'

export interface MappingWish {
  readonly protocol: MappedProtocol
  /** Where we listen, 1 … 65535; also the external port that is asked for first. */
  readonly internalPort: number
}

/** A port that the router holds open for us. */
export interface Mapping {
  readonly protocol: MappedProtocol
  readonly internalPort: number
  readonly externalPort: number
  /** The router's address outside, where it told it. */
  readonly externalHost: string | undefined
  readonly method: MappingMethod
  /** When it counts as gone unless it is renewed. */
  readonly expiresAt: Millis
}

/**
 * SILENT: nobody answered. REFUSED: the router is told not to. NO_ROOM: its table or our share of it is full.
 * CONFLICT: every port tried belongs to somebody else. NOT_SUPPORTED: it speaks the protocol and cannot do this.
 * NO_LINE: it has no connection or no address outside. WRONG_ADDRESS: it sees us under another address, so there is
 * another router between. BAD_ANSWER: what it said makes no sense.
 */
export type MappingFailure =
  | 'SILENT'
  | 'REFUSED'
  | 'NO_ROOM'
  | 'CONFLICT'
  | 'NOT_SUPPORTED'
  | 'NO_LINE'
  | 'WRONG_ADDRESS'
  | 'BAD_ANSWER'

/**
 * Asked of every router. Short: a crash leaves the port open for no longer, and a new address outside is noticed within
 * half of it even where the router does not announce it. (RFC 6886 recommends 2 hours; its reason, traffic, is two
 * small packets a quarter of an hour here.)
 */
export const LIFETIME_SECONDS = 1_800
/** RFC 6887, section 15: whatever a server grants, a client believes a day at most. */
export const MAX_LIFETIME_SECONDS = 86_400
/** RFC 6887, section 11.2.1: renewals are never closer than this. */
export const MIN_RENEWAL_MS = 4_000
/** How many other external ports are tried when the wished one is taken. */
export const MAX_CONFLICTS = 6
/** After a final no, or nobody there: the person may switch it on, or another router may come. */
export const START_OVER_MS = 10 * 60_000

/** Ports nobody registered (RFC 6335): where another external port is looked for. */
export const DYNAMIC_PORTS_FROM = 49_152
export const DYNAMIC_PORTS = 16_384

/** RFC 6887, section 11.2.1: the first renewal lies between a half and five eighths of the lifetime. */
export function renewalDelayMs(lifetimeMs: number, fraction: number): number {
  return Math.max(MIN_RENEWAL_MS, lifetimeMs * (0.5 + fraction / 8))
}
