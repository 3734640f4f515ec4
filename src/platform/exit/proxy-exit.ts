// The way out through a proxy: streams by CONNECT of SOCKS5 or HTTP, datagrams by a SOCKS5 relay, names by the proxy.
// Promise: nothing is contacted but the proxy (and the system's resolver for the proxy's own name, if it has one);
// while the proxy does not answer everything waits and nothing leaves.

import { lookup } from 'node:dns/promises'
import { canonicalIp } from '../../base/address.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { isPublicName } from '../../base/host-name.ts'
import { type DatagramSocket, type Names, SocketError } from '../../base/ports.ts'
import {
  ExitError,
  type ExitTrouble,
  type Guarded,
  type Opened,
  type Opening,
  type StreamMaker,
} from './exit.ts'
import { ConnectNegotiation } from './http-connect.ts'
import type { ProxyAddress } from './proxy-address.ts'
import { ProxyLine } from './proxy-line.ts'
import { RelayedDatagrams } from './relayed-datagrams.ts'
import { SocksNegotiation } from './socks.ts'
import { type TunnelAttempt, type Tunnelled, tunnel } from './tunnel.ts'

/** A proxy that does not answer a connection or a greeting for this long is taken as gone. */
const KNOCK_MS = 8_000

/** An HTTP proxy has no greeting: it is asked for a name that nobody has (RFC 6761), to see whether it answers. */
const NOBODY: Endpoint = { host: 'shoal.invalid', port: 443 }

export class ProxyExit implements Guarded, StreamMaker {
  readonly kind = 'proxy'
  readonly text: string
  /** Nothing resolves here; a name that may be asked of the proxy is told by `beyond`. */
  readonly names: Names = {
    resolve: async (name) => {
      const literal = canonicalIp(name)
      return literal === undefined ? [] : [literal]
    },
    beyond: (name) => isPublicName(name),
  }
  readonly #proxy: ProxyAddress
  readonly #line: ProxyLine
  readonly #attempts = new Set<TunnelAttempt>()
  #at: Endpoint | undefined
  #relays = false

  private constructor(proxy: ProxyAddress) {
    this.#proxy = proxy
    this.text = proxy.text
    this.#line = new ProxyLine(() => this.#knock())
  }

  /** Asks the proxy what it can do. @throws ExitError PROXY_DOWN, PROXY_LOGIN, PROXY_NOT_ONE */
  static async open(proxy: ProxyAddress): Promise<ProxyExit> {
    const exit = new ProxyExit(proxy)
    const trouble = await exit.#knock()
    if (trouble !== undefined) {
      exit.close()
      throw new ExitError(trouble.code, trouble.data)
    }
    return exit
  }

  /** Datagrams can leave: the proxy relays them. */
  get relays(): boolean {
    return this.#relays
  }

  /** The address that everything goes to; changes only while the proxy is down. */
  get at(): Endpoint | undefined {
    return this.#at
  }

  trouble(): ExitTrouble | undefined {
    return this.#line.trouble
  }

  ready(timeoutMs: number, gaveUp?: AbortSignal): Promise<boolean> {
    return this.#line.ready(timeoutMs, gaveUp)
  }

  open(to: Endpoint, timeoutMs: number): Opening {
    let attempt: TunnelAttempt | undefined
    const gaveUp = new AbortController()
    const run = async (): Promise<Opened> => {
      const began = performance.now()
      const ready = await this.#line.ready(timeoutMs, gaveUp.signal)
      if (gaveUp.signal.aborted) return new SocketError('CLOSED')
      if (!ready) return new SocketError('NO_WAY_OUT')
      const negotiation =
        this.#proxy.protocol === 'socks5'
          ? new SocksNegotiation(to, this.#proxy.credentials)
          : new ConnectNegotiation(to, this.#proxy.credentials)
      attempt = this.#tunnel(negotiation, Math.max(1, timeoutMs - (performance.now() - began)))
      const done = await this.#settled(attempt)
      if (done.kind === 'open') return done.socket
      return done.proxy ? new SocketError('NO_WAY_OUT', {}, done.error) : done.error
    }
    return {
      result: run(),
      cancel: () => {
        gaveUp.abort()
        attempt?.cancel()
      },
    }
  }

  /** @throws SocketError DENIED where the proxy relays none */
  async bind(at: Endpoint): Promise<DatagramSocket> {
    if (!this.#relays) throw new SocketError('DENIED', { errno: 'PROXY_WITHOUT_UDP' })
    return new RelayedDatagrams(at, {
      associate: async () => {
        if (!(await this.#line.ready(KNOCK_MS))) return undefined
        const done = await this.#settled(this.#tunnel(this.#askRelay(), KNOCK_MS))
        return done.kind === 'open' ? this.#relayOf(done) : undefined
      },
    })
  }

  close(): void {
    this.#line.close()
    for (const attempt of this.#attempts) attempt.cancel()
  }

  #askRelay(): SocksNegotiation {
    return new SocksNegotiation(undefined, this.#proxy.credentials)
  }

  /**
   * The proxy's port for datagrams, at the address where the proxy is known to be: what it says of its own address may
   * be wrong behind a translator, and nothing is sent to an address that nobody typed.
   */
  #relayOf(done: Extract<Tunnelled, { kind: 'open' }>) {
    const port = done.bound?.port ?? 0
    const { socket } = done
    if (port !== 0) return { control: socket, relay: { host: (this.#at as Endpoint).host, port } }
    socket.destroy()
    return undefined
  }

  #tunnel(negotiation: SocksNegotiation | ConnectNegotiation, timeoutMs: number): TunnelAttempt {
    return tunnel(this.#at as Endpoint, negotiation, timeoutMs)
  }

  async #settled(attempt: TunnelAttempt): Promise<Tunnelled> {
    this.#attempts.add(attempt)
    const done = await attempt.result
    this.#attempts.delete(attempt)
    if (done.kind === 'failed' && done.proxy) this.#line.down(this.#troubleOf(done))
    return done
  }

  /** Whether it answers, takes us, and relays datagrams. */
  async #knock(): Promise<ExitTrouble | undefined> {
    this.#at = await this.#find()
    if (this.#at === undefined) return this.#say('PROXY_DOWN')
    const attempt = this.#tunnel(
      this.#proxy.protocol === 'socks5'
        ? this.#askRelay()
        : new ConnectNegotiation(NOBODY, this.#proxy.credentials),
      KNOCK_MS,
    )
    this.#attempts.add(attempt)
    const done = await attempt.result
    this.#attempts.delete(attempt)
    if (done.kind === 'failed' && (done.proxy || done.code === 'TIMEOUT')) return this.#troubleOf(done)
    // Every HTTP proxy answers something.
    if (done.kind === 'failed' && done.code === 'RESET' && this.#proxy.protocol === 'http')
      return this.#say('PROXY_NOT_ONE')
    // Some that relay no datagrams say so, some just close the connection.
    this.#relays = done.kind === 'open' && this.#proxy.protocol === 'socks5'
    // The relay it opened ends with this connection.
    if (done.kind === 'open') done.socket.destroy()
    return undefined
  }

  async #find(): Promise<Endpoint | undefined> {
    const { host, port } = this.#proxy
    const literal = canonicalIp(host)
    if (literal !== undefined) return { host: literal, port }
    try {
      const { address } = await lookup(host)
      return { host: canonicalIp(address) ?? address, port }
    } catch {
      // No resolver, or no such name: to whoever waits the same as a proxy that does not answer.
      return undefined
    }
  }

  #troubleOf(done: Extract<Tunnelled, { kind: 'failed' }>): ExitTrouble {
    if (done.code === 'LOGIN') return this.#say('PROXY_LOGIN')
    return this.#say(done.code === 'PROTOCOL' ? 'PROXY_NOT_ONE' : 'PROXY_DOWN')
  }

  #say(code: ExitTrouble['code']): ExitTrouble {
    return { code, data: { proxy: this.text.replace(/^\w+:\/\//, '') } }
  }
}
