import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '../../base/bytes.ts'
import { decodeDonthave, encodeDonthave } from './donthave.ts'
import { decodeUploadOnly, encodeUploadOnly } from './upload-only.ts'

test('donthave is four bytes of piece index (BEP 54)', () => {
  assert.equal(toHex(encodeDonthave(0x01020304)), '01020304')
  for (const piece of [0, 1, 0xffffffff]) assert.equal(decodeDonthave(encodeDonthave(piece)), piece)
  for (const lengthBytes of [0, 3, 5]) {
    assert.throws(() => decodeDonthave(new Uint8Array(lengthBytes)), {
      code: 'BAD_DONTHAVE',
      blame: 'remote',
    })
  }
})

test('upload_only is one byte, anything but zero meaning yes', () => {
  assert.equal(toHex(encodeUploadOnly(true)), '01')
  assert.equal(toHex(encodeUploadOnly(false)), '00')
  assert.equal(decodeUploadOnly(Uint8Array.of(0)), false)
  assert.equal(decodeUploadOnly(Uint8Array.of(7)), true)
  for (const lengthBytes of [0, 2]) {
    assert.throws(() => decodeUploadOnly(new Uint8Array(lengthBytes)), {
      code: 'BAD_UPLOAD_ONLY',
      blame: 'remote',
    })
  }
})
