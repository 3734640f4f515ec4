// What a script relies on when something is in the way of `shoal get` or `shoal share`: codes, exit codes, and that what
// was there is left alone (INTERFACE.md B4, SAFETY.md G5 and G9).

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { needs } from '../doubles/require-program.ts'
import { differences, makeBigFile } from '../interop/fixtures.ts'
import { CommandLine, type Sharing } from './command-line.ts'
import { SmallVolume } from './small-volume.ts'

const MB = 1_000_000
const LENGTH = 6 * MB + 1
const cli = new CommandLine()
after(() => cli.close())

const film = join(cli.folder, 'film.mp4')
let fast: Sharing
let slow: Sharing
/** Never done while a test looks, however slow the machine. */
let slowest: Sharing

before(async () => {
  await makeBigFile(film, 'film', LENGTH)
  ;[fast, slow, slowest] = await Promise.all([
    cli.sharing(film),
    cli.sharing(film, '--up', '1M'),
    cli.sharing(film, '--up', '100K'),
  ])
})

describe('files that are there', { concurrency: 2 }, () => {
  for (const [what, lengthBytes] of [
    ['of the same length', LENGTH],
    ['shorter', 1_000],
    ['longer', LENGTH + 5],
  ] as const) {
    test(`another file of that name, ${what}, is not touched`, async () => {
      const out = cli.place()
      const path = join(out, 'film.mp4')
      writeFileSync(path, Buffer.alloc(lengthBytes, 'mine'))
      const before = statSync(path, { bigint: true })
      const { code, last } = await cli.get(cli.place('state'), fast.link, '-o', out).ended()
      assert.deepEqual([code, last.error?.code], [1, 'FILE_DIFFERS'])
      assert.match(last.error?.message, /film\.mp4 exists with other contents\. It was not touched\.$/)
      const now = statSync(path, { bigint: true })
      assert.deepEqual([now.ino, now.size, now.mtimeNs], [before.ino, before.size, before.mtimeNs])
      assert.equal(Buffer.compare(readFileSync(path), Buffer.alloc(lengthBytes, 'mine')), 0)
      assert.deepEqual(readdirSync(out), ['film.mp4'])
    })
  }

  test('the right file is recognised and taken for what it is, without a byte from anybody', async () => {
    const out = cli.place()
    const path = join(out, 'film.mp4')
    writeFileSync(path, readFileSync(film))
    const before = statSync(path)
    const { code, last } = await cli.get(cli.place('state'), fast.link, '-o', out).ended()
    assert.deepEqual([code, last.event, last.takenBytes], [0, 'done', 0])
    assert.equal(statSync(path).ino, before.ino)
  })

  test('what was got and then removed is got again, the folder too', async () => {
    const [out, state] = [join(cli.place(), 'deeper'), cli.place('state')]
    for (const remove of [
      () => rmSync(join(out, 'film.mp4')),
      () => rmSync(out, { recursive: true }),
      () => {},
    ]) {
      const { code, last } = await cli.get(state, fast.link, '-o', out).ended()
      assert.deepEqual([code, last.event, last.takenBytes], [0, 'done', LENGTH], JSON.stringify(last))
      assert.deepEqual(await differences(film, join(out, 'film.mp4')), [])
      remove()
    }
  })

  test('what was got and then changed or cut is not fetched over', async () => {
    const [out, state] = [cli.place(), cli.place('state')]
    const path = join(out, 'film.mp4')
    assert.equal((await cli.get(state, fast.link, '-o', out).ended()).code, 0)
    for (const spoil of [
      () => writeFileSync(path, 'edited', { flag: 'r+' }),
      () => truncateSync(path, 1_000),
    ]) {
      spoil()
      const spoiled = readFileSync(path)
      const { code, last } = await cli.get(state, fast.link, '-o', out).ended()
      assert.deepEqual([code, last.error?.code], [1, 'FILE_DIFFERS'])
      assert.equal(Buffer.compare(readFileSync(path), spoiled), 0)
    }
  })

  test('an unfinished file that was cut or removed is completed', async () => {
    const [out, state] = [cli.place(), cli.place('state')]
    const part = join(out, 'film.mp4.part')
    for (const spoil of [() => truncateSync(part, 100_000), () => rmSync(part)]) {
      const get = cli.get(state, slow.link, '-o', out)
      await get.said('progress', ({ doneBytes }) => doneBytes > 0)
      await get.stop('SIGINT')
      spoil()
    }
    const { code } = await cli.get(state, fast.link, '-o', out).ended()
    assert.equal(code, 0)
    assert.deepEqual(await differences(film, join(out, 'film.mp4')), [])
  })
})

describe('two at a time', { concurrency: 2 }, () => {
  test('a second get of the same thing into the same folder is told who has it; a killed one keeps nobody out', async () => {
    const [out, state] = [cli.place(), cli.place('state')]
    const first = cli.get(state, slowest.link, '-o', out)
    await first.said('progress', ({ doneBytes }) => doneBytes > 0)
    const { code, last } = await cli.get(state, slowest.link, '-o', out).ended()
    assert.deepEqual([code, last.error?.code, last.error?.retry], [1, 'TRANSFER_RUNNING', true])
    assert.match(last.error?.message, new RegExp(`\\(process ${first.program.pid}\\)`))
    // Under one half of its name it is still the same.
    const half = await cli.get(state, `magnet:?xt=urn:btih:${slowest.said.infohashV1}`, '-o', out).ended()
    assert.equal(half.last.error?.code, 'TRANSFER_RUNNING')
    await first.kill()
    const again = await cli.get(state, fast.link, '-o', out).ended()
    assert.equal(again.code, 0)
    assert.deepEqual(await differences(film, join(out, 'film.mp4')), [])
    assert.deepEqual(
      readdirSync(join(state, 'torrents')).filter((name) => name.includes('.lock')),
      [],
    )
  })

  test('started at the same moment, one gets it and the other says so; into two folders, both do', async () => {
    const [out, other, state] = [cli.place(), cli.place(), cli.place('state')]
    const gets = [out, out, out, other].map((folder) => cli.get(state, slow.link, '-o', folder))
    const outcomes = await Promise.all(gets.map((get) => get.ended()))
    const codes = outcomes.slice(0, 3).map(({ last }) => last.error?.code ?? last.event)
    assert.deepEqual(codes.sort(), ['TRANSFER_RUNNING', 'TRANSFER_RUNNING', 'done'])
    assert.equal(outcomes[3]?.code, 0)
    for (const folder of [out, other]) assert.deepEqual(await differences(film, join(folder, 'film.mp4')), [])
  })

  test('with another state folder the second leaves the first alone', async () => {
    const out = cli.place()
    const first = cli.get(cli.place('state'), slow.link, '-o', out)
    await first.said('progress', ({ doneBytes }) => doneBytes > 0)
    const second = await cli.get(cli.place('state'), fast.link, '-o', out).ended()
    assert.deepEqual([second.code, second.last.error?.code], [1, 'FILE_DIFFERS'])
    assert.equal((await first.ended()).code, 0)
    assert.deepEqual(await differences(film, join(out, 'film.mp4')), [])
    assert.deepEqual(readdirSync(out), ['film.mp4'])
  })

  test('a port that somebody has is named', async () => {
    const { port } = fast.said
    const { code, last } = await cli.share(film, '--port', String(port)).ended()
    assert.deepEqual([code, last.error?.code], [1, 'PORT_IN_USE'])
    assert.match(last.error?.message, new RegExp(`Port ${port} is used`))
  })
})

const NO_MOUNT = SmallVolume.whyNot()

describe('disks', { concurrency: 2, skip: NO_MOUNT ?? false }, () => {
  test('too little space is said at once, with what is needed and what is there, and nothing is begun', async () => {
    const volume = new SmallVolume(4 * MB)
    try {
      const { code, last } = await cli.get(cli.place('state'), fast.link, '-o', volume.path).ended()
      assert.deepEqual([code, last.error?.code], [1, 'NOT_ENOUGH_SPACE'])
      assert.match(last.error?.message, /^film\.mp4 needs 6\.0 MB, \/.* has [34]\.\d MB\.$/)
      assert.deepEqual(readdirSync(volume.path), [])
    } finally {
      volume.remove()
    }
  })

  test('a disk that fills up on the way is waited for, and it goes on by itself; --timeout ends the waiting', async () => {
    const volume = new SmallVolume(10 * MB)
    const filler = join(volume.path, 'filler')
    const fill = (): void => {
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=65536'])
    }
    const isFull = ({ bottleneck }: { bottleneck?: { code: string } }): boolean =>
      bottleneck?.code === 'DISK_TROUBLE'
    try {
      const state = cli.place('state')
      const get = cli.get(state, slow.link, '-o', volume.path, '--timeout', '3s')
      await get.said('progress', ({ doneBytes }) => doneBytes > MB)
      fill()
      const seen = await get.said('progress', (said) => isFull(said as { bottleneck?: { code: string } }))
      assert.match(seen.bottleneck.sentence, /goes on by itself/)
      const { code, last } = await get.ended()
      assert.deepEqual([code, last.error?.code, last.error?.retry], [1, 'NO_SPACE', true])

      rmSync(filler)
      const again = cli.get(state, slow.link, '-o', volume.path)
      await again.said('progress', ({ takenBytes }) => takenBytes > MB)
      fill()
      await again.said('progress', (said) => isFull(said as { bottleneck?: { code: string } }))
      rmSync(filler)
      assert.equal((await again.ended()).code, 0)
      assert.deepEqual(await differences(film, join(volume.path, 'film.mp4')), [])
    } finally {
      volume.remove()
    }
  })

  test('a read-only folder is said at once', async () => {
    const volume = new SmallVolume(10 * MB)
    try {
      volume.remount('ro')
      const { code, last } = await cli.get(cli.place('state'), fast.link, '-o', volume.path).ended()
      assert.deepEqual([code, last.error?.code], [1, 'READ_ONLY'])
    } finally {
      volume.remove()
    }
  })
})

describe('what arrived', { concurrency: 2 }, () => {
  test('it carries the mark of its origin, which gives nobody access', async (t) => {
    if (!needs(t, 'setfattr', 'attr')) return
    const out = cli.place()
    const path = join(out, 'film.mp4')
    const probe = join(cli.folder, 'probe')
    writeFileSync(probe, '')
    const tried = spawnSync('setfattr', ['-n', 'user.probe', '-v', '1', probe])
    if (tried.status !== 0) {
      t.skip(`this file system keeps no extended attributes: ${tried.stderr.toString().trim()}`)
      return
    }
    const mark = (path: string) =>
      spawnSync('getfattr', ['--only-values', '-n', 'user.xdg.origin.url', path]).stdout.toString()
    assert.equal((await cli.get(cli.place('state'), fast.link, '-o', out).ended()).code, 0)
    assert.equal(mark(path), 'urn:shoal:unlisted', 'the infohash of an unlisted share is its link')
    const listed = cli.place()
    const link = fast.link.replace('&x.to=link', '')
    assert.equal((await cli.get(cli.place('state'), link, '-o', listed).ended()).code, 0)
    assert.equal(mark(join(listed, 'film.mp4')), `urn:btih:${fast.said.infohashV1}`)
  })

  test('a program named like a video is named to the person and to the script', async () => {
    const place = cli.place()
    const liar = join(place, 'holiday.mp4')
    writeFileSync(liar, Buffer.concat([Buffer.from('MZ'), Buffer.alloc(70_000, 7)]))
    const { link } = await cli.sharing(liar)
    const [state, out] = [cli.place('state'), cli.place()]
    for (const takenBytes of [70_002, 0]) {
      const { code, last } = await cli.get(state, link, '-o', out).ended()
      assert.deepEqual([code, last.takenBytes, last.check], [0, takenBytes, 'careful-not-scanned'])
    }
    const words = [
      'get',
      link,
      '-o',
      cli.place(),
      '--bind',
      '127.0.0.1',
      '--no-lsd',
      '--state-dir',
      cli.place('state'),
    ]
    const { code, stdout, stderr } = await cli.plain(words)
    assert.equal(code, 0)
    assert.match(
      stderr,
      /^holiday\.mp4: Careful: this is a program named like a video\. Not virus-checked: no scanner\.$/m,
    )
    assert.doesNotMatch(stdout, /A video, as its name says/)
  })

  test('a torrent cannot write outside the folder: a link in the way is not followed', async () => {
    const [out, elsewhere] = [cli.place(), cli.place()]
    spawnSync('ln', ['-s', elsewhere, join(out, 'album')])
    const album = join(cli.place(), 'album')
    mkdirSync(album)
    writeFileSync(join(album, 'song.mp3'), Buffer.alloc(50_000, 3))
    const { link } = await cli.sharing(album)
    const { code, last } = await cli.get(cli.place('state'), link, '-o', out).ended()
    assert.deepEqual([code, last.error?.code], [1, 'UNSAFE_PATH'])
    assert.deepEqual(readdirSync(elsewhere), [])
    assert.equal(existsSync(join(elsewhere, 'song.mp3.part')), false)
  })
})
