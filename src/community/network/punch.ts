// Two devices behind routers that only reach each other through a third meet directly: each tells the other where its
// datagrams are seen outside, then both send at the same moment (as BEP 55 does), over uTP.
// `/shoal/punch/1` {a: [addresses]}, taken with {a: [addresses]} in return.

import type { Connection, Stream } from '@libp2p/interface'
import { type BDict, BList } from '../../base/bencode.ts'
import { type DeviceAddress, readAddresses } from '../device-address.ts'
import { offerBytes, readHeader, sendHeader, takeBytes } from './byte-stream.ts'
import { STREAM_MS } from './deadlines.ts'

export const PUNCH_PROTOCOL = '/shoal/punch/1'
/** A link that stays relayed is tried again: networks change. */
export const PUNCH_AGAIN_MS: readonly number[] = [0, 30_000, 120_000, 600_000]

/** Asks over the relayed connection. @returns where the other is */
export async function askToPunch(
  connection: Connection,
  own: readonly DeviceAddress[],
): Promise<readonly DeviceAddress[]> {
  const deadline = AbortSignal.timeout(STREAM_MS)
  const stream = await connection.newStream(PUNCH_PROTOCOL, { signal: deadline })
  try {
    const taken = await offerBytes(stream, { a: own }, deadline)
    if (taken === undefined) return []
    const read = await readHeader(stream, deadline, taken.early)
    return read === undefined ? [] : addressesIn(read.header)
  } finally {
    stream.abort(new Error('over'))
  }
}

/** @throws RecordError for what is no request */
export async function answerPunch(
  stream: Stream,
  own: () => Promise<readonly DeviceAddress[]>,
): Promise<readonly DeviceAddress[]> {
  const read = await readHeader(stream, AbortSignal.timeout(STREAM_MS))
  if (read === undefined) return []
  const mine = await own()
  takeBytes(stream)
  sendHeader(stream, { a: mine })
  return addressesIn(read.header)
}

function addressesIn(header: BDict): DeviceAddress[] {
  const list = header.get('a')
  if (!(list instanceof BList)) return []
  const texts = [...list].map((text) => (text instanceof Uint8Array ? String.fromCharCode(...text) : ''))
  return readAddresses(texts).filter((address) => address.startsWith('utp/'))
}
