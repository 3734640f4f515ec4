// Where a DHT node is said to be, as a person or a .torrent file writes it: `host:port`, where host may be a name.

import { canonicalIp } from './address.ts'

export interface NodeAddress {
  /** A literal address (without brackets) or a name. */
  readonly host: string
  readonly port: number
}

/** RFC 1035 and 1123: letters, digits, hyphens and dots; 253 characters. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/

/** Undefined when it is none. */
export function parseNodeAddress(text: string): NodeAddress | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):([0-9]{1,5})$/.exec(text)
  if (match === null) return undefined
  const written = (match[1] ?? match[2]) as string
  const port = Number(match[3])
  if (port < 1 || port > 65_535) return undefined
  const host = canonicalIp(written)
  if (host !== undefined) return { host, port }
  return match[1] === undefined && NAME.test(written) && /[a-z]/i.test(written)
    ? { host: written, port }
    : undefined
}
