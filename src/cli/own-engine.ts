// Whether a transfer may go through the running Shoal: not when its command asks for another network than that one has.
// Promise: a wish for privacy (a proxy, no DHT, a filter, …), typed or from the environment, is never passed over.

import type { SettingRow, SettingValue } from '../api/schemas/machine.ts'
import type { SettingKey } from '../api/settings.ts'
import { parseProxy } from '../daemon/way-out.ts'
import type { TransferValues } from './transfer-options.ts'

type NetworkValues = Omit<TransferValues, 'state-dir' | 'up' | 'down'> & { readonly 'no-pex': boolean }

/** Of the running one. */
export interface RunningNetwork {
  readonly settings: readonly Pick<SettingRow, 'key' | 'value'>[]
  /** That others connect to. */
  readonly port: number | null
}

/** `--proxy`, or undefined when the running one has all that is asked for. */
export function ownEngineBecause(values: NetworkValues, running: RunningNetwork): string | undefined {
  const set = (key: SettingKey): SettingValue | undefined =>
    running.settings.find((row) => row.key === key)?.value
  const differs: readonly [string, boolean][] = [
    ['proxy', values.proxy !== undefined && !sameProxy(values.proxy, set('network.proxy'))],
    ['interface', values.interface !== undefined && values.interface !== set('network.interface')],
    ['bind', values.bind !== undefined && values.bind !== set('network.bind')],
    ['port', values.port !== undefined && values.port !== 0 && values.port !== running.port],
    ['no-lsd', values['no-lsd'] && set('network.lan') !== false],
    ['no-pex', values['no-pex'] && set('network.pex') !== false],
    ['no-utp', values['no-utp'] && set('network.utp') !== false],
    ['no-port-mapping', values['no-port-mapping'] && set('network.portMapping') !== false],
    ['no-dht', values['no-dht'] && set('network.dht') !== false],
    ['dht-node', values['dht-node'].length > 0],
    [
      'dht-router',
      values['dht-router'].length > 0 && !sameRouters(values['dht-router'], set('network.dhtRouters')),
    ],
    ['encryption', values.encryption !== undefined && values.encryption !== set('network.encryption')],
    ['ip-filter', values['ip-filter'].length > 0 && !sameList(values['ip-filter'], set('network.ipFilters'))],
  ]
  const first = differs.find(([, other]) => other)
  return first === undefined ? undefined : `--${first[0]}`
}

function sameProxy(wish: NonNullable<TransferValues['proxy']>, set: SettingValue | undefined): boolean {
  const there = typeof set === 'string' && set !== '' ? parseProxy(set) : undefined
  return there !== undefined && JSON.stringify(there) === JSON.stringify(wish)
}

/** Who named none wants none; the setting says it as an empty list. */
function sameRouters(wish: readonly string[], set: SettingValue | undefined): boolean {
  return sameList(
    wish.filter((router) => router !== 'none'),
    set,
  )
}

function sameList(wish: readonly string[], set: SettingValue | undefined): boolean {
  return (
    Array.isArray(set) && set.length === wish.length && wish.every((item) => (set as string[]).includes(item))
  )
}
