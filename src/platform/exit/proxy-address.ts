// Where a proxy is and how to log in there, from the text a person types: socks5://user:pass@host:port or http://…
// Promise: `text` never holds the password, so it is what may be shown and logged.

import { canonicalIp } from '../../base/address.ts'
import { endpointText } from '../../base/endpoint.ts'
import { isHostName } from '../../base/host-name.ts'

export interface ProxyCredentials {
  readonly user: string
  readonly password: string
}

export interface ProxyAddress {
  readonly protocol: 'socks5' | 'http'
  /** A canonical address or a name; a name is resolved on this computer, which tells its resolver that name only. */
  readonly host: string
  readonly port: number
  readonly credentials: ProxyCredentials | undefined
  /** Without user and password. */
  readonly text: string
}

/** RFC 1929: each of the two has 1 to 255 bytes; what is longer fits no proxy. */
const MAX_CREDENTIAL_BYTES = 255

/** RFC 1928 has 1080 by registration; of an HTTP proxy the port of http. */
const PORTS = { socks5: 1080, http: 80 } as const

/** `socks5h` is how other programs say that the proxy resolves names; here it always does. */
const SHAPE = /^(socks5h?|http):\/\/(?:([^@/?#\s]*)@)?(\[[^\]\s]+\]|[^:@/?#\s[\]]+)(?::([0-9]{1,5}))?\/?$/i

/** @returns undefined for anything else */
export function parseProxy(text: string): ProxyAddress | undefined {
  const match = SHAPE.exec(text)
  if (match === null) return undefined
  const protocol = match[1]?.toLowerCase() === 'http' ? 'http' : 'socks5'
  const host = hostOf((match[3] as string).replace(/^\[|\]$/g, ''))
  const port = match[4] === undefined ? PORTS[protocol] : Number(match[4])
  if (host === undefined || port < 1 || port > 65535) return undefined
  const credentials = match[2] === undefined ? undefined : credentialsOf(match[2])
  if (credentials === null) return undefined
  return { protocol, host, port, credentials, text: `${protocol}://${endpointText({ host, port })}` }
}

function hostOf(text: string): string | undefined {
  return canonicalIp(text) ?? (isHostName(text) ? text.toLowerCase() : undefined)
}

/** @returns null where they fit no proxy */
function credentialsOf(text: string): ProxyCredentials | null {
  const colon = text.indexOf(':')
  const user = plain(colon < 0 ? text : text.slice(0, colon))
  const password = plain(colon < 0 ? '' : text.slice(colon + 1))
  const bytes = (part: string) => new TextEncoder().encode(part).length
  const fits = user !== '' && Math.max(bytes(user), bytes(password)) <= MAX_CREDENTIAL_BYTES
  return fits && !/[\r\n\0]/.test(user + password) ? { user, password } : null
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // No valid percent-encoding: it was meant literally.
    return text
  }
}
