import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encode } from '../../base/bencode-encode.ts'
import { utf8 } from '../../base/bytes.ts'
import { WireError } from './error.ts'
import {
  decodeExtensionHandshake,
  type ExtensionHandshake,
  encodeExtensionHandshake,
  MAX_CLIENT_NAME_LENGTH,
  MAX_EXTENSIONS,
  MAX_REQUEST_QUEUE,
} from './extension-handshake.ts'
import { MAX_METADATA_BYTES } from './limits.ts'

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const REFUSED = { code: 'BAD_EXTENSION_HANDSHAKE', blame: 'remote' }

test('what libtorrent 2.0.8 says is understood', () => {
  const payload = latin1(
    'd12:complete_agoi-1e1:md11:lt_donthavei7e10:share_modei8e11:upload_onlyi3e12:ut_holepunchi4e' +
      '11:ut_metadatai2e6:ut_pexi1ee13:metadata_sizei519e1:pi40124e4:reqqi2000e11:upload_onlyi1e' +
      '1:v18:libtorrent/2.0.8.06:yourip4:\x7f\x00\x00\x01e',
  )
  assert.deepEqual(decodeExtensionHandshake(payload), {
    ids: new Map([
      ['lt_donthave', 7],
      ['share_mode', 8],
      ['upload_only', 3],
      ['ut_holepunch', 4],
      ['ut_metadata', 2],
      ['ut_pex', 1],
    ]),
    client: 'libtorrent/2.0.8.0',
    requestQueue: 2000,
    metadataBytes: 519,
    uploadOnly: true,
    port: 40_124,
    yourAddress: '127.0.0.1',
  })
})

test("BEP 10's own example is understood, its non-ASCII extension name left out", () => {
  const payload = latin1('d1:md11:LT_metadatai1e6:\xb5T_PEXi2ee1:pi6881e1:v13:\xc2\xb5Torrent 1.2e')
  assert.deepEqual(decodeExtensionHandshake(payload), {
    ids: new Map([['LT_metadata', 1]]),
    port: 6881,
    client: 'µTorrent 1.2',
  })
})

test('what is encoded decodes to the same', () => {
  const handshakes: fc.Arbitrary<ExtensionHandshake> = fc.record(
    {
      ids: fc
        .uniqueArray(
          fc.tuple(fc.constantFrom('ut_pex', 'ut_metadata', 'upload_only'), fc.integer({ min: 1, max: 255 })),
          {
            selector: ([name]) => name,
          },
        )
        .map((pairs) => new Map(pairs)),
      client: fc.constantFrom('Shoal 0.1.0', 'µTorrent', ''),
      requestQueue: fc.integer({ min: 1, max: MAX_REQUEST_QUEUE }),
      metadataBytes: fc.integer({ min: 1, max: MAX_METADATA_BYTES }),
      uploadOnly: fc.boolean(),
      port: fc.integer({ min: 1, max: 65_535 }),
      yourAddress: fc.constantFrom('1.2.3.4', '2001:db8::1'),
      ipv4: fc.constant('9.8.7.6'),
      ipv6: fc.constant('2001:db8::2'),
    },
    { requiredKeys: ['ids'], noNullPrototype: true },
  )
  fc.assert(
    fc.property(handshakes, (handshake) => {
      assert.deepEqual(decodeExtensionHandshake(encodeExtensionHandshake(handshake)), handshake)
    }),
  )
})

test('an empty dictionary says nothing', () => {
  assert.deepEqual(decodeExtensionHandshake(utf8('de')), { ids: new Map() })
})

test('a later handshake adds, changes and switches off; what it leaves out stays', () => {
  const first = decodeExtensionHandshake(encode({ m: { ut_pex: 1, ut_metadata: 2 }, v: 'A', p: 5 }))
  const second = decodeExtensionHandshake(
    encode({ m: { ut_pex: 0, ut_metadata: 9, lt_donthave: 7 }, upload_only: 1 }),
    first,
  )
  assert.deepEqual(second, {
    ids: new Map([
      ['ut_metadata', 9],
      ['lt_donthave', 7],
    ]),
    client: 'A',
    port: 5,
    uploadOnly: true,
  })
  assert.deepEqual(first.ids, new Map(Object.entries({ ut_metadata: 2, ut_pex: 1 })))
})

test('ids stay bounded however many handshakes a peer sends', () => {
  let known: ExtensionHandshake | undefined
  for (let round = 0; round < 20; round++) {
    const names = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`x${round}_${i}`, 1 + i]))
    known = decodeExtensionHandshake(encode({ m: names }), known)
  }
  assert.equal(known?.ids.size, MAX_EXTENSIONS)
  // A name that is known can still change.
  const name = [...(known?.ids.keys() ?? [])][0] as string
  assert.equal(decodeExtensionHandshake(encode({ m: { [name]: 200 } }), known).ids.get(name), 200)
})

test('names and ids that are none are left out', () => {
  const m = new Map<string | Uint8Array, number | string>([
    ['', 1],
    ['a b', 2],
    ['\u001b[2J', 3],
    ['x'.repeat(65), 4],
    ['negative', -1],
    ['large', 256],
    ['text', '7'],
    ['__proto__', 5],
    ['good', 6],
  ])
  assert.deepEqual(
    [...decodeExtensionHandshake(encode({ m })).ids],
    [
      ['__proto__', 5],
      ['good', 6],
    ],
  )
})

test('numbers out of range count as not said', () => {
  for (const metadata_size of [-1, 0, MAX_METADATA_BYTES + 1, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
    assert.equal(decodeExtensionHandshake(encode({ metadata_size })).metadataBytes, undefined)
  }
  for (const p of [-1, 0, 65_536]) assert.equal(decodeExtensionHandshake(encode({ p })).port, undefined)
  for (const reqq of [-5, 0]) assert.equal(decodeExtensionHandshake(encode({ reqq })).requestQueue, undefined)
  assert.equal(decodeExtensionHandshake(encode({ reqq: 2 ** 40 })).requestQueue, MAX_REQUEST_QUEUE)
})

test('values of the wrong type count as not said', () => {
  const wrong = encode({
    v: 5,
    p: 'x',
    reqq: [],
    metadata_size: {},
    upload_only: 'yes',
    yourip: 1,
    ipv4: [],
    ipv6: '',
  })
  assert.deepEqual(decodeExtensionHandshake(wrong), { ids: new Map() })
})

test('addresses are canonical text or not there', () => {
  const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 9, 8, 7, 6)
  assert.equal(decodeExtensionHandshake(encode({ yourip: mapped })).yourAddress, '9.8.7.6')
  assert.equal(decodeExtensionHandshake(encode({ yourip: new Uint8Array(5) })).yourAddress, undefined)
  assert.equal(decodeExtensionHandshake(encode({ ipv4: new Uint8Array(16) })).ipv4, undefined)
  assert.equal(decodeExtensionHandshake(encode({ ipv6: new Uint8Array(4) })).ipv6, undefined)
})

test('a client name is short and has nothing that could trick a terminal or a reader', () => {
  const shown = (v: string | Uint8Array) => decodeExtensionHandshake(encode({ v })).client
  assert.equal(shown('\u001b[31mred\u202egnp.exe\u200b\r\n'), '\ufffd[31mred\ufffdgnp.exe\ufffd\ufffd\ufffd')
  assert.equal(shown(Uint8Array.of(0xff, 0x41)), '\ufffdA')
  assert.equal(shown('x'.repeat(10_000)), 'x'.repeat(MAX_CLIENT_NAME_LENGTH))
  assert.equal(Array.from(shown('🐟'.repeat(1000)) as string).length, MAX_CLIENT_NAME_LENGTH)
})

test('anything but one canonical dictionary is refused', () => {
  for (const bad of [
    '',
    'i1e',
    'le',
    'd',
    'de1',
    'd1:pi1e1:mdee',
    'd1:mi1ee',
    'd1:m0:e',
    'd1:pi01ee',
    'd1:pi-0ee',
  ]) {
    assert.throws(() => decodeExtensionHandshake(utf8(bad)), REFUSED, bad)
  }
  assert.throws(() => decodeExtensionHandshake(utf8(`d1:v${'l'.repeat(5000)}${'e'.repeat(5000)}e`)), REFUSED)
})

test('a handshake cut short at any byte is refused', () => {
  const payload = encodeExtensionHandshake({ ids: new Map([['ut_pex', 1]]), client: 'A', port: 9 })
  for (let at = 0; at < payload.length; at++) {
    assert.throws(() => decodeExtensionHandshake(payload.subarray(0, at)), WireError)
  }
})

test('an address that is none cannot be said', () => {
  const bad = { ids: new Map<string, number>(), yourAddress: 'example.org' }
  assert.throws(() => encodeExtensionHandshake(bad), { code: 'BAD_ARGUMENT', blame: 'local' })
})
