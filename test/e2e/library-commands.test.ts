// The library from the command line, with a real daemon and real files: added for oneself, found, offered after a look, seen by
// strangers exactly as it is offered, and by nobody after it was stopped.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { SystemSignatures } from '../../src/platform/signatures.ts'
import { EVERYONE } from '../../src/protocol/catalogue/audience.ts'
import { checkHead, decodeHead } from '../../src/protocol/catalogue/head.ts'
import { DaemonLine } from './daemon-line.ts'

const line = new DaemonLine()
after(() => line.close())

const KEY = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MbzYLdZ7ZvVy7F7V\n'.repeat(8)}-----END RSA PRIVATE KEY-----\n`

interface Row {
  readonly name: string
  readonly licence: { readonly kind: string; readonly id: string | null } | null
}

async function scene() {
  const state = line.state()
  await line.start(state)
  const music = join(line.cli.place('own'), 'Music')
  mkdirSync(join(music, 'live'), { recursive: true })
  writeFileSync(join(music, 'blue song.txt'), 'blue '.repeat(2_000))
  writeFileSync(join(music, 'copy of it.txt'), 'blue '.repeat(2_000))
  writeFileSync(join(music, 'live', 'red song.txt'), 'red '.repeat(3_000))
  writeFileSync(join(music, 'id_rsa'), KEY)
  const shoal = async (...words: readonly string[]) => {
    const { code, lines, last } = await line.do(state, ...words)
    return { code, lines, last, text: JSON.stringify(last) }
  }
  const hashed = (files: number) =>
    until('all files are hashed', async () => {
      const { last } = await shoal('library', 'list')
      const [folder] = last.folders
      return folder?.hashedFiles === files && folder.state === 'watching'
    })
  const seen = async () => {
    const { last } = await shoal('library', 'seen-by', 'stranger')
    return { names: (last.rows as Row[]).map(({ name }) => name), rows: last.rows as Row[], head: last.head }
  }
  return { music, shoal, hashed, seen }
}

test('a folder is found here, offered to everyone after a look, and seen exactly as offered until it is stopped', async () => {
  const { music, shoal, hashed, seen } = await scene()
  const added = await shoal('library', 'add', music)
  assert.equal(added.code, 0, added.text)
  assert.equal(added.last.folder.audience, 'me')
  await hashed(4)

  const found = await shoal('search', 'blue')
  assert.deepEqual([found.last.entries.length, found.last.entries[0].placeCount], [1, 2], found.text)
  const { last: browsed } = await shoal('library', 'browse', join(music, 'live'))
  assert.deepEqual(
    browsed.files.map(({ name }: Row) => name),
    ['red song.txt'],
  )
  const { last: twice } = await shoal('library', 'duplicates')
  assert.deepEqual([twice.groupCount, twice.freeableBytes], [1, 10_000])
  assert.deepEqual(await seen(), { names: [], rows: [], head: null })

  const wide = ['library', 'add', music, '--to', 'everyone', '--licence', 'CC-BY-4.0', '--publisher', 'Caro']
  const refused = await shoal(...wide)
  assert.deepEqual([refused.code, refused.last.error?.code], [2, 'SHARE_NEEDS_ANSWER'], refused.text)
  assert.deepEqual((await seen()).names, [])

  const offered = await shoal(...wide, '--leave-out', 'private-key')
  assert.equal(offered.code, 0, offered.text)
  assert.deepEqual([offered.last.folder.audience, offered.last.folder.offeredFiles], ['everyone', 3])
  const full = await until('strangers see it', async () => {
    const now = await seen()
    return now.names.length === 2 && now
  })
  assert.deepEqual(full.names, ['blue song.txt', 'red song.txt'])
  assert.deepEqual(full.rows[0]?.licence, { kind: 'open', id: 'CC-BY-4.0' })
  const head = decodeHead(fromHex(full.head.signed))
  const wanted = {
    audience: EVERYONE,
    author: fromHex(full.head.author),
    now: Math.floor(Date.now() / 1_000),
  }
  assert.equal(checkHead(head, wanted, new SystemSignatures()), undefined)
  assert.deepEqual([head.count, head.seq], [2, full.head.seq])

  writeFileSync(join(music, 'new song.txt'), 'new '.repeat(1_000))
  await until('it is noticed', async () => {
    const { last } = await shoal('library', 'proposals', music)
    return last.total === 1
  })
  assert.deepEqual((await seen()).names, full.names)
  const accepted = await shoal('library', 'proposals', music, '--accept')
  assert.equal(accepted.code, 0, accepted.text)
  await until('it is seen, too', async () => (await seen()).names.includes('new song.txt'))

  const stopped = await shoal('unshare', '--all')
  assert.deepEqual(
    stopped.last.folders.map(({ name }: Row) => name),
    ['Music'],
    stopped.text,
  )
  const nothing = await seen()
  assert.deepEqual([nothing.names, nothing.head.count], [[], 0])
  assert.ok(nothing.head.seq > full.head.seq)
})
