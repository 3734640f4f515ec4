// Options that `share` and `get` have in common, and the engine they open with them.

import path from 'node:path'
import { canonicalIp, parseEndpoint } from '../base/address.ts'
import type { Endpoint } from '../base/endpoint.ts'
import { CodedError } from '../base/errors.ts'
import { SocketError } from '../base/ports.ts'
import { type Engine, openEngine, usualStateFolder } from '../daemon/compose.ts'
import type { OptionTable } from './options.ts'
import type { Output } from './output.ts'
import { PORT, RATE, type Reader } from './readers.ts'
import { TRACKER_URL } from './url-readers.ts'

export class PortError extends CodedError<'PORT_IN_USE' | 'PORT_DENIED'> {}

const ADDRESS: Reader<Endpoint> = {
  expects: 'an address and port such as 192.168.1.20:51733 or [fd00::1]:51733',
  read: parseEndpoint,
}

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
  up: { kind: 'value', placeholder: 'RATE', reader: RATE, summary: 'upload at most this fast' },
  down: { kind: 'value', placeholder: 'RATE', reader: RATE, summary: 'download at most this fast' },
} as const satisfies OptionTable

export interface TransferValues {
  readonly bind: string | undefined
  readonly port: number | undefined
  readonly up: number | undefined
  readonly down: number | undefined
  readonly 'no-lsd': boolean
  readonly 'state-dir': string | undefined
}

export function stateFolderOf(values: Pick<TransferValues, 'state-dir'>, folder: string): string {
  const given = values['state-dir']
  return given === undefined ? usualStateFolder() : path.resolve(folder, given)
}

/** @throws PortError */
export async function openTransferEngine(
  values: TransferValues,
  folder: string,
  output: Output,
): Promise<Engine> {
  const port = values.port ?? 0
  try {
    return await openEngine({
      stateFolder: stateFolderOf(values, folder),
      listen: { host: values.bind ?? '::', port },
      lan: !values['no-lsd'],
      upLimit: values.up,
      downLimit: values.down,
      warn: ({ name, why }) =>
        output.warn(`What is known of ${name} could not be kept (${why}); a restart asks for it again.`),
    })
  } catch (error) {
    if (error instanceof SocketError && error.code === 'IN_USE')
      throw new PortError('PORT_IN_USE', { port }, error)
    if (error instanceof SocketError && error.code === 'DENIED')
      throw new PortError('PORT_DENIED', { port }, error)
    throw error
  }
}
