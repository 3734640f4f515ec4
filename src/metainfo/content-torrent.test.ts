import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../test/doubles/digest.ts'
import { fromHex } from '../base/bytes.ts'
import { type ContentId, contentIdText, contentInfo, contentInfohash } from './content-id.ts'
import { contentIdOf, contentOfLink, namedContent } from './content-torrent.ts'
import { formatMagnet, MagnetError, parseMagnet } from './magnet.ts'
import { readInfo } from './read.ts'

const ID: ContentId = { root: fromHex('a7'.repeat(32)), lengthBytes: 3_000_000 }
const HASH = contentInfohash(ID, digest)
const link = (more = '') =>
  `magnet:?xt=urn:btmh:1220${HASH}&dn=Mein%20Film.mp4&xl=3000000&x.cid=${contentIdText(ID)}${more}`

const refusal = (text: string): string => {
  try {
    contentOfLink(parseMagnet(text), digest, 'posix')
    return 'accepted'
  } catch (error) {
    assert.ok(error instanceof MagnetError)
    return String(error.data.reason)
  }
}

test('a content link says its one file by itself, under the name for people, and hashes to what it says', () => {
  const metainfo = contentOfLink(parseMagnet(link()), digest, 'posix')
  assert.equal(metainfo?.infohashV2, HASH)
  assert.equal(metainfo?.infohashV1, undefined)
  assert.deepEqual(metainfo?.infoBytes, contentInfo(ID))
  assert.deepEqual(
    metainfo?.files.map(({ path, lengthBytes }) => [path, lengthBytes]),
    [[['Mein Film.mp4'], 3_000_000]],
  )
  assert.equal(metainfo?.name, 'Mein Film.mp4')
  assert.deepEqual(metainfo && contentIdOf(metainfo), ID)
})

test('a link is the same when it is written again', () => {
  const magnet = parseMagnet(link('&x.pe=192.0.2.1:6881'))
  assert.equal(formatMagnet(magnet), link('&x.pe=192.0.2.1:6881'))
  assert.deepEqual(magnet.content, ID)
})

test('without a name, or with one that is none, the file has the torrent’s own', () => {
  for (const name of ['', '&dn=', '&dn=%00%0a']) {
    const text = link().replace('&dn=Mein%20Film.mp4', name)
    const metainfo = contentOfLink(parseMagnet(text), digest, 'posix')
    assert.deepEqual(metainfo?.files[0]?.path, ['a7'.repeat(32)], name)
  }
})

test('a name from a link is one safe component, whatever it tries to be', () => {
  for (const name of ['../../.ssh/authorized_keys', '/etc/passwd', 'a/b', '..', 'x\u202egpj.exe', 'CON']) {
    const text = link().replace('Mein%20Film.mp4', encodeURIComponent(name))
    const path = contentOfLink(parseMagnet(text), digest, 'posix')?.files[0]?.path
    assert.equal(path?.length, 1, name)
    assert.doesNotMatch(path?.[0] ?? '', /[/\\\u202e]|^\.\.?$|^CON$/, name)
  }
})

test('a content id that does not make the link’s hash is refused, and so is one that is none', () => {
  const other = { ...ID, lengthBytes: ID.lengthBytes + 1 }
  assert.match(refusal(link().replace(contentIdText(ID), contentIdText(other))), /does not belong/)
  assert.match(refusal(link(`&xt=urn:btih:${'ab'.repeat(20)}`)), /does not belong/)
  assert.match(refusal(link().replace(contentIdText(ID), contentIdText(ID).toUpperCase())), /is none/)
  assert.match(refusal(link().replace(contentIdText(ID), 'nonsense')), /is none/)
  assert.match(refusal(link(`&x.cid=${contentIdText(other)}`)), /is none/)
  assert.equal(refusal(link(`&x.cid=${contentIdText(ID)}`)), 'accepted')
  assert.match(
    refusal(`magnet:?xt=urn:btih:${'ab'.repeat(20)}&x.cid=${contentIdText(ID)}`),
    /does not belong/,
  )
  assert.match(refusal(`magnet:?x.cid=${contentIdText(ID)}`), /no hash/)
})

test('a link without a content id is any link', () => {
  assert.equal(contentOfLink(parseMagnet(`magnet:?xt=urn:btmh:1220${HASH}`), digest, 'posix'), undefined)
})

test('the twin of a file, with its root and another length, is another torrent', () => {
  const twin = { ...ID, lengthBytes: 64 }
  assert.notEqual(contentInfohash(twin, digest), HASH)
  assert.match(refusal(link().replace(contentIdText(ID), contentIdText(twin))), /does not belong/)
})

test('only a content torrent is named anew', () => {
  const info = contentInfo(ID)
  const metainfo = readInfo(info, digest)
  assert.equal(namedContent(metainfo, 'x.mp4', 'posix').name, 'x.mp4')
  const different = readInfo(
    Uint8Array.from(
      Buffer.from(Buffer.from(info).toString('latin1').replace('i65536e', 'i32768e'), 'latin1'),
    ),
    digest,
  )
  assert.equal(contentIdOf(different), undefined)
  assert.equal(namedContent(different, 'x.mp4', 'posix'), different)
})
