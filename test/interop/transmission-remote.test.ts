// Debian's transmission-remote against a daemon that fetches real data from another one: every word of it that a person uses.

import assert from 'node:assert/strict'
import { access, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { needs } from '../doubles/require-program.ts'
import { type Content, RpcScene } from './rpc-scene.ts'

const SIZES = { 'film.mkv': 3_000_000, 'extra/notes.txt': 100_000, 'extra/picture.jpg': 400_000 }
const LIMIT = { timeout: 60_000 }

async function scene(t: TestContext): Promise<RpcScene | undefined> {
  return needs(t, 'transmission-remote', 'transmission-cli') ? await RpcScene.open(t) : undefined
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}

async function equalAt(folder: string, { files }: Content): Promise<void> {
  for (const [path, content] of files) assert.deepEqual(await readFile(join(folder, path)), content, path)
}

test('a torrent file is added, fetched, listed, limited, moved and removed', LIMIT, async (t) => {
  const rpc = await scene(t)
  if (rpc === undefined) return
  const content = await rpc.give('Flower', SIZES)
  assert.match(await rpc.remote('-l'), /^ *ID +Done/)
  assert.match(await rpc.remote('-a', content.torrentFile), /responded: "success"/)
  await rpc.row('everything is here', ({ state }) => state === 'giving')
  await equalAt(rpc.saveFolder, content)
  assert.match(await rpc.remote('-l'), /\n +1 +100% +3\.50 MB .*(Idle|Seeding) +Flower\n/)

  const info = await rpc.remote('-t', '1', '-i')
  for (const line of [
    'Name: Flower',
    `Hash: ${content.infohashV1}`,
    `Location: ${rpc.saveFolder}`,
    'Percent Done: 100%',
    'Total size: 3.50 MB (3.50 MB wanted)',
    'Downloaded: 3.50 MB',
    'Public torrent: Yes',
    'Creator: Shoal',
  ])
    assert.ok(info.includes(line), `${line}\n${info}`)
  const files = await rpc.remote('-t', '1', '-f')
  assert.match(files, /Flower \(3 files\)/)
  assert.match(files, /100% Normal +Yes +3\.00 MB +Flower\/film\.mkv/)
  assert.match(await rpc.remote('-t', '1', '-it'), /Tracker 0: 127\.0\.0\.1/)
  assert.match(await rpc.remote('-t', '1', '-ic'), /^ +[1 \n]+$/)

  await rpc.remote('-t', '1', '-d', '300', '-u', '200', '-sr', '2.5', '-L', 'tv,new')
  const limited = await rpc.row('it is limited', ({ downLimit }) => downLimit === 300_000)
  assert.deepEqual([limited.upLimit, limited.stopRule.ratio, limited.tags], [200_000, 2.5, ['tv', 'new']])
  await rpc.remote('-t', '1', '-D', '-U', '-SR')
  const free = await rpc.row('its limits are lifted', ({ downLimit }) => downLimit === null)
  assert.deepEqual([free.upLimit, free.stopRule.ratio], [null, null])

  await rpc.remote('-t', 'all', '-S')
  await rpc.row('it is paused', ({ state }) => state === 'paused')
  assert.match(await rpc.remote('-l'), /Stopped +Flower/)
  await rpc.remote('-t', content.infohashV1, '-s')
  await rpc.row('it goes on', ({ state }) => state === 'giving')
  assert.match(await rpc.remote('-t', '1', '-v'), /success/)
  await rpc.row('it was checked', ({ state, doneBytes }) => state === 'giving' && doneBytes === 3_500_000)

  const other = join(rpc.folder, 'other place')
  await mkdir(other)
  assert.match(await rpc.remote('-t', '1', '--move', other), /success/)
  await rpc.row('it was moved', ({ saveFolder, state }) => saveFolder === other && state === 'giving')
  await equalAt(other, content)
  assert.equal(await isThere(join(rpc.saveFolder, 'Flower')), false)
  assert.ok((await rpc.remote('-t', '1', '-i')).includes(`Location: ${other}`))

  assert.match(await rpc.remote('-t', '1', '-r'), /success/)
  assert.deepEqual(await rpc.rows(), [])
  await equalAt(other, content)
})

test('a magnet link is added, and removed with its data', LIMIT, async (t) => {
  const rpc = await scene(t)
  if (rpc === undefined) return
  const content = await rpc.give('Tree', { 'leaf.bin': 1_500_000 })
  const folder = join(rpc.folder, 'elsewhere')
  await mkdir(folder)
  assert.match(await rpc.remote('-a', content.link, '-w', folder), /success/)
  await rpc.row('everything is here', ({ state }) => state === 'giving')
  await equalAt(folder, content)
  assert.match(await rpc.remote('-a', content.link), /success|duplicate/)
  assert.equal((await rpc.rows()).length, 1)
  assert.match(await rpc.remote('-t', '1', '-rad'), /success/)
  assert.deepEqual(await rpc.rows(), [])
  assert.equal(await isThere(join(folder, 'Tree')), false)
})

test('files are chosen and weighed before a paused torrent is started', LIMIT, async (t) => {
  const rpc = await scene(t)
  if (rpc === undefined) return
  const content = await rpc.give('Flower', SIZES)
  await rpc.remote('--start-paused', '-a', content.torrentFile)
  await rpc.row('it is paused', ({ state }) => state === 'paused')
  const list = await rpc.remote('-t', '1', '-f')
  const numberOf = (name: string): string => new RegExp(`(\\d+): .*${name}`).exec(list)?.[1] ?? ''
  await rpc.remote('-t', '1', '-G', 'all')
  await rpc.remote('-t', '1', '-g', numberOf('notes'), '-ph', numberOf('notes'))
  assert.match(await rpc.remote('-t', '1', '-f'), /High +Yes +100\.0 kB +Flower\/extra\/notes\.txt/)
  await rpc.remote('-t', '1', '-s')
  const row = await rpc.row('the chosen one is here', ({ state }) => state === 'giving')
  assert.equal(row.wantedBytes, 100_000)
  const notes = join('Flower', 'extra', 'notes.txt')
  assert.deepEqual(await readFile(join(rpc.saveFolder, notes)), content.files.get(notes))
  assert.equal(await isThere(join(rpc.saveFolder, 'Flower', 'film.mkv')), false)
})

test('settings are shown and changed, and what is not there is refused with a sentence', LIMIT, async (t) => {
  const rpc = await scene(t)
  if (rpc === undefined) return
  assert.match(await rpc.remote('-d', '500', '-U', '-gsr', '3', '-as'), /success/)
  const shown = await rpc.remote('-si')
  assert.match(shown, /RPC version: 17/)
  assert.match(shown, /Download speed limit: .*\(Enabled limit: 500 kB\/s/)
  assert.match(shown, /Default seed ratio limit: 3\.0/)
  assert.match(await rpc.remote('-st'), /Uploaded: +None/)
  assert.match(await rpc.remote('--torrent-done-script', '/bin/true'), /Error: Shoal does not have this/)
  assert.match(await rpc.remote('--blocklist-update'), /Error: Shoal does not have this/)
})

test('another password, a page’s token, and a daemon whose RPC is off, let nobody in', LIMIT, async (t) => {
  if (!needs(t, 'transmission-remote', 'transmission-cli')) return
  const rpc = await RpcScene.open(t)
  assert.match(await rpc.remote('-n', 'any:wrong', '-l'), /TOKEN_WRONG/)
  const asked = await fetch(`http://${rpc.address}/api/v1/transfers`, {
    headers: { authorization: `Bearer ${rpc.token}` },
  })
  assert.equal(asked.status, 403)
  const off = await RpcScene.open(t, { 'server.rpc': false })
  assert.doesNotMatch(await off.remote('-l'), /Done/)
})

test(
  'a file and then the whole folder are renamed, found under their names, and removed by them',
  LIMIT,
  async (t) => {
    const rpc = await scene(t)
    if (rpc === undefined) return
    const content = await rpc.give('Flower', SIZES)
    await rpc.remote('-a', content.torrentFile)
    await rpc.row('it is here', ({ state }) => state === 'giving')
    // Version 3.00 of transmission-remote has no word for it.
    const ids = [content.infohashV1]
    await rpc.call('torrent-rename-path', { ids, path: 'Flower/film.mkv', name: 'movie.mkv' })
    await rpc.call('torrent-rename-path', { ids, path: 'Flower', name: 'Bloom' })
    const top = join(rpc.saveFolder, 'Bloom')
    assert.deepEqual(await readFile(join(top, 'movie.mkv')), content.files.get(join('Flower', 'film.mkv')))
    assert.equal(await isThere(join(rpc.saveFolder, 'Flower')), false)
    assert.match(await rpc.remote('-t', '1', '-i'), /Name: Bloom\n/)
    const [row] = await rpc.rows()
    assert.deepEqual([row?.path, row?.state], [top, 'giving'])
    assert.match(await rpc.remote('-t', '1', '-f'), /Bloom\/movie\.mkv/)
    await rpc.remote('-t', '1', '-rad')
    assert.equal(await isThere(top), false)
  },
)

test('folders that programs may not use are refused, whatever is asked for them', LIMIT, async (t) => {
  const rpc = await scene(t)
  if (rpc === undefined) return
  const content = await rpc.give('Flower', { 'leaf.bin': 10_000 })
  assert.match(await rpc.remote('-a', content.torrentFile, '-w', '/etc'), /Error: /)
  assert.deepEqual(await rpc.rows(), [])
  await rpc.remote('-a', content.torrentFile)
  await rpc.row('it is here', ({ state }) => state === 'giving')
  for (const folder of ['/etc', join(rpc.folder, '..'), `${rpc.saveFolder}/../../x`])
    assert.match(await rpc.remote('-t', '1', '--move', folder), /Error: /, folder)
  assert.match(await rpc.remote('-w', '/etc'), /Error: /)
  const [row] = await rpc.rows()
  assert.equal(row?.saveFolder, rpc.saveFolder)
})
