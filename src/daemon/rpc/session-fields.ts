// Every field that session-get has, by its classic name, and how session-set writes those that can be written.
// A field without `set` is what it is: setting it to something else is refused by name, after the rest was done.

import type { OutputOf } from '../../api/routes.ts'
import type { SettingValue } from '../../api/schemas/machine.ts'
import type { SettingKey } from '../../api/settings.ts'
import { type Arguments, wrong } from './arguments.ts'
import {
  changedLimit,
  kilobytesOf,
  type LimitsAside,
  limitOf,
  type SessionSettings,
  USUAL_LIMIT,
} from './session-settings.ts'
import { readSlowTimes, type SlowTimes, writeSlowTimes } from './slow-times.ts'

/** The calls that are spoken are those of this version of Transmission (docs/transmission-rpc.md). */
export const RPC_VERSION = 17
export const RPC_VERSION_SEMVER = '5.3.0'
const RPC_VERSION_MINIMUM = 14
const TRANSMISSION_VERSION = '4.0.0'

export interface SessionView {
  readonly settings: SessionSettings
  readonly status: OutputOf<'status'>
  readonly aside: LimitsAside
  readonly sessionId: string
  /** Of Shoal. */
  readonly version: string
}

/** Settings that a session-set changes. */
export type Values = Partial<Record<SettingKey, SettingValue>>

interface SessionField {
  readonly of: (view: SessionView) => unknown
  readonly set?: (args: Arguments, view: SessionView) => Values
}

const MINUTE_SECONDS = 60
const KIB = 1_024
const KB = 1_000

const ENCRYPTION = [
  ['require', 'required'],
  ['prefer', 'preferred'],
  ['off', 'tolerated'],
] as const

const fixed = (value: unknown): SessionField => ({ of: () => value })

function flag(
  name: string,
  key: 'network.dht' | 'network.lan' | 'network.pex' | 'network.utp' | 'network.portMapping' | 'speed.slow',
): SessionField {
  return {
    of: ({ settings }) => settings.get(key),
    set: (args) => ({ [key]: args.boolean(name) ?? null }),
  }
}

function count(
  name: string,
  key:
    | 'network.port'
    | 'network.maxConnections'
    | 'network.maxPeers'
    | 'saving.maxActive'
    | 'sharing.maxActive',
): SessionField {
  return { of: ({ settings }) => settings.get(key), set: (args) => ({ [key]: args.count(name) ?? null }) }
}

function speed(direction: 'down' | 'up'): [string, SessionField][] {
  const key = `speed.${direction}` as const
  const name = `speed-limit-${direction}`
  const set = (args: Arguments, { settings, aside }: SessionView): Values => {
    const asked = { given: args.number(name), on: args.boolean(`${name}-enabled`) }
    const limit = changedLimit(asked, settings.get(key), aside, key)
    return limit === undefined ? {} : { [key]: limit }
  }
  return [
    [
      name,
      {
        of: ({ settings, aside }) => kilobytesOf(settings.get(key) ?? aside.get(key, USUAL_LIMIT) * KB),
        set,
      },
    ],
    [`${name}-enabled`, { of: ({ settings }) => settings.get(key) !== null, set }],
  ]
}

function slowSpeed(name: string, key: 'speed.slowDown' | 'speed.slowUp'): SessionField {
  return {
    of: ({ settings }) => kilobytesOf(settings.get(key) ?? 0),
    set: (args) => ({ [key]: limitOf(args.number(name) ?? 0) }),
  }
}

/** The seeding bounds: a number, and whether it holds. `usual` is what Transmission shows before one was set. */
function seeding(
  limit: string,
  limited: string,
  key: 'sharing.ratio' | 'sharing.seconds',
  { scale, usual }: { scale: number; usual: number },
): [string, SessionField][] {
  const shown = (value: number): number => (scale === 1 ? value : Math.ceil(value / scale))
  const set = (args: Arguments, { settings, aside }: SessionView): Values => {
    const now = settings.get(key)
    const given = args.number(limit)
    if (given !== undefined && given < 0) throw wrong(limit, 'a number from 0 on')
    const number = given ?? (now === null ? aside.get(key, usual) : shown(now))
    aside.set(key, number)
    return { [key]: (args.boolean(limited) ?? now !== null) ? number * scale : null }
  }
  return [
    [limit, { of: ({ settings, aside }) => shown(settings.get(key) ?? aside.get(key, usual) * scale), set }],
    [limited, { of: ({ settings }) => settings.get(key) !== null, set }],
  ]
}

const slowTimes = ({ settings }: SessionView): SlowTimes => readSlowTimes(settings.get('speed.slowTimes'))

const setSlowTimes = (args: Arguments, view: SessionView): Values => {
  const now = slowTimes(view)
  return {
    'speed.slowTimes': writeSlowTimes({
      on: args.boolean('alt-speed-time-enabled') ?? now.on,
      begin: args.count('alt-speed-time-begin') ?? now.begin,
      end: args.count('alt-speed-time-end') ?? now.end,
      days: args.count('alt-speed-time-day') ?? now.days,
    }),
  }
}

function setEncryption(args: Arguments): Values {
  const asked = args.string('encryption')
  const found = ENCRYPTION.find(([, theirs]) => theirs === (asked === 'allowed' ? 'tolerated' : asked))
  if (found === undefined) throw wrong('encryption', 'required, preferred or tolerated')
  return { 'network.encryption': found[0] }
}

export const SESSION_FIELDS: ReadonlyMap<string, SessionField> = new Map<string, SessionField>([
  ['alt-speed-down', slowSpeed('alt-speed-down', 'speed.slowDown')],
  ['alt-speed-enabled', flag('alt-speed-enabled', 'speed.slow')],
  ['alt-speed-time-begin', { of: (view) => slowTimes(view).begin, set: setSlowTimes }],
  ['alt-speed-time-day', { of: (view) => slowTimes(view).days, set: setSlowTimes }],
  ['alt-speed-time-enabled', { of: (view) => slowTimes(view).on, set: setSlowTimes }],
  ['alt-speed-time-end', { of: (view) => slowTimes(view).end, set: setSlowTimes }],
  ['alt-speed-up', slowSpeed('alt-speed-up', 'speed.slowUp')],
  ['blocklist-enabled', { of: ({ settings }) => settings.get('network.ipFilters').length > 0 }],
  // How many ranges the lists hold is not told anywhere; with no list it is none.
  ['blocklist-size', fixed(0)],
  ['blocklist-url', fixed('')],
  ['cache-size-mb', fixed(0)],
  ['config-dir', { of: ({ status }) => status.stateFolder }],
  ['default-trackers', fixed('')],
  ['dht-enabled', flag('dht-enabled', 'network.dht')],
  [
    'download-dir',
    {
      of: ({ status }) => status.saveFolder,
      set: (args) => ({ 'saving.folder': args.needed('download-dir') }),
    },
  ],
  ['download-dir-free-space', { of: ({ status }) => status.totals.freeBytes ?? -1 }],
  ['download-queue-enabled', fixed(true)],
  ['download-queue-size', count('download-queue-size', 'saving.maxActive')],
  [
    'encryption',
    {
      of: ({ settings }) =>
        ENCRYPTION.find(([ours]) => ours === settings.get('network.encryption'))?.[1] ?? 'preferred',
      set: setEncryption,
    },
  ],
  ...seeding('idle-seeding-limit', 'idle-seeding-limit-enabled', 'sharing.seconds', {
    scale: MINUTE_SECONDS,
    usual: 30,
  }),
  ['incomplete-dir', { of: ({ status }) => status.saveFolder }],
  ['incomplete-dir-enabled', fixed(false)],
  ['lpd-enabled', flag('lpd-enabled', 'network.lan')],
  ['peer-limit-global', count('peer-limit-global', 'network.maxConnections')],
  ['peer-limit-per-torrent', count('peer-limit-per-torrent', 'network.maxPeers')],
  [
    'peer-port',
    {
      of: ({ status, settings }) => status.port ?? settings.get('network.port'),
      set: (args) => ({ 'network.port': args.count('peer-port') ?? null }),
    },
  ],
  ['peer-port-random-on-start', fixed(false)],
  ['pex-enabled', flag('pex-enabled', 'network.pex')],
  ['port-forwarding-enabled', flag('port-forwarding-enabled', 'network.portMapping')],
  ['queue-stalled-enabled', fixed(false)],
  ['queue-stalled-minutes', fixed(0)],
  ['rename-partial-files', fixed(false)],
  ['rpc-version', fixed(RPC_VERSION)],
  ['rpc-version-minimum', fixed(RPC_VERSION_MINIMUM)],
  ['rpc-version-semver', fixed(RPC_VERSION_SEMVER)],
  // No program is run by anything that arrives (SAFETY.md).
  ['script-torrent-added-enabled', fixed(false)],
  ['script-torrent-added-filename', fixed('')],
  ['script-torrent-done-enabled', fixed(false)],
  ['script-torrent-done-filename', fixed('')],
  ['script-torrent-done-seeding-enabled', fixed(false)],
  ['script-torrent-done-seeding-filename', fixed('')],
  ['seed-queue-enabled', fixed(true)],
  ['seed-queue-size', count('seed-queue-size', 'sharing.maxActive')],
  ...seeding('seedRatioLimit', 'seedRatioLimited', 'sharing.ratio', { scale: 1, usual: 2 }),
  ['session-id', { of: ({ sessionId }) => sessionId }],
  ...speed('down'),
  ...speed('up'),
  [
    'start-added-torrents',
    {
      of: ({ aside }) => aside.startAdded,
      set: (args, { aside }) => {
        aside.startAdded = args.boolean('start-added-torrents') ?? true
        return {}
      },
    },
  ],
  ['trash-original-torrent-files', fixed(false)],
  [
    'units',
    fixed({
      'speed-units': ['kB/s', 'MB/s', 'GB/s', 'TB/s'],
      'speed-bytes': KB,
      'size-units': ['kB', 'MB', 'GB', 'TB'],
      'size-bytes': KB,
      'memory-units': ['KiB', 'MiB', 'GiB', 'TiB'],
      'memory-bytes': KIB,
    }),
  ],
  ['utp-enabled', flag('utp-enabled', 'network.utp')],
  ['version', { of: ({ version }) => `${TRANSMISSION_VERSION} (Shoal ${version})` }],
])
