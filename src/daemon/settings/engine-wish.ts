// From the settings to what an engine is opened with.

import type { Settings } from '../../api/settings.ts'
import { canonicalIp, scopeOf } from '../../base/address.ts'
import type { EngineOptions } from '../compose.ts'
import { PUBLIC_ROUTERS } from '../public-routers.ts'
import { parseProxy } from '../way-out.ts'
import { SettingError } from './settings-store.ts'

const EVERYWHERE = '::'

/** @param port to listen on, 0 for any @throws SettingError SETTING_INVALID where two settings do not go together */
export function engineWish(settings: Settings, port: number): Omit<EngineOptions, 'stateFolder'> {
  const host = bindHost(settings)
  return {
    exit: exitOf(settings),
    ipFilters: settings['network.ipFilters'],
    listen: { host, port },
    lan: settings['network.lan'],
    utp: settings['network.utp'],
    portMapping: settings['network.portMapping'],
    dht: settings['network.dht'],
    dhtRouters: routersOf(settings, host),
    encryption: settings['network.encryption'],
    maxConnections: settings['network.maxConnections'],
    maxActiveDownloads: settings['saving.maxActive'],
    maxActiveSeeds: settings['sharing.maxActive'],
  }
}

function bindHost(settings: Settings): string {
  const bind = settings['network.bind'].trim()
  if (bind === '') return EVERYWHERE
  const host = canonicalIp(bind)
  if (host === undefined)
    throw new SettingError('SETTING_INVALID', { key: 'network.bind', why: 'it is no address' })
  return host
}

function exitOf(settings: Settings): NonNullable<EngineOptions['exit']> {
  const proxy = settings['network.proxy'].trim()
  const name = settings['network.interface'].trim()
  if (proxy !== '' && name !== '')
    throw new SettingError('SETTING_INVALID', {
      key: 'network.proxy',
      why: 'a proxy is reached by whichever way the system has: leave network.interface empty',
    })
  if (proxy === '') return { proxy: undefined, interface: name === '' ? undefined : name }
  const address = parseProxy(proxy)
  if (address === undefined)
    throw new SettingError('SETTING_INVALID', {
      key: 'network.proxy',
      why: 'it must be like socks5://host:port or http://host:port',
    })
  return { proxy: address, interface: undefined }
}

/** The DHT has somebody to begin with. */
export function hasRouters(settings: Settings): boolean {
  return routersOf(settings, bindHost(settings)).length > 0
}

/** Who listens on this computer only has no use for nodes elsewhere. */
function routersOf(settings: Settings, host: string): readonly string[] {
  if (scopeOf(host) === 'loopback') return settings['network.dhtRouters'] ?? []
  return settings['network.dhtRouters'] ?? PUBLIC_ROUTERS
}
