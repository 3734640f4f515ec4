import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { DAY, NOW, signatures } from '../../../test/doubles/catalogues.ts'
import { fromHex, toHex } from '../../base/bytes.ts'
import { SystemRandom } from '../../platform/random.ts'
import { EVERYONE } from '../../protocol/catalogue/audience.ts'
import { checkHead, decodeHead } from '../../protocol/catalogue/head.ts'
import { CatalogueHeads } from './catalogue-heads.ts'
import { CATALOGUE_KEY_FILE } from './catalogue-key.ts'

const SEEN = { seq: NOW, root: 'ab'.repeat(32), count: 3, issued: NOW, expiresMs: (NOW + DAY) * 1_000 }

test('a head is signed as others can check it, the same bytes after a restart, and not with a key that is damaged', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-heads-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const heads = () => new CatalogueHeads(folder, new SystemRandom(), signatures)
  const first = heads()
  await first.ready()
  const head = await first.signed('everyone', SEEN)
  const decoded = decodeHead(fromHex(head.signed))
  assert.equal(
    checkHead(decoded, { audience: EVERYONE, now: NOW, author: fromHex(head.author) }, signatures),
    undefined,
  )
  assert.deepEqual([decoded.seq, decoded.count, toHex(decoded.root)], [NOW, 3, SEEN.root])
  assert.equal(head.expiresAt, new Date(SEEN.expiresMs).toISOString())
  assert.deepEqual(await heads().told('everyone', SEEN), head)

  const file = path.join(folder, CATALOGUE_KEY_FILE)
  writeFileSync(file, 'damaged')
  const later = heads()
  await assert.rejects(later.ready(), { code: 'CATALOGUE_KEY_UNUSABLE' })
  const { seq, root, count, expiresAt } = head
  assert.deepEqual(await later.told('everyone', SEEN), { seq, root, count, expiresAt })
  rmSync(file)
  await later.ready()
  assert.notEqual((await later.signed('everyone', SEEN)).author, head.author)
})
