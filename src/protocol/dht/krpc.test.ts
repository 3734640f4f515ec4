import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DHT_VECTORS } from '../../../test/doubles/dht-vectors.ts'
import { BList } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { concatBytes, fromLatin1, utf8 } from '../../base/bytes.ts'
import { encodeError, encodeQuery, encodeReply, type Krpc, looksLikeQuery, parseKrpc } from './krpc.ts'
import { MAX_DATAGRAM_BYTES } from './limits.ts'

const { bep5 } = DHT_VECTORS
const VERSION = utf8('XX01')
const TO = { host: '192.0.2.7', port: 6881 }

function parsed<Kind extends Krpc['kind']>(
  packet: string | Uint8Array,
  kind: Kind,
): Extract<Krpc, { kind: Kind }> {
  const message = parseKrpc(typeof packet === 'string' ? utf8(packet) : packet)
  assert.equal(message?.kind, kind, String(packet))
  return message as Extract<Krpc, { kind: Kind }>
}

test('the example queries of BEP 5 are read', () => {
  for (const [method, packet] of bep5.queries) {
    const query = parsed(packet, 'query')
    assert.equal(query.method, method)
    assert.equal(fromLatin1(query.transaction), 'aa')
    assert.equal(query.args.text('id'), 'abcdefghij0123456789')
    assert.ok(!query.readOnly)
    assert.ok(looksLikeQuery(utf8(packet)))
  }
  const announce = parsed(bep5.queries[3]?.[1] ?? '', 'query').args
  assert.deepEqual(
    [announce.text('info_hash'), announce.int('port'), announce.text('token')],
    ['mnopqrstuvwxyz123456', 6881, 'aoeusnth'],
  )
})

test('the example replies and the example error of BEP 5 are read', () => {
  for (const [to, packet] of bep5.replies) {
    const { values } = parsed(packet, 'reply')
    assert.equal(values.bytes('id')?.length, 20, to)
    assert.ok(!looksLikeQuery(utf8(packet)))
  }
  const values = parsed(bep5.replies[2]?.[1] ?? '', 'reply').values.list('values')
  assert.ok(values instanceof BList)
  assert.deepEqual(
    [...values].map((value) => fromLatin1(value as Uint8Array)),
    ['axje.u', 'idhtnm'],
  )
  const error = parsed(bep5.error, 'error')
  assert.deepEqual([error.code, error.text], [201, 'A Generic Error Ocurred'])
})

test('what is written is read again, with our version, and the address of whom it is for', () => {
  const transaction = utf8('tx')
  const args = { id: new Uint8Array(20).fill(1), target: new Uint8Array(20).fill(2), seq: undefined }
  const query = parsed(
    encodeQuery({ transaction, method: 'find_node', args, readOnly: true, version: VERSION }),
    'query',
  )
  assert.ok(query.readOnly)
  assert.deepEqual(query.args.bytes('target'), args.target)
  assert.ok(!query.args.has('seq'))
  const reply = parsed(encodeReply(transaction, { id: args.id }, TO, VERSION), 'reply')
  assert.deepEqual(reply.ip, Uint8Array.of(192, 0, 2, 7, 0x1a, 0xe1))
  const error = parsed(encodeError(transaction, 203, 'bad token', TO, VERSION), 'error')
  assert.deepEqual([error.code, error.text, error.ip?.length], [203, 'bad token', 6])
})

test('ro is top-level and 1 (BEP 43)', () => {
  assert.ok(parsed('d1:ad2:id20:abcdefghij0123456789e1:q4:ping2:roi1e1:t2:aa1:y1:qe', 'query').readOnly)
  assert.ok(!parsed('d1:ad2:id20:abcdefghij0123456789e1:q4:ping2:roi0e1:t2:aa1:y1:qe', 'query').readOnly)
  assert.ok(!parsed('d1:ad2:id20:abcdefghij01234567892:roi1ee1:q4:ping1:t2:aa1:y1:qe', 'query').readOnly)
})

test('no part of a message is a message', () => {
  const packets = [...bep5.queries, ...bep5.replies].map(([, packet]) => packet)
  for (const packet of [...packets, bep5.error])
    for (let end = 0; end < packet.length; end++)
      assert.equal(parseKrpc(utf8(packet.slice(0, end))), undefined)
})

test('what is not a canonical dictionary with t and y of the right kind is no message', () => {
  const refused = [
    '',
    'le',
    'i1e',
    'de',
    'd1:t2:aae',
    'd1:y1:qe',
    'd1:t2:aa1:y1:qe',
    'd1:ade1:qi4e1:t2:aa1:y1:qe',
    'd1:ale1:q4:ping1:t2:aa1:y1:qe',
    'd1:rle1:t2:aa1:y1:re',
    'd1:t2:aa1:y1:re',
    'd1:ele1:t2:aa1:y1:ee',
    'd1:el3:201e1:t2:aa1:y1:ee',
    'd1:rde1:t2:aa1:y1:xe',
    'd1:rde1:t2:aa1:y2:rre',
    'd1:rde1:ti1e1:y1:re',
    // Keys out of order, a key twice, bytes behind the end.
    'd1:y1:r1:rde1:t2:aae',
    'd1:rde1:t2:aa1:t2:aa1:y1:re',
    'd1:rde1:t2:aa1:y1:re0:',
    // Integers that are none.
    'd1:rd1:ni-0ee1:t2:aa1:y1:re',
    'd1:rd1:ni007ee1:t2:aa1:y1:re',
    'd1:rd1:ni9007199254740992ee1:t2:aa1:y1:re',
    'd1:rd4:4294967296:e1:t2:aa1:y1:re',
  ]
  for (const packet of refused) assert.equal(parseKrpc(utf8(packet)), undefined, packet)
})

test('limits hold: length, depth, tokens, transaction, method; what is at them is read', () => {
  const withArgs = (args: string) => utf8(`d1:ad${args}e1:q4:ping1:t2:aa1:y1:qe`)
  const nested = (depth: number) => withArgs(`1:x${'l'.repeat(depth)}${'e'.repeat(depth)}`)
  assert.ok(parseKrpc(nested(10)))
  assert.equal(parseKrpc(nested(11)), undefined)
  assert.equal(parseKrpc(nested(1_000)), undefined)
  assert.ok(parseKrpc(withArgs(`1:xl${'0:'.repeat(580)}e`)))
  assert.equal(parseKrpc(withArgs(`1:xl${'0:'.repeat(620)}e`)), undefined)
  const long = (bytes: number) => withArgs(`1:x${bytes}:${'x'.repeat(bytes)}`)
  const overhead = long(1_000).length - 1_000
  assert.ok(parseKrpc(long(MAX_DATAGRAM_BYTES - overhead)))
  assert.equal(parseKrpc(long(MAX_DATAGRAM_BYTES - overhead + 1)), undefined)
  const transaction = (bytes: number) => encode({ a: {}, q: 'ping', t: new Uint8Array(bytes), y: 'q' })
  assert.ok(parseKrpc(transaction(32)))
  assert.equal(parseKrpc(transaction(33)), undefined)
  assert.equal(parseKrpc(encode({ a: {}, q: 'x'.repeat(33), t: 'aa', y: 'q' })), undefined)
})

test('keys that mean something to JavaScript mean nothing here', () => {
  const query = parsed(
    'd1:ad9:__proto__d2:id20:abcdefghij0123456789e11:constructor1:xe1:q4:ping1:t2:aa1:y1:qe',
    'query',
  )
  assert.equal(query.args.bytes('id'), undefined)
  assert.equal(query.args.text('constructor'), 'x')
})

test('a query is known by its end without being read', () => {
  assert.ok(!looksLikeQuery(utf8('')))
  assert.ok(!looksLikeQuery(utf8('1:qe')))
  assert.ok(looksLikeQuery(concatBytes([utf8('anything'), utf8('1:y1:qe')])))
})
