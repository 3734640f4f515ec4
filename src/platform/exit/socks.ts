// SOCKS5 (RFC 1928) with user and password (RFC 1929), as the client speaks it: one machine per connection, and the
// header of relayed datagrams. Pure: bytes in, bytes out; no socket, no clock.
// Invariant: never holds more than one reply; whatever follows a granted request is given back untouched as `rest`.

import { canonicalIp, formatIp, parseIp } from '../../base/address.ts'
import { concatBytes, readUint16, utf8 } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { isHostName } from '../../base/host-name.ts'
import type { Negotiation, ProxyStep } from './negotiation.ts'
import type { ProxyCredentials } from './proxy-address.ts'

const VERSION = 5
const NO_AUTHENTICATION = 0
const USER_AND_PASSWORD = 2
const NONE_ACCEPTABLE = 0xff
const PASSWORD_VERSION = 1
const CONNECT = 1
const UDP_ASSOCIATE = 3
const IPV4 = 1
const NAME = 3
const IPV6 = 4

/** RFC 1928, section 6: what the reply's second byte says, as the fate of the connection asked for. */
const REFUSALS: Readonly<Record<number, Extract<ProxyStep, { kind: 'failed' }>['code']>> = {
  1: 'OTHER',
  2: 'DENIED',
  3: 'UNREACHABLE',
  4: 'UNREACHABLE',
  5: 'REFUSED',
  6: 'TIMEOUT',
  7: 'UNSUPPORTED',
  8: 'UNREACHABLE',
}

type Phase = 'method' | 'password' | 'reply' | 'over'

export class SocksNegotiation implements Negotiation {
  readonly #request: Uint8Array
  readonly #credentials: ProxyCredentials | undefined
  #phase: Phase = 'method'
  #held: Uint8Array = new Uint8Array(0)

  /** @param to where the proxy is to connect; undefined asks it to relay datagrams instead */
  constructor(to: Endpoint | undefined, credentials: ProxyCredentials | undefined) {
    // The address from which datagrams will come is not known yet: all zeros (RFC 1928, section 7).
    const address = addressBytes(to ?? { host: '0.0.0.0', port: 0 })
    this.#request = concatBytes([
      Uint8Array.of(VERSION, to === undefined ? UDP_ASSOCIATE : CONNECT, 0),
      address,
    ])
    this.#credentials = credentials
  }

  /** Both ways are offered when there is a password: a proxy may know us by our address. */
  start(): Uint8Array {
    return this.#credentials === undefined
      ? Uint8Array.of(VERSION, 1, NO_AUTHENTICATION)
      : Uint8Array.of(VERSION, 2, NO_AUTHENTICATION, USER_AND_PASSWORD)
  }

  get accepted(): boolean {
    return this.#phase === 'reply' || this.#phase === 'over'
  }

  receive(bytes: Uint8Array): ProxyStep {
    if (this.#phase === 'over') return { kind: 'failed', code: 'PROTOCOL' }
    this.#held = concatBytes([this.#held, bytes])
    const send: Uint8Array[] = []
    for (;;) {
      const step = this.#next()
      if (step === undefined) return { kind: 'more', send: concatBytes(send) }
      if (!(step instanceof Uint8Array)) {
        this.#phase = 'over'
        this.#held = new Uint8Array(0)
        return step
      }
      send.push(step)
    }
  }

  /** What the held bytes lead to: bytes to send, the end, or undefined when more are needed. */
  #next(): Uint8Array | ProxyStep | undefined {
    if (this.#phase === 'method') return this.#method()
    if (this.#phase === 'password') return this.#password()
    return this.#reply()
  }

  #method(): Uint8Array | ProxyStep | undefined {
    const [version, method] = this.#held
    if (version !== undefined && version !== VERSION) return { kind: 'failed', code: 'PROTOCOL' }
    if (method === undefined) return undefined
    this.#held = this.#held.slice(2)
    if (method === NO_AUTHENTICATION) {
      this.#phase = 'reply'
      return this.#request
    }
    if (method === NONE_ACCEPTABLE) return { kind: 'failed', code: 'LOGIN' }
    if (method !== USER_AND_PASSWORD || this.#credentials === undefined)
      return { kind: 'failed', code: 'PROTOCOL' }
    this.#phase = 'password'
    const [user, password] = [utf8(this.#credentials.user), utf8(this.#credentials.password)]
    return concatBytes([
      Uint8Array.of(PASSWORD_VERSION, user.length),
      user,
      Uint8Array.of(password.length),
      password,
    ])
  }

  #password(): Uint8Array | ProxyStep | undefined {
    const [version, status] = this.#held
    if (version !== undefined && version !== PASSWORD_VERSION) return { kind: 'failed', code: 'PROTOCOL' }
    if (status === undefined) return undefined
    this.#held = this.#held.slice(2)
    if (status !== 0) return { kind: 'failed', code: 'LOGIN' }
    this.#phase = 'reply'
    return this.#request
  }

  #reply(): ProxyStep | undefined {
    const held = this.#held
    if (held[0] !== undefined && held[0] !== VERSION) return { kind: 'failed', code: 'PROTOCOL' }
    const reply = held[1]
    if (reply === undefined) return undefined
    // Some proxies leave out the address when they refuse.
    if (reply !== 0) return { kind: 'failed', code: REFUSALS[reply] ?? 'OTHER' }
    const bound = readAddress(held, 3)
    if (bound === undefined) return undefined
    if (bound === 'bad') return { kind: 'failed', code: 'PROTOCOL' }
    return { kind: 'open', bound: bound.endpoint, rest: held.slice(bound.end) }
  }
}

/** RFC 1928, section 7. `to` may be a name: the proxy resolves it. */
export function encodeRelayed(bytes: Uint8Array, to: Endpoint): Uint8Array {
  return concatBytes([Uint8Array.of(0, 0, 0), addressBytes(to), bytes])
}

/** @returns undefined for what is no relayed datagram, and for parts of a fragmented one (which may be dropped) */
export function parseRelayed(
  datagram: Uint8Array,
): { readonly from: Endpoint; readonly bytes: Uint8Array } | undefined {
  if (datagram[0] !== 0 || datagram[1] !== 0 || datagram[2] !== 0) return undefined
  const address = readAddress(datagram, 3)
  if (address === undefined || address === 'bad' || canonicalIp(address.endpoint.host) === undefined)
    return undefined
  return { from: address.endpoint, bytes: datagram.subarray(address.end) }
}

function addressBytes({ host, port }: Endpoint): Uint8Array {
  const ip = parseIp(host)
  const tail = Uint8Array.of(port >> 8, port & 0xff)
  if (ip !== undefined) return concatBytes([Uint8Array.of(ip.length === 4 ? IPV4 : IPV6), ip, tail])
  if (!isHostName(host)) throw new TypeError('neither an address nor a name')
  const name = utf8(host)
  return concatBytes([Uint8Array.of(NAME, name.length), name, tail])
}

/** Type, address and port from `at`; undefined while some of it is missing. */
function readAddress(
  bytes: Uint8Array,
  at: number,
): { readonly endpoint: Endpoint; readonly end: number } | 'bad' | undefined {
  const type = bytes[at]
  if (type === undefined) return undefined
  if (type !== IPV4 && type !== IPV6 && type !== NAME) return 'bad'
  const lengthBytes = type === IPV4 ? 4 : type === IPV6 ? 16 : bytes[at + 1]
  const from = type === NAME ? at + 2 : at + 1
  if (lengthBytes === undefined || bytes.length < from + lengthBytes + 2) return undefined
  const raw = bytes.subarray(from, from + lengthBytes)
  const host = type === NAME ? latin1(raw) : formatIp(raw)
  const end = from + lengthBytes + 2
  return { endpoint: { host: canonicalIp(host) ?? host, port: readUint16(bytes, end - 2) }, end }
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
