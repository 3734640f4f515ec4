// Names resolved over sockets of our own, so that the questions leave by the interface too: the system's resolver would
// ask by whichever way it likes. Hosts files and local names (mDNS) are not looked at.
// Promise: bounded look-ups, each ended within a few seconds; a name that cannot be resolved gives an empty list.

import dns from 'node:dns'
import { readFileSync } from 'node:fs'
import { canonicalIp, scopeOf } from '../../base/address.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { isHostName } from '../../base/host-name.ts'
import type { DatagramSocket, Names, Random } from '../../base/ports.ts'
import { type DnsAnswer, encodeQuestion, parseAnswer, type RecordType } from './dns-message.ts'

/** Where systemd-resolved writes the servers that stand behind its own on loopback. */
const BEHIND_THE_STUB = '/run/systemd/resolve/resolv.conf'
const DNS_PORT = 53
const MAX_SERVERS = 3
/** One try at one server; a name is given up after all servers were asked twice. */
const TRY_MS = 2_000
const ROUNDS = 2
/** Names asked at once; the rest wait. */
const MAX_LOOKUPS = 8

export interface NameServersOptions {
  readonly bind: (at: Endpoint) => Promise<DatagramSocket>
  readonly random: Pick<Random, 'uint32'>
  readonly servers?: () => readonly Endpoint[]
}

export class NameServers implements Names {
  readonly #options: NameServersOptions
  readonly #running = new Map<string, Promise<readonly string[]>>()
  readonly #waiting: (() => void)[] = []
  #lookups = 0

  constructor(options: NameServersOptions) {
    this.#options = options
  }

  resolve(name: string): Promise<readonly string[]> {
    const literal = canonicalIp(name)
    if (literal !== undefined) return Promise.resolve([literal])
    if (!isHostName(name)) return Promise.resolve([])
    const running = this.#running.get(name)
    if (running !== undefined) return running
    const asked = this.#look(name).finally(() => this.#running.delete(name))
    this.#running.set(name, asked)
    return asked
  }

  async #look(name: string): Promise<readonly string[]> {
    if (this.#lookups >= MAX_LOOKUPS) await new Promise<void>((go) => this.#waiting.push(go))
    this.#lookups++
    try {
      const lists = await Promise.all([this.#ask(name, 'A'), this.#ask(name, 'AAAA')])
      return lists.flat()
    } finally {
      this.#lookups--
      this.#waiting.shift()?.()
    }
  }

  async #ask(name: string, type: RecordType): Promise<readonly string[]> {
    const servers = (this.#options.servers ?? systemServers)()
    for (let round = 0; round < ROUNDS; round++) {
      for (const server of servers) {
        const answer = await this.#askOne(server, name, type)
        if (answer?.kind === 'addresses') return answer.addresses
      }
    }
    return []
  }

  /** Each question has a socket, and so a port, of its own, as guessing is made hard by both port and id (RFC 5452). */
  async #askOne(server: Endpoint, name: string, type: RecordType): Promise<DnsAnswer | undefined> {
    let socket: DatagramSocket
    try {
      socket = await this.#options.bind({ host: isIPv6(server.host) ? '::' : '0.0.0.0', port: 0 })
    } catch {
      // The interface is not there, or has no such family: the next server, or nobody.
      return undefined
    }
    const id = this.#options.random.uint32() & 0xffff
    return new Promise((resolve) => {
      const settle = (answer: DnsAnswer | undefined): void => {
        clearTimeout(timer)
        socket.close()
        resolve(answer)
      }
      const timer = setTimeout(() => settle(undefined), TRY_MS)
      socket.onMessage = (bytes, from) => {
        if (from.host !== server.host || from.port !== server.port) return
        const answer = parseAnswer(bytes, id, name, type)
        if (answer !== undefined) settle(answer)
      }
      socket.send(encodeQuestion(id, name, type), server)
    })
  }
}

/** Those that can be reached by an interface: one on loopback cannot, and would ask by a way of its own. */
export function systemServers(
  configured: readonly string[] = dns.getServers(),
  behind: () => string = () => readFileSync(BEHIND_THE_STUB, 'utf8'),
): readonly Endpoint[] {
  const outside = serversIn(configured)
  if (outside.length > 0) return outside
  try {
    return serversIn([...behind().matchAll(/^nameserver\s+(\S+)/gm)].map(([, host]) => host ?? ''))
  } catch {
    // There is no such stub, so there are no servers behind it.
    return []
  }
}

function serversIn(texts: readonly string[]): Endpoint[] {
  const servers: Endpoint[] = []
  for (const text of texts) {
    const [, bracketed, plainText, port] = /^(?:\[([^\]]+)\](?::([0-9]+))?|(.+))$/.exec(text) ?? []
    const host = canonicalIp(bracketed ?? port ?? '')
    if (host === undefined || scopeOf(host) === 'loopback' || scopeOf(host) === 'none') continue
    servers.push({ host, port: plainText === undefined ? DNS_PORT : Number(plainText) })
  }
  return servers.slice(0, MAX_SERVERS)
}
