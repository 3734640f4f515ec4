// The HTTP half of the test tracker: one request in, one bencoded answer out.
// Written without Shoal's own bencode, so that a mistake there cannot hide here.

import type { IncomingMessage } from 'node:http'
import {
  type AnnounceEvent,
  compactPeers,
  type Member,
  plainAddress,
  type SwarmRegister,
} from './swarm-register.ts'

export interface HttpAnswer {
  readonly status: number
  readonly body: Buffer
}

interface Manner {
  readonly intervalSeconds: number
  readonly failure?: string
}

const NUM_WANT = 50

export function answerHttp(request: IncomingMessage, register: SwarmRegister, manner: Manner): HttpAnswer {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2)
  const fields = readQuery(query)
  if (path.endsWith('/scrape')) return ok(scrape(fields, register))
  if (!path.endsWith('/announce')) return { status: 404, body: Buffer.from('no such page') }
  if (manner.failure !== undefined) return failure(manner.failure)
  const infohash = one(fields, 'info_hash')
  const peerId = one(fields, 'peer_id')
  const port = Number(one(fields, 'port'))
  if (infohash.length !== 20) return failure('info_hash is not 20 bytes')
  if (peerId.length !== 20) return failure('peer_id is not 20 bytes')
  if (!Number.isInteger(port) || port < 1 || port > 65535) return failure('no port')
  const members = register.announce({
    protocol: 'http',
    infohash: hex(infohash),
    peerId: hex(peerId),
    address: plainAddress(request.socket.remoteAddress ?? ''),
    port,
    event: readEvent(one(fields, 'event')),
    uploaded: Number(one(fields, 'uploaded')),
    downloaded: Number(one(fields, 'downloaded')),
    left: Number(one(fields, 'left')),
    numWant: one(fields, 'numwant') === '' ? NUM_WANT : Number(one(fields, 'numwant')),
    target: request.url ?? '',
    atMs: performance.now(),
  })
  const { seeds, leeches } = register.counts(hex(infohash))
  return ok({
    complete: seeds,
    incomplete: leeches,
    interval: manner.intervalSeconds,
    'min interval': manner.intervalSeconds,
    ...(one(fields, 'compact') === '0' ? { peers: members.map(described) } : compact(members)),
  })
}

function compact(members: readonly Member[]): Record<string, Buffer> {
  return {
    peers: compactPeers(members.filter(({ address }) => !address.includes(':'))),
    peers6: compactPeers(members.filter(({ address }) => address.includes(':'))),
  }
}

function described({ address, peerId, port }: Member): Record<string, Value> {
  return { ip: address, 'peer id': Buffer.from(peerId, 'hex'), port }
}

function scrape(fields: Fields, register: SwarmRegister): Record<string, Value> {
  const asked = (fields.get('info_hash') ?? []).map(hex)
  const files: Record<string, Value> = {}
  for (const infohash of asked.length > 0 ? asked : register.infohashes()) {
    const { seeds, leeches, completed } = register.counts(infohash)
    const key = Buffer.from(infohash, 'hex').toString('latin1')
    files[key] = { complete: seeds, downloaded: completed, incomplete: leeches }
  }
  return { files }
}

function ok(body: Value): HttpAnswer {
  return { status: 200, body: bencode(body) }
}

function failure(reason: string): HttpAnswer {
  return ok({ 'failure reason': reason })
}

function readEvent(text: string): AnnounceEvent {
  return text === 'started' || text === 'stopped' || text === 'completed' ? text : 'none'
}

/** Values one character a byte: an infohash in a query is any 20 bytes, not UTF-8. */
type Fields = ReadonlyMap<string, readonly string[]>

function readQuery(query: string): Fields {
  const fields = new Map<string, string[]>()
  for (const pair of query.split('&')) {
    const [name = '', value = ''] = pair.split('=', 2)
    const bytes = value.replace(/%([0-9a-fA-F]{2})/g, (_all, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    )
    fields.set(name, [...(fields.get(name) ?? []), bytes])
  }
  return fields
}

function one(fields: Fields, name: string): string {
  return fields.get(name)?.[0] ?? ''
}

function hex(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('hex')
}

type Value = number | string | Buffer | readonly Value[] | { readonly [key: string]: Value }

/** Keys one character a byte. */
function bencode(value: Value): Buffer {
  if (typeof value === 'number') return Buffer.from(`i${value}e`)
  if (typeof value === 'string') return bencode(Buffer.from(value))
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`${value.length}:`), value])
  if (isList(value)) return Buffer.concat([Buffer.from('l'), ...value.map(bencode), Buffer.from('e')])
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  const parts = entries.flatMap(([key, member]) => [bencode(Buffer.from(key, 'latin1')), bencode(member)])
  return Buffer.concat([Buffer.from('d'), ...parts, Buffer.from('e')])
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}
