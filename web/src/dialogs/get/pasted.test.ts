import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTorrentName, MAX_PASTED, readPasted, toBase64 } from './pasted.ts'

const HASH = '9c0f'.repeat(10)

test('a link is found among the words around it, with the name it gives itself', () => {
  const [found, ...more] = readPasted(
    `Look at this: <magnet:?xt=urn:btih:${HASH}&dn=The+film%20%3Cb%3E>, nice`,
  )
  assert.deepEqual(more, [])
  assert.deepEqual(found, {
    kind: 'magnet',
    link: `magnet:?xt=urn:btih:${HASH}&dn=The+film%20%3Cb%3E`,
    name: 'The film <b>',
  })
})

test('hashes of 40, 32 and 68 characters and addresses are links, other words are not', () => {
  const kinds = readPasted(
    `${HASH} ${'A'.repeat(32)} 1220${'ab'.repeat(32)} https://example.org/a.torrent ubuntu film 39`,
  ).map(({ kind }) => kind)
  assert.deepEqual(kinds, ['hash', 'hash', 'hash', 'address'])
  assert.deepEqual(readPasted('a film about fish'), [])
  assert.deepEqual(readPasted(`javascript:alert(1) file:///etc/passwd ${HASH}0`), [])
})

test('several links are several, each once, and a flood is cut', () => {
  assert.equal(readPasted(`${HASH}\n${HASH}\nhttps://a.org/1`).length, 2)
  const many = Array.from({ length: 500 }, (_, i) => `https://a.org/${i}`).join('\n')
  assert.equal(readPasted(many).length, MAX_PASTED)
})

test('a link without a name, or a broken one, is still a link', () => {
  assert.equal(readPasted('magnet:?xt=urn:btih:39&dn=%E0%A4%A')[0]?.kind, 'magnet')
  assert.equal(readPasted(`magnet:?xt=urn:btih:${HASH}&dn=`)[0]?.name, undefined)
})

test('torrent files are known by name and become base64, whatever their size', () => {
  assert.ok(isTorrentName('A.TORRENT'))
  assert.ok(!isTorrentName('a.torrent.exe'))
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251)
  assert.deepEqual(new Uint8Array(Buffer.from(toBase64(bytes), 'base64')), bytes)
})
