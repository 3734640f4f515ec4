// What systems say about their default routes, as text: the kernel's tables on Linux, the output of `route` and `netstat` elsewhere.
// Promise: parses strictly; a line that is not exactly as expected is skipped, and no name or word of a language is read.

import { canonicalIp, formatIp, scopeOf } from '../base/address.ts'
import { fromHex } from '../base/bytes.ts'

export interface DefaultRoute {
  /** Canonical, without a zone. */
  readonly gateway: string
  /** Name, or number on Windows; undefined where the text does not tell. */
  readonly interfaceName: string | undefined
  /** Our address there, where the text tells it. */
  readonly ownHost: string | undefined
}

/** Kernel flags: the route is up, and leads to a gateway. */
const RTF_UP_GATEWAY = 0x3
const DEFAULT4 = '00000000'
const DEFAULT6 = '0'.repeat(32)

/**
 * /proc/net/route: addresses in hex, bytes reversed on the machines we run on. Of several, the one of least metric.
 * @param device routes of this interface only
 */
export function linuxRoute4(table: string, device?: string): DefaultRoute | undefined {
  let best: { readonly route: DefaultRoute; readonly metric: number } | undefined
  for (const line of table.split('\n')) {
    const words = line.trim().split(/\s+/)
    const [interfaceName = '', destination, gateway = '', flags = '', , , metricText, mask] = words
    if (destination !== DEFAULT4 || mask !== DEFAULT4 || !/^[0-9A-F]{8}$/i.test(gateway)) continue
    if (device !== undefined && interfaceName !== device) continue
    if ((Number.parseInt(flags, 16) & RTF_UP_GATEWAY) !== RTF_UP_GATEWAY) continue
    const metric = Number(metricText)
    const host = formatIp(fromHex(gateway).reverse())
    if (best !== undefined && !(metric < best.metric)) continue
    best = { route: { gateway: host, interfaceName, ownHost: undefined }, metric }
  }
  return usable(best?.route)
}

/** /proc/net/ipv6_route: destination, its length, source, its length, next hop, metric, two counters, flags, interface. */
export function linuxRoute6(table: string, device?: string): DefaultRoute | undefined {
  let best: { readonly route: DefaultRoute; readonly metric: number } | undefined
  for (const line of table.split('\n')) {
    const words = line.trim().split(/\s+/)
    const [destination, lengthBits, , , gateway = '', metricText = '', , , flags = '', interfaceName] = words
    if (destination !== DEFAULT6 || lengthBits !== '00' || !/^[0-9a-f]{32}$/i.test(gateway)) continue
    if (device !== undefined && interfaceName !== device) continue
    if ((Number.parseInt(flags, 16) & RTF_UP_GATEWAY) !== RTF_UP_GATEWAY) continue
    const metric = Number.parseInt(metricText, 16)
    if (best !== undefined && !(metric < best.metric)) continue
    best = { route: { gateway: formatIp(fromHex(gateway)), interfaceName, ownHost: undefined }, metric }
  }
  return usable(best?.route)
}

/** `route -n get default` of macOS and the BSDs: `gateway: 192.168.1.1`, `interface: en0`; IPv6 with a zone. */
export function bsdRoute(text: string): DefaultRoute | undefined {
  const gateway = /^\s*gateway: ([0-9a-fA-F.:]+)(?:%[A-Za-z0-9]+)?\s*$/m.exec(text)?.[1]
  const interfaceName = /^\s*interface: ([A-Za-z0-9]+)\s*$/m.exec(text)?.[1]
  const host = gateway === undefined ? undefined : canonicalIp(gateway)
  return usable(host === undefined ? undefined : { gateway: host, interfaceName, ownHost: undefined })
}

/** `route print -4 0.0.0.0` of Windows: destination, mask, gateway, own address, metric; the first table is of active routes. */
export function windowsRoute4(text: string): DefaultRoute | undefined {
  let best: { readonly route: DefaultRoute; readonly metric: number } | undefined
  for (const line of text.split(/\r?\n/)) {
    const words = line.trim().split(/\s+/)
    const [destination, mask, gateway = '', own = '', metricText = ''] = words
    if (words.length !== 5 || destination !== '0.0.0.0' || mask !== '0.0.0.0') continue
    const [host, ownHost] = [canonicalIp(gateway), canonicalIp(own)]
    if (host === undefined || ownHost === undefined || !/^[0-9]{1,6}$/.test(metricText)) continue
    if (best !== undefined && Number(metricText) >= best.metric) continue
    best = { route: { gateway: host, interfaceName: undefined, ownHost }, metric: Number(metricText) }
  }
  return usable(best?.route)
}

/** `route print -6 ::/0` of Windows: interface number, metric, destination, gateway. */
export function windowsRoute6(text: string): DefaultRoute | undefined {
  let best: { readonly route: DefaultRoute; readonly metric: number } | undefined
  for (const line of text.split(/\r?\n/)) {
    const words = line.trim().split(/\s+/)
    const [interfaceName = '', metricText = '', destination, gateway = ''] = words
    if (words.length !== 4 || destination !== '::/0' || !/^[0-9]{1,6}$/.test(interfaceName)) continue
    const host = canonicalIp(gateway)
    if (host === undefined || !/^[0-9]{1,6}$/.test(metricText)) continue
    if (best !== undefined && Number(metricText) >= best.metric) continue
    best = { route: { gateway: host, interfaceName, ownHost: undefined }, metric: Number(metricText) }
  }
  return usable(best?.route)
}

function usable(route: DefaultRoute | undefined): DefaultRoute | undefined {
  const scope = route === undefined ? 'none' : scopeOf(route.gateway)
  return scope === 'none' || scope === 'loopback' ? undefined : route
}
