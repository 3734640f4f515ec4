// Options that `share` and `get` have in common, and the engine they open with them.

import path from 'node:path'
import { canonicalIp, parseEndpoint, scopeOf } from '../base/address.ts'
import type { Endpoint } from '../base/endpoint.ts'
import { CodedError } from '../base/errors.ts'
import { parseNodeAddress } from '../base/node-address.ts'
import { SocketError } from '../base/ports.ts'
import { type Engine, type EngineWarning, openEngine } from '../daemon/compose.ts'
import { PUBLIC_ROUTERS } from '../daemon/public-routers.ts'
import type { OptionTable } from './options.ts'
import type { Output } from './output.ts'
import { oneOf, PORT, RATE, type Reader, TEXT } from './readers.ts'
import { stateFolderOf } from './state-folder.ts'
import { TRACKER_URL } from './url-readers.ts'
import { sayFilter, sayWayOut, WAY_OUT_OPTIONS, type WayOutValues, wayOutOf } from './way-out-options.ts'

export class PortError extends CodedError<'PORT_IN_USE' | 'PORT_DENIED'> {}

const ADDRESS: Reader<Endpoint> = {
  expects: 'an address and port such as 192.168.1.20:51733 or [fd00::1]:51733',
  read: parseEndpoint,
}

const NODE: Reader<string> = {
  expects: 'a host and port such as 192.168.1.20:6881 or node.example.org:6881',
  read: (text) => (parseNodeAddress(text) === undefined ? undefined : text),
}

const ROUTER: Reader<string> = {
  expects: `${NODE.expects}, or none`,
  read: (text) => (text === NO_ROUTER ? text : NODE.read(text)),
}

/** Instead of a router: nobody is asked whom nobody named. */
const NO_ROUTER = 'none'

const LITERAL: Reader<string> = {
  expects: 'an address such as 192.168.1.20 or fd00::1',
  read: canonicalIp,
}

export const TRANSFER_OPTIONS = {
  port: { kind: 'value', placeholder: 'N', reader: PORT, summary: 'listen on this port (else any free one)' },
  bind: {
    kind: 'value',
    placeholder: 'ADDRESS',
    reader: LITERAL,
    summary: 'listen on this address only (127.0.0.1: nobody outside this computer)',
  },
  tracker: { kind: 'list', placeholder: 'URL', reader: TRACKER_URL, summary: 'announce to this tracker too' },
  peer: { kind: 'list', placeholder: 'H:P', reader: ADDRESS, summary: 'connect to this address' },
  'no-lsd': { kind: 'switch', summary: 'do not look for others on the local network' },
  'no-pex': { kind: 'switch', summary: 'do not exchange addresses with others' },
  'no-utp': { kind: 'switch', summary: 'connect over TCP only' },
  'no-port-mapping': { kind: 'switch', summary: 'do not ask the router to let others in' },
  'no-dht': { kind: 'switch', summary: 'do not look for others in the DHT' },
  'dht-node': { kind: 'list', placeholder: 'H:P', reader: NODE, summary: 'begin with this node of the DHT' },
  'dht-router': {
    kind: 'list',
    placeholder: 'H:P',
    reader: ROUTER,
    summary: 'ask this instead of the usual public nodes when no other answers; none: nobody',
  },
  encryption: {
    kind: 'value',
    placeholder: 'MODE',
    reader: oneOf('prefer', 'require', 'off'),
    summary: 'prefer (the default): encrypted where the other side can; require: not otherwise; off',
  },
  ...WAY_OUT_OPTIONS,
  'ip-filter': {
    kind: 'list',
    placeholder: 'FILE',
    reader: TEXT,
    summary: 'meet nobody whose address is in this list',
  },
  up: { kind: 'value', placeholder: 'RATE', reader: RATE, summary: 'upload at most this fast' },
  down: { kind: 'value', placeholder: 'RATE', reader: RATE, summary: 'download at most this fast' },
} as const satisfies OptionTable

export interface TransferValues extends WayOutValues {
  readonly 'ip-filter': readonly string[]
  readonly bind: string | undefined
  readonly port: number | undefined
  readonly up: number | undefined
  readonly down: number | undefined
  readonly 'no-lsd': boolean
  readonly 'no-utp': boolean
  readonly 'no-port-mapping': boolean
  readonly 'no-dht': boolean
  readonly 'dht-node': readonly string[]
  readonly 'dht-router': readonly string[]
  readonly encryption: 'prefer' | 'require' | 'off' | undefined
  readonly 'state-dir': string | undefined
}

/** @throws PortError, UsageError, ExitError, IpFilterError */
export async function openTransferEngine(
  values: TransferValues,
  folder: string,
  output: Output,
): Promise<Engine> {
  const port = values.port ?? 0
  const exit = wayOutOf(values)
  try {
    const engine = await openEngine({
      exit,
      ipFilters: values['ip-filter'].map((file) => path.resolve(folder, file)),
      stateFolder: stateFolderOf(values, folder),
      listen: { host: values.bind ?? '::', port },
      lan: !values['no-lsd'],
      utp: !values['no-utp'],
      portMapping: !values['no-port-mapping'],
      dht: !values['no-dht'],
      dhtNodes: values['dht-node'],
      dhtRouters: routersFor(values),
      encryption: values.encryption ?? DEFAULT_ENCRYPTION,
      upLimit: values.up,
      downLimit: values.down,
      warn: (warning) => output.warn(sentenceOf(warning)),
    })
    sayWayOut(engine, output)
    sayFilter(engine, output)
    return engine
  } catch (error) {
    if (error instanceof SocketError && error.code === 'IN_USE')
      throw new PortError('PORT_IN_USE', { port }, error)
    if (error instanceof SocketError && error.code === 'DENIED')
      throw new PortError('PORT_DENIED', { port }, error)
    throw error
  }
}

/** As for the library (DEFAULT_SESSION_OPTIONS): most clients can, and some refuse who cannot. */
const DEFAULT_ENCRYPTION = 'prefer'

/** Whether the DHT may ask nodes that nobody named. */
export function hasRouters(values: Pick<TransferValues, 'bind' | 'dht-router'>): boolean {
  return routersFor(values).length > 0
}

/** Who listens on this computer only has no use for nodes elsewhere. */
function routersFor(values: Pick<TransferValues, 'bind' | 'dht-router'>): readonly string[] {
  if (values.bind !== undefined && scopeOf(values.bind) === 'loopback') return []
  const typed = values['dht-router']
  if (typed.length === 0) return PUBLIC_ROUTERS
  return typed.filter((router) => router !== NO_ROUTER)
}

function sentenceOf({ code, name, why }: EngineWarning): string {
  return code === 'METADATA_NOT_KEPT'
    ? `What is known of ${name} could not be kept (${why}); a restart asks for it again.`
    : 'The nodes of the DHT could not be kept; the next start finds others more slowly.'
}
