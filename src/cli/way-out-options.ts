// Options for the way out (a proxy, an interface), and what a person is told about it when a command begins.

import { formatCount } from '../api/format-quantity.ts'
import type { Engine } from '../daemon/compose.ts'
import type { ExitWish, ProxyAddress, Withheld } from '../daemon/way-out.ts'
import type { OptionTable } from './options.ts'
import type { Output } from './output.ts'
import { TEXT } from './readers.ts'
import { PROXY_URL } from './url-readers.ts'
import { UsageError } from './usage-error.ts'

export const WAY_OUT_OPTIONS = {
  proxy: {
    kind: 'value',
    placeholder: 'URL',
    reader: PROXY_URL,
    summary: 'everything through this proxy: socks5://[USER:PASSWORD@]HOST:PORT or http://…',
  },
  interface: {
    kind: 'value',
    placeholder: 'NAME',
    reader: TEXT,
    summary: 'everything by this network interface, or by the one with this address (Linux)',
  },
} as const satisfies OptionTable

export interface WayOutValues {
  readonly proxy: ProxyAddress | undefined
  readonly interface: string | undefined
}

/** @throws UsageError */
export function wayOutOf({ proxy, interface: name }: WayOutValues): ExitWish {
  if (proxy !== undefined && name !== undefined) {
    const why = 'A proxy is reached by whichever way the system has; leave one of them out.'
    throw new UsageError('OPTION_CONFLICT', { option: '--proxy', other: '--interface', why })
  }
  return { proxy, interface: name }
}

const OFF: Readonly<Record<Withheld, string>> = {
  LISTENING: 'nobody can connect to you',
  LAN: 'nobody is looked for on the local network',
  PORT_MAPPING: 'your router is asked for nothing',
  DATAGRAMS: 'it relays no UDP, so there is no DHT, no uTP and no UDP tracker',
}

export function sayWayOut({ exit, withheld }: Pick<Engine, 'exit' | 'withheld'>, output: Output): void {
  if (exit.kind === 'direct') return
  const off = withheld.map((what) => OFF[what]).join('; ')
  const way = exit.kind === 'proxy' ? `through ${exit.text}` : `by ${exit.text}`
  output.note(`Everything goes ${way} or not at all: ${off}.`)
  output.object({ event: 'way-out', kind: exit.kind, way: exit.text, off: withheld })
}

export function sayFilter({ filter }: Pick<Engine, 'filter'>, output: Output): void {
  for (const { name, ranges, malformed } of filter?.lists ?? []) {
    const unread = malformed === 0 ? '' : `; ${formatCount(malformed, 'line')} not understood`
    output.note(`Filter ${name}: ${formatCount(ranges.count, 'range')}${unread}.`)
    output.object({ event: 'ip-filter', list: name, ranges: ranges.count, malformed })
  }
}
