// Options of transfers that stand in the environment, as settings of a daemon that is started there: who has set SHOAL_PROXY
// means every Shoal of this shell, the one that stays among them.
// Promise: what a command of its own would refuse is refused here too, in the same words.

import path from 'node:path'
import type { SettingValue } from '../api/schemas/machine.ts'
import type { SettingKey } from '../api/settings.ts'
import { type Environment, parseOptions } from './options.ts'
import { TRANSFER_OPTIONS } from './transfer-options.ts'
import { wayOutOf } from './way-out-options.ts'

/** @param folder the current one, for paths. @throws UsageError */
export function settingsIn(
  environment: Environment,
  folder: string,
): Partial<Record<SettingKey, SettingValue>> {
  const { values } = parseOptions([], TRANSFER_OPTIONS, environment)
  wayOutOf(values)
  const routers = values['dht-router']
  const filters = values['ip-filter']
  const found: [SettingKey, SettingValue | undefined][] = [
    ['network.proxy', values.proxy === undefined ? undefined : environment.SHOAL_PROXY],
    ['network.interface', values.interface],
    ['network.bind', values.bind],
    ['network.port', values.port],
    ['network.lan', offIf(values['no-lsd'])],
    ['network.pex', offIf(values['no-pex'])],
    ['network.utp', offIf(values['no-utp'])],
    ['network.portMapping', offIf(values['no-port-mapping'])],
    ['network.dht', offIf(values['no-dht'])],
    ['network.dhtRouters', routers.length === 0 ? undefined : routers.filter((router) => router !== 'none')],
    ['network.encryption', values.encryption],
    [
      'network.ipFilters',
      filters.length === 0 ? undefined : filters.map((file) => path.resolve(folder, file)),
    ],
    ['speed.up', values.up],
    ['speed.down', values.down],
  ]
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

function offIf(said: boolean): false | undefined {
  return said ? false : undefined
}
