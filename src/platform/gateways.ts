// The default routers of this computer, one of each address family, and our own address towards each.
// Promise: asks the system only, within a few seconds and a bounded size; never rejects; empty where nothing is known.

import { execFile } from 'node:child_process'
import { open } from 'node:fs/promises'
import os from 'node:os'
import { promisify } from 'node:util'
import { canonicalIp, parseIp, scopeOf } from '../base/address.ts'
import {
  bsdRoute,
  type DefaultRoute,
  linuxRoute4,
  linuxRoute6,
  windowsRoute4,
  windowsRoute6,
} from './route-text.ts'

export interface SystemGateway {
  /** A link-local address carries its zone. */
  readonly host: string
  readonly ownHost: string
}

/** The one interface, or address of it, that everything leaves by; looked at anew each time. Linux only. */
export interface OnlyBy {
  readonly device: string | undefined
  readonly address: string | undefined
}

type Interfaces = ReturnType<typeof os.networkInterfaces>

const run = promisify(execFile)
const ASK_MS = 3_000
/** Tables of a home computer have some dozens of lines of 150 bytes. */
const MAX_TEXT_BYTES = 256 * 1024

export class NodeGateways {
  readonly #only: OnlyBy | undefined

  /** @param only routers that are reached by it; all others are not asked */
  constructor(only?: OnlyBy) {
    this.#only = only
  }

  async find(): Promise<readonly SystemGateway[]> {
    const only = this.#only
    if (only !== undefined && only.device === undefined) return []
    const [four, six] = await defaultRoutes(process.platform, only?.device)
    const interfaces = os.networkInterfaces()
    return [gatewayOf(four, interfaces, 4), gatewayOf(six, interfaces, 6)]
      .filter((gateway) => gateway !== undefined)
      .filter(({ ownHost }) => only?.address === undefined || ownHost === only.address)
  }
}

function defaultRoutes(
  platform: NodeJS.Platform,
  device: string | undefined,
): Promise<[DefaultRoute | undefined, DefaultRoute | undefined]> {
  switch (platform) {
    case 'linux':
      return Promise.all([
        read('/proc/net/route').then((table) => linuxRoute4(table, device)),
        read('/proc/net/ipv6_route').then((table) => linuxRoute6(table, device)),
      ])
    case 'win32':
      return Promise.all([
        printed('route', ['print', '-4', '0.0.0.0']).then(windowsRoute4),
        printed('route', ['print', '-6', '::/0']).then(windowsRoute6),
      ])
    default:
      return Promise.all([
        printed('route', ['-n', 'get', 'default']).then(bsdRoute),
        printed('route', ['-n', 'get', '-inet6', 'default']).then(bsdRoute),
      ])
  }
}

async function read(path: string): Promise<string> {
  try {
    const file = await open(path, 'r')
    try {
      const memory = Buffer.alloc(MAX_TEXT_BYTES)
      let filled = 0
      for (;;) {
        // A table of the kernel comes page by page.
        const { bytesRead } = await file.read(memory, filled, memory.length - filled, filled)
        filled += bytesRead
        if (bytesRead === 0 || filled === memory.length) return memory.toString('latin1', 0, filled)
      }
    } finally {
      await file.close()
    }
  } catch {
    // No such table here: then this family has no router that we know of.
    return ''
  }
}

async function printed(program: string, words: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(program, words, { timeout: ASK_MS, maxBuffer: MAX_TEXT_BYTES })
    return stdout
  } catch {
    // Not there, no such route, or too slow: nothing known.
    return ''
  }
}

/** Our address: the one the route names, else one on its interface, in the gateway's own network where there are several. */
export function gatewayOf(
  route: DefaultRoute | undefined,
  interfaces: Interfaces,
  family: 4 | 6,
): SystemGateway | undefined {
  if (route === undefined) return undefined
  const named = Object.entries(interfaces).filter(([name, addresses]) => {
    const wanted = route.interfaceName
    return wanted === undefined || name === wanted || addresses?.some((one) => String(one.scopeid) === wanted)
  })
  const own = named
    .flatMap(([, addresses]) => addresses ?? [])
    .filter((address) => address.family === (family === 4 ? 'IPv4' : 'IPv6'))
  const chosen =
    own.find(({ address }) => canonicalIp(address) === route.ownHost) ??
    (family === 4
      ? (own.find(({ address, netmask }) => sameNetwork(address, route.gateway, netmask)) ?? own[0])
      : (own.find(({ address }) => scopeOf(address) === 'public') ??
        own.find(({ address }) => scopeOf(address) === 'private')))
  const ownHost = route.ownHost ?? (chosen === undefined ? undefined : canonicalIp(chosen.address))
  if (ownHost === undefined) return undefined
  const zone = scopeOf(route.gateway) === 'link' && family === 6 ? route.interfaceName : undefined
  return { host: zone === undefined ? route.gateway : `${route.gateway}%${zone}`, ownHost }
}

function sameNetwork(a: string, b: string, netmask: string): boolean {
  const [one, other, mask] = [parseIp(a), parseIp(b), parseIp(netmask)]
  if (one?.length !== 4 || other?.length !== 4 || mask?.length !== 4) return false
  return one.every((byte, i) => ((byte ^ (other[i] as number)) & (mask[i] as number)) === 0)
}
