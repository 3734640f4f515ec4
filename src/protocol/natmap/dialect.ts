// What a client says to a gateway and understands from it, in PCP or in NAT-PMP: the two protocols seen alike.
// Promise: an answer is returned only when it is to something that was asked; everything else is undefined.

import type { Lease } from './lease.ts'
import type { MappingFailure, MappingMethod } from './mapping.ts'
import { encodeMapRequest, natPmpFailure, parseNatPmp, saysOnlyNatPmp } from './nat-pmp.ts'
import {
  answers,
  encodePcpMap,
  PCP_CANNOT_PROVIDE_EXTERNAL,
  PCP_SUCCESS,
  PCP_UNSUPPORTED_VERSION,
  parsePcp,
  pcpFailure,
} from './pcp.ts'

export type Dialect = Exclude<MappingMethod, 'upnp'>

export interface AskedLease {
  readonly lease: Lease
  /** Of PCP: 12 bytes by which its answers are known. */
  readonly nonce: Uint8Array
}

export type Outcome =
  | {
      readonly ok: true
      readonly externalPort: number
      readonly externalHost: string | undefined
      /** 0: the mapping is gone. */
      readonly lifetimeS: number
    }
  | {
      readonly ok: false
      readonly failure: MappingFailure
      /** How long the gateway will go on saying so. */
      readonly holdsMs: number
      /** Another external port may be had. */
      readonly portTaken: boolean
    }

export type GatewayAnswer =
  | { readonly kind: 'lease'; readonly lease: Lease; readonly epochS: number; readonly outcome: Outcome }
  | {
      readonly kind: 'address'
      readonly epochS: number
      readonly failure: MappingFailure | undefined
      readonly externalHost: string | undefined
    }
  /** It does not speak PCP: NAT-PMP perhaps, or a version nobody uses. */
  | { readonly kind: 'other-version'; readonly natPmp: boolean }

/** RFC 6887, section 7.4: how long errors hold; the bounds are the section's short and long lifetimes. */
export const ERROR_LEAST_MS = 30_000
export const ERROR_MOST_MS = 30 * 60_000

/** @param ownHost the source address of the packet */
export function encodeRequest(
  dialect: Dialect,
  ownHost: string,
  { lease, nonce }: AskedLease,
  lifetimeS: number,
): Uint8Array {
  const { wish, externalPort, granted } = lease
  if (dialect === 'nat-pmp')
    return encodeMapRequest(wish.protocol, wish.internalPort, externalPort, lifetimeS)
  return encodePcpMap(ownHost, {
    ...wish,
    externalPort,
    externalHost: granted?.externalHost,
    nonce,
    lifetimeS,
  })
}

export function readAnswer(
  dialect: Dialect,
  bytes: Uint8Array,
  asked: readonly AskedLease[],
): GatewayAnswer | undefined {
  return dialect === 'pcp' ? readPcp(bytes, asked) : readNatPmp(bytes, asked)
}

/** The gateway says to everybody that it was restarted or has another address. Proves nothing: anybody can send it. */
export function isAnnouncement(bytes: Uint8Array): boolean {
  return parseNatPmp(bytes)?.kind === 'address' || parsePcp(bytes)?.kind === 'announce'
}

function readPcp(bytes: Uint8Array, asked: readonly AskedLease[]): GatewayAnswer | undefined {
  if (saysOnlyNatPmp(bytes)) return { kind: 'other-version', natPmp: true }
  const answer = parsePcp(bytes)
  if (answer === undefined || answer.kind === 'announce') return undefined
  if (answer.kind === 'error')
    return answer.result === PCP_UNSUPPORTED_VERSION ? { kind: 'other-version', natPmp: false } : undefined
  const found = asked.find(({ lease, nonce }) => answers(answer, { ...lease.wish, nonce }))
  if (found === undefined) return undefined
  const { epochS, result, lifetimeS } = answer
  const outcome: Outcome =
    result === PCP_SUCCESS
      ? { ok: true, externalPort: answer.externalPort, externalHost: answer.externalHost, lifetimeS }
      : {
          ok: false,
          failure: pcpFailure(result),
          holdsMs: Math.min(Math.max(lifetimeS * 1_000, ERROR_LEAST_MS), ERROR_MOST_MS),
          portTaken: result === PCP_CANNOT_PROVIDE_EXTERNAL,
        }
  return { kind: 'lease', lease: found.lease, epochS, outcome }
}

function readNatPmp(bytes: Uint8Array, asked: readonly AskedLease[]): GatewayAnswer | undefined {
  const answer = parseNatPmp(bytes)
  if (answer === undefined) return undefined
  const { epochS, result } = answer
  if (answer.kind === 'address') {
    const failure = result === 0 ? undefined : natPmpFailure(result)
    return { kind: 'address', epochS, failure, externalHost: answer.externalHost }
  }
  // There is no nonce in this protocol: what was not asked just now is no answer.
  const found = asked.find(
    ({ lease: { wish, tries } }) =>
      tries > 0 && wish.protocol === answer.protocol && wish.internalPort === answer.internalPort,
  )
  if (found === undefined) return undefined
  const { externalPort, lifetimeS } = answer
  const outcome: Outcome =
    result === 0
      ? { ok: true, externalPort, externalHost: undefined, lifetimeS }
      : { ok: false, failure: natPmpFailure(result), holdsMs: ERROR_MOST_MS, portTaken: false }
  return { kind: 'lease', lease: found.lease, epochS, outcome }
}
