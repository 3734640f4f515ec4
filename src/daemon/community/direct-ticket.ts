// A ticket for one straight connection between two engines: told over an authenticated link, and worth nothing after TICKET_MS or
// once it was shown. Wire form: a bencoded dictionary {a port outside, h hosts, i identity, k key, p port}.

import { canonicalIp, isPublicHost, mayContact } from '../../base/address.ts'
import type { Encodable } from '../../base/bencode-encode.ts'
import type { BDict } from '../../base/bencode-value.ts'
import type { Endpoint } from '../../base/endpoint.ts'

export const IDENTITY_BYTES = 16
export const KEY_BYTES = 32
export const TICKET_MS = 30_000
/** Of one computer: two networks of both families. */
export const MOST_HOSTS = 4
const MOST_HOST_CHARACTERS = 45
const MOST_PORT = 65_535

export interface Ticket {
  /** Shown first, in the clear. */
  readonly identity: Uint8Array
  readonly key: Uint8Array
  /** Where its engine listens. */
  readonly port: number
  /** The same, as it is reached from outside. */
  readonly outsidePort: number
  readonly hosts: readonly string[]
}

export function ticketFields({ identity, key, port, outsidePort, hosts }: Ticket): {
  readonly [key: string]: Encodable
} {
  return { a: outsidePort, h: hosts, i: identity, k: key, p: port }
}

/** @returns undefined for what is none */
export function readTicket(fields: BDict): Ticket | undefined {
  const [identity, key] = [fields.bytes('i'), fields.bytes('k')]
  const [port, outsidePort] = [fields.int('p') ?? 0, fields.int('a') ?? 0]
  const hosts = [...(fields.list('h') ?? [])]
  if (identity?.length !== IDENTITY_BYTES || key?.length !== KEY_BYTES) return undefined
  if (![port, outsidePort].every((each) => each > 0 && each <= MOST_PORT)) return undefined
  if (hosts.length > MOST_HOSTS) return undefined
  const texts = hosts.map((host) => (host instanceof Uint8Array ? hostText(host) : undefined))
  if (!texts.every((text) => text !== undefined)) return undefined
  return { identity: identity.slice(), key: key.slice(), port, outsidePort, hosts: texts }
}

function hostText(bytes: Uint8Array): string | undefined {
  if (bytes.length > MOST_HOST_CHARACTERS) return undefined
  return canonicalIp(new TextDecoder('latin1').decode(bytes))
}

/**
 * Where whoever wrote it may be called.
 * @param seen where it is seen over the link; undefined through a relay, and then only what is public is called
 */
export function placesOf({ hosts, port, outsidePort }: Ticket, seen: string | undefined): Endpoint[] {
  const told = hosts.filter((host) => mayContact(host, seen ?? ''))
  const all = new Set(seen === undefined ? told : [seen, ...told])
  return [...all].map((host) => ({ host, port: isPublicHost(host) ? outsidePort : port }))
}
