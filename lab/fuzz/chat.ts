// Entries of chat, their content, and the frames of logs, from an enemy: what is read is written again the same, nothing unsigned
// is believed, and a device that is fed frames either takes them or hangs up.

import assert from 'node:assert/strict'
import { decode } from '../../src/base/bencode.ts'
import { encode } from '../../src/base/bencode-encode.ts'
import { BDict, BencodeError } from '../../src/base/bencode-value.ts'
import { type Content, decodeContent, encodeContent } from '../../src/community/chat/content.ts'
import { decodeEntry, encodeBody, readEntry, signEntry } from '../../src/community/chat/entry.ts'
import { RecordError } from '../../src/community/community-error.ts'
import { type CircleId, type DeviceId, keyBytes, keyText, type RecordId } from '../../src/community/ids.ts'
import { NOTHING, UNBOUNDED } from '../../src/community/log/log-record.ts'
import { LogSync } from '../../src/community/log/log-sync.ts'
import { packVector } from '../../src/community/log/log-vector.ts'
import { SystemCrypto } from '../../src/community/network/system-crypto.ts'
import { MemoryLogStore } from '../../test/doubles/memory-log-store.ts'
import type { FuzzTarget } from './target.ts'

const crypto = new SystemCrypto()
const seed = new Uint8Array(32).fill(5)
const author = keyText<DeviceId>(crypto.publicKey(seed))
const circle = keyText<CircleId>(new Uint8Array(32).fill(1))
const other = keyText<DeviceId>(new Uint8Array(32).fill(2))
const head = keyText<RecordId>(new Uint8Array(32).fill(3))

const texts: Exclude<Content, { kind: 'unknown' }>[] = [
  { kind: 'text', room: '0a'.repeat(16), text: 'Hi', replyTo: head, mentions: [] },
  { kind: 'react', target: head, emoji: '👍', on: true },
  {
    kind: 'file',
    room: '0a'.repeat(16),
    offer: {
      name: 'b',
      kind: 'folder',
      files: 1,
      lengthBytes: 4,
      what: { kind: 'list', items: [{ path: 'x/y', root: new Uint8Array(32), lengthBytes: 4 }] },
    },
    text: '',
    replyTo: undefined,
  },
]
const contents = texts.map(encodeContent)
const entry = signEntry(
  {
    circle,
    author,
    seq: 1,
    prev: undefined,
    dependencies: [head],
    lamport: 4,
    time: 1,
    epoch: head,
    sealed: new Uint8Array(64),
  },
  seed,
  crypto,
)
const c = keyBytes(circle)
const v = packVector([{ author, begin: 1, seq: 1, head: entry.id, forkedAt: undefined }])
const frames = [
  ['sum', { c, d: new Uint8Array(32) }],
  ['vector', { c, i: 0, v }],
  ['heads', { c, v }],
  ['pull', { c, n: 1, w: new Uint8Array(36) }],
  ['page', { c, m: 0, n: 1, r: [entry.bytes] }],
  ['fork', { c, f: entry.bytes, s: entry.bytes }],
  ['want-fork', { a: keyBytes(author), c }],
] as const

function refused<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof RecordError) return undefined
    throw error
  }
}

/** A device that has just told what it has and was told of an entry it wants. */
function listener(): { readonly sync: LogSync; readonly stored: string[] } {
  const stored: string[] = []
  const sync = new LogSync({
    owner: {
      read: (_circle, bytes) => readEntry(bytes, crypto),
      bound: (_circle, each) => (each === author ? UNBOUNDED : NOTHING),
      judge: () => 'take',
      stored: ({ id }) => void stored.push(id),
      forked: () => undefined,
      holds: () => undefined,
      caughtUp: () => undefined,
    },
    store: new MemoryLogStore(),
    out: { send: () => true, hangUp: () => undefined },
    digest: crypto,
  })
  sync.opened(circle, other, false, 0 as never)
  sync.received(other, 'heads', decode(encode({ c, v })).value as BDict, 1 as never)
  return { sync, stored }
}

export const target: FuzzTarget = {
  corpus: [entry.bytes, ...contents, ...frames.map(([k, b]) => encode({ b, k }))],
  run(input) {
    const read = refused(() => decodeEntry(input))
    if (read !== undefined) assert.deepEqual(encodeBody(read.body), read.encoded)
    if (refused(() => readEntry(input, crypto)) !== undefined) assert.deepEqual(input, entry.bytes)

    const content = decodeContent(input)
    if (content.kind !== 'unknown') assert.deepEqual(encodeContent(content), input)

    let frame: BDict | undefined
    try {
      const { value } = decode(input)
      if (value instanceof BDict) frame = value
    } catch (error) {
      if (!(error instanceof BencodeError)) throw error
    }
    const kind = frame?.text('k')
    const body = frame?.dict('b')
    if (kind === undefined || body === undefined) return
    const { sync, stored } = listener()
    refused(() => sync.received(other, kind, body, 2 as never))
    assert.ok(
      stored.every((id) => id === entry.id),
      'something unsigned was stored',
    )
  },
}
