// The commands of a Shoal that stays on, with real processes and real bytes between it and a sharer beside it: what share and
// get do through it, what else is done with its transfers, and what is said when none runs.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { differences, makeBigFile, makeTree } from '../interop/fixtures.ts'
import type { Said, Sharing } from './command-line.ts'
import { DaemonLine } from './daemon-line.ts'

const MB = 1_000_000
const line = new DaemonLine()
after(() => line.close())

const film = join(line.folder, 'film.mp4')
/** Of its own, so that nobody who has the other one quickly is met. */
const long = join(line.folder, 'long.mp4')
const tree = join(line.folder, 'a tree')
let fast: Sharing
let slow: Sharing
let folder: Sharing

before(async () => {
  await makeBigFile(film, 'film', 6 * MB + 1)
  await makeBigFile(long, 'long', 6 * MB + 1)
  await makeTree(tree, 'tree', 40)
  ;[fast, slow, folder] = await Promise.all([
    line.cli.sharing(film),
    line.cli.sharing(long, '--up', '1M'),
    line.cli.sharing(tree, '--allow', 'hidden-file'),
  ])
})

/** A daemon of its own for one test. */
async function running(): Promise<string> {
  const state = line.state()
  await line.start(state)
  return state
}

/** With the film in `out`, got by the command line. */
async function withFilm(): Promise<{ state: string; out: string; id: string }> {
  const [state, out] = [await running(), line.cli.place('out')]
  const { code, last, lines } = await line.do(state, 'get', fast.link, '-o', out)
  assert.equal(code, 0, JSON.stringify(last))
  return { state, out, id: lines[0]?.id as string }
}

describe('get through the running one', { concurrency: 2 }, () => {
  test('it saves in the current folder and says what an engine of its own says', async () => {
    const [state, out] = [await running(), line.cli.place('here')]
    const get = line.run(state, ['get', slow.link], { cwd: out })
    const { code, lines, last } = await get.ended()
    assert.equal(code, 0, JSON.stringify(last))
    const [first] = lines
    assert.deepEqual(
      [first?.event, first?.name, first?.totalBytes, first?.folder, first?.engine],
      ['getting', 'long.mp4', 6 * MB + 1, out, 'daemon'],
    )
    const between = lines.slice(1, -1)
    assert.ok(between.length > 2, 'it takes some seconds')
    assert.ok(between.every(isProgress), JSON.stringify(between))
    assert.equal(last.event, 'done')
    assert.equal(last.path, join(out, 'long.mp4'))
    assert.equal(last.bytes, 6 * MB + 1)
    assert.ok(last.takenBytes >= 6 * MB && last.seconds > 1)
    assert.equal(last.checkedBytes, 0)
    assert.equal(last.check, 'plain-not-scanned')
    assert.deepEqual(await differences(long, join(out, 'long.mp4')), [])
    const [row] = await line.rows(state)
    assert.equal(row?.id, first?.id)
    assert.equal(row?.state, 'giving')

    const own = await line.do(state, 'get', slow.link, '-o', line.cli.place('own'), '--standalone')
    const shape = (said: Said | undefined): string[] => Object.keys(said ?? {}).sort()
    assert.deepEqual(shape(own.last), shape(last), 'the same events, field by field')
    const progress = await slow.running.said('progress')
    assert.deepEqual(shape(progress), shape(lines[1]))
  })

  test('only chosen files of a folder are got; asked again, all of it is here', async () => {
    const [state, out] = [await running(), line.cli.place('some')]
    const one = await line.do(state, 'get', folder.link, '-o', out, '--select', '*7.bin')
    const wanted = one.lines[0]?.totalBytes as number
    const none = await line.do(state, 'get', folder.link, '-o', out, '--select', '*.nothing')
    assert.deepEqual([none.code, none.last.event], [0, 'done'], 'it is among the transfers, as it was chosen')
    assert.equal(none.last.takenBytes, 0)
    assert.equal(one.code, 0, JSON.stringify(one.last))
    assert.ok(wanted > 0 && wanted < (await line.rows(state))[0]?.totalBytes)
  })

  test('Ctrl-C leaves it to the running one, which goes on', async () => {
    const [state, out, mine] = [await running(), line.cli.place('left'), join(line.folder, 'mine.mp4')]
    await makeBigFile(mine, 'mine', 6 * MB + 1)
    const { link } = await line.cli.sharing(mine, '--up', '1M')
    const get = line.run(state, ['get', link, '-o', out])
    await get.said('progress', ({ doneBytes }) => doneBytes > 0)
    const { code, last } = await get.stop('SIGINT')
    assert.equal(code, 0)
    assert.deepEqual([last.event, last.name, last.engine], ['detached', 'mine.mp4', 'daemon'])
    await line.row(
      state,
      'it arrives all the same',
      ({ id, state: now }) => id === last.id && now === 'giving',
    )
    assert.deepEqual(await differences(mine, join(out, 'mine.mp4')), [])
    const terminated = line.run(state, ['share', tree, '--allow', 'hidden-file'])
    await terminated.said('sharing')
    assert.equal((await terminated.stop('SIGTERM')).code, 143)
  })

  test('a file of other contents is not touched, and what could not be got is not left behind', async () => {
    const [state, out] = [await running(), line.cli.place('other')]
    writeFileSync(join(out, 'film.mp4'), Buffer.alloc(6 * MB + 1, 1))
    const { code, last } = await line.do(state, 'get', fast.link, '-o', out)
    assert.deepEqual([code, last.error.code], [1, 'FILE_DIFFERS'])
    assert.equal(readFileSync(join(out, 'film.mp4'))[0], 1)
    assert.deepEqual(await line.rows(state), [])
  })

  test('nobody there within the time that was given is NO_SOURCES, and it goes on looking', async () => {
    const [state, out] = [await running(), line.cli.place('nobody')]
    const link = `magnet:?xt=urn:btih:${'5'.repeat(40)}&dn=nobody`
    const { code, last } = await line.do(state, 'get', link, '-o', out, '--timeout', '2s')
    assert.deepEqual([code, last.error.code, last.error.retry], [1, 'NO_SOURCES', true])
    const [row] = await line.rows(state)
    assert.equal(row?.state, 'listing')
  })

  test('another network than the running one has, or --standalone, is an engine of its own', async () => {
    const state = await running()
    for (const words of [['--no-dht'], ['--standalone'], ['--encryption', 'require']]) {
      const out = line.cli.place('own')
      const { code, lines } = await line.do(state, 'get', fast.link, '-o', out, ...words)
      assert.deepEqual([code, lines[0]?.engine], [0, 'own'], words.join(' '))
    }
    assert.deepEqual(await line.rows(state), [])
    const said = await line.plain(state, ['get', fast.link, '-o', line.cli.place('own'), '--no-dht'])
    assert.match(said.stderr.split('\n')[0] ?? '', /does it itself: .*--no-dht/)
    const through = await line.plain(state, ['get', fast.link, '-o', line.cli.place('own')])
    assert.match(through.stderr.split('\n')[0] ?? '', /^Through the running Shoal/)
  })

  test('an engine of its own leaves alone what the running one works on', async () => {
    const { state, out } = await withFilm()
    const { code, last } = await line.do(state, 'get', fast.link, '-o', out, '--standalone')
    assert.deepEqual([code, last.error.code], [1, 'TRANSFER_RUNNING'])
  })
})

describe('share through the running one', { concurrency: 2 }, () => {
  test('its link brings the bytes; Ctrl-C leaves it shared; unshare stops it', async () => {
    const state = await running()
    const share = line.run(state, ['share', film])
    const said = await share.said('sharing')
    assert.deepEqual([said.engine, said.audience, said.name], ['daemon', 'link', 'film.mp4'])
    assert.match(said.magnet, /x\.to=link/)
    const left = await share.stop('SIGINT')
    assert.deepEqual([left.code, left.last.event, left.last.id], [0, 'detached', said.id])

    const out = line.cli.place('out')
    const got = await line.cli.get(line.cli.place('state'), said.magnet, '-o', out).ended()
    assert.equal(got.code, 0, JSON.stringify(got.last))
    assert.deepEqual(await differences(film, join(out, 'film.mp4')), [])

    const stopped = await line.do(state, 'unshare', 'film.mp4')
    assert.deepEqual(stopped.last.stopped, [{ id: said.id, name: 'film.mp4' }])
    assert.equal((await line.rows(state))[0]?.state, 'done')
    assert.deepEqual((await line.do(state, 'unshare', '--all')).last.stopped, [])
  })

  test('--once ends it when one whole copy is elsewhere', async () => {
    const state = await running()
    const share = line.run(state, ['share', tree, '--allow', 'hidden-file', '--once'])
    const said = await share.said('sharing')
    const out = line.cli.place('out')
    const get = line.cli.get(line.cli.place('state'), said.magnet, '-o', out, '--seed')
    const { code } = await share.ended()
    assert.equal(code, 0)
    await get.said('done')
    assert.deepEqual(await differences(tree, join(out, 'a tree')), [])
    assert.equal((await line.rows(state))[0]?.state, 'done')
  })

  test('--web is a page for a phone, by an engine of its own and through the running one, gone when it ends', async () => {
    const own = line.cli.share(film, '--web', '--standalone')
    const said = await own.said('sharing')
    const bytes = await fetched(said.page)
    assert.ok(bytes.equals(readFileSync(film)))
    await own.stop('SIGINT')
    await assert.rejects(fetch(said.page))

    const state = await running()
    const share = line.run(state, ['share', film, '--web'])
    const through = await share.said('sharing')
    const reachable = Object.values(networkInterfaces()).some((all) => all?.some(({ internal }) => !internal))
    if (!reachable) {
      assert.equal((await share.said('no-page')).error.code, 'PAGE_NO_NETWORK')
      return
    }
    assert.ok((await fetched(through.page)).equals(readFileSync(film)))
    await share.stop('SIGINT')
    assert.equal((await fetch(through.page)).status, 200, 'it stays with the share')
    await line.do(state, 'unshare', '--all')
    await assert.rejects(fetch(through.page))
  })

  test('what may not be shared is refused before the running one hears of it', async () => {
    const state = await running()
    const { code, last } = await line.do(state, 'share', line.cli.home)
    assert.deepEqual([code, last.error.code], [2, 'SHARE_REFUSED_ROOT'])
    assert.deepEqual(await line.rows(state), [])
  })
})

describe('what is done with transfers', { concurrency: 2 }, () => {
  test('they are listed, found by the beginning of an ID or by name, and shown in full', async () => {
    const { state, id, out } = await withFilm()
    assert.equal((await line.rows(state, 'film')).length, 1)
    assert.equal((await line.rows(state, 'other')).length, 0)
    for (const word of [id.slice(0, 6), 'film.mp4', id.toUpperCase()]) {
      const { code, last } = await line.do(state, 'show', word)
      assert.equal(code, 0, word)
      assert.equal(last.row.id, id)
      assert.equal(last.files[0].doneBytes, 6 * MB + 1)
      assert.equal(typeof last.stateSentence.sentence, 'string')
    }
    const plain = await line.plain(state, ['show', 'film.mp4'])
    assert.match(plain.stdout, /^film\.mp4\n/)
    assert.ok(plain.stdout.includes(join(out, 'film.mp4')), plain.stdout)
    const unknown = await line.do(state, 'show', 'nothing')
    assert.deepEqual([unknown.code, unknown.last.error.code], [2, 'FITS_NOTHING'])
    await line.do(state, 'get', folder.link, '-o', out)
    const [a, b] = (await line.rows(state)).map((row) => row.id as string)
    const both = await line.do(state, 'pause', a as string, 'film')
    assert.deepEqual([both.code, both.last.error.code], [2, 'FITS_NOTHING'])
    assert.ok(a !== b)
    assert.equal(
      (await line.rows(state)).every((row) => row.state !== 'paused'),
      true,
      'nothing was done',
    )
  })

  test('they rest and go on, one by one and all together', async () => {
    const { state, id } = await withFilm()
    assert.deepEqual((await line.do(state, 'pause', id)).last, { done: [id], failed: [] })
    assert.equal((await line.rows(state))[0]?.state, 'paused')
    await line.do(state, 'resume', 'film.mp4')
    await line.row(state, 'it gives again', (row) => row.state === 'giving')
    assert.equal((await line.do(state, 'pause', '--all')).last.pausedUntil, 'told')
    assert.equal((await line.do(state, 'status')).last.totals.pausedUntil, 'told')
    assert.equal((await line.rows(state))[0]?.state, 'paused')
    await line.do(state, 'resume', '--all')
    await line.row(state, 'it gives again', (row) => row.state === 'giving')
    const wrong = await line.do(state, 'pause', id, '--all')
    assert.deepEqual([wrong.code, wrong.last.error.code], [2, 'OPTION_CONFLICT'])
  })

  test('a limit holds and is lifted', async () => {
    const { state, id } = await withFilm()
    await line.do(state, 'limit', id, '--up', '2M', '--down', '500k')
    const row = (await line.rows(state))[0]
    assert.deepEqual([row?.upLimit, row?.downLimit], [2 * MB, 500_000])
    await line.do(state, 'limit', id, '--up', 'none')
    assert.equal((await line.rows(state))[0]?.upLimit, null)
    const none = await line.do(state, 'limit', id)
    assert.deepEqual([none.code, none.last.error.code], [2, 'LIMIT_MISSING'])
  })

  test('moved, the file is there and is given on; looked at again, it is whole', async () => {
    const { state, out, id } = await withFilm()
    const to = line.cli.place('new home')
    const { code, last } = await line.do(state, 'move', id, '--to', to)
    assert.equal(code, 0, JSON.stringify(last))
    await line.row(state, 'it is there', (row) => row.state === 'giving' && row.saveFolder === to)
    assert.equal(existsSync(join(out, 'film.mp4')), false)
    assert.deepEqual(await differences(film, join(to, 'film.mp4')), [])
    await line.do(state, 'recheck', id)
    await line.row(state, 'it is whole', (row) => row.state === 'giving' && row.doneBytes === 6 * MB + 1)
  })

  test('removed, its files stay, and it can be taken back; deleting them needs an answer', async () => {
    const { state, out, id } = await withFilm()
    await line.do(state, 'remove', id)
    assert.deepEqual(await line.rows(state), [])
    assert.ok(existsSync(join(out, 'film.mp4')))
    const back = await line.do(state, 'remove', '--undo', id.slice(0, 6))
    assert.equal(back.code, 0, JSON.stringify(back.last))
    const twice = await line.do(state, 'remove', '--undo', id.slice(0, 6))
    assert.deepEqual([twice.code, twice.last.error.code], [1, 'RESTORE_TOO_LATE'])
    await line.row(state, 'it gives again', (row) => row.id === id && row.state === 'giving')
    const unanswered = await line.do(state, 'remove', id, '--data', 'delete')
    assert.deepEqual([unanswered.code, unanswered.last.error.code], [2, 'ANSWER_NEEDED'])
    assert.ok(existsSync(join(out, 'film.mp4')))
    assert.equal((await line.do(state, 'remove', id, '--data', 'delete', '--yes')).code, 0)
    await until('the file is gone', () => !existsSync(join(out, 'film.mp4')))
  })
})

describe('the rest', { concurrency: 2 }, () => {
  test('status says what it does, for a person and for a program', async () => {
    const { state } = await withFilm()
    const { code, last } = await line.do(state, 'status')
    assert.equal(code, 0, JSON.stringify(last))
    assert.deepEqual([last.running, last.counts.giving, last.opened], [true, 1, { done: 1, of: 1 }])
    const { stdout } = await line.plain(state, ['status'])
    assert.match(stdout, /^Running .* · page http:\/\/127\.0\.0\.1:\d+ · /)
    assert.match(stdout, /^Giving 1 · taken 6\.0 MB, given /m)
  })

  test('settings are changed at once where it runs, and in the file where it does not', async () => {
    const state = line.state()
    const offline = await line.do(state, 'config', 'set', 'speed.down', '2M')
    assert.deepEqual([offline.code, offline.last.value, offline.last.running], [0, 2 * MB, false])
    const listed = async (): Promise<string> => (await line.plain(state, ['config', 'list'])).stdout
    assert.match(await listed(), /^saving\.folder = \(default\) \/.*\/Shoal$/m)
    await line.start(state)
    const { saveFolder } = (await line.do(state, 'status')).last
    assert.ok((await listed()).includes(`saving.folder = (default) ${saveFolder}\n`))
    assert.equal((await line.do(state, 'config', 'get', 'saving.folder')).last.value, '')
    assert.equal((await line.do(state, 'config', 'get', 'speed.down')).last.value, 2 * MB)
    const online = await line.do(state, 'config', 'set', 'speed.down', 'default')
    assert.deepEqual([online.last.value, online.last.from, online.last.running], [null, 'default', true])
    const typo = await line.do(state, 'config', 'get', 'speed.donw')
    assert.deepEqual([typo.code, typo.last.error.code], [2, 'SETTING_UNKNOWN'])
    assert.match(typo.last.error.help, /speed\.down/)
    const { last } = await line.do(state, 'config', 'list')
    assert.ok(
      (last.settings as Said[]).some(({ key, from }) => key === 'server.port' && from === 'environment'),
    )
    assert.equal((await line.do(state, 'config', 'path')).last.path, join(state, 'config.json'))
  })

  test('the log is read when it has ended, too, and says no name of a file', async () => {
    const { state } = await withFilm()
    await line.do(state, 'stop')
    const { code, lines } = await line.do(state, 'log')
    assert.equal(code, 0)
    const events = lines.map(({ event }) => event)
    assert.ok(events.includes('started') && events.at(-1) === 'ended', events.join(' '))
    assert.ok(!JSON.stringify(lines).includes('film'), JSON.stringify(lines))
    assert.deepEqual((await line.do(state, 'log', '--last')).lines, [])
  })

  test('where none runs each command says so and how to start it', async () => {
    const state = line.state()
    mkdirSync(state)
    for (const words of [
      ['list'],
      ['status'],
      ['page'],
      ['show', 'x'],
      ['pause', 'x'],
      ['unshare', '--all'],
    ]) {
      const { code, last } = await line.do(state, ...words)
      assert.deepEqual([code, last.error.code], [1, 'DAEMON_NOT_RUNNING'], words.join(' '))
      assert.match(last.error.help, /shoal start/)
    }
  })
})

/** The file that the page offers. */
async function fetched(page: string): Promise<Buffer> {
  const html = await (await fetch(page)).text()
  const [, href = ''] = /href="([^"]+)"/.exec(html) ?? []
  return Buffer.from(await (await fetch(new URL(href, page))).arrayBuffer())
}

function isProgress(said: Said): boolean {
  const numbers = [
    'doneBytes',
    'totalBytes',
    'downBytesPerSecond',
    'upBytesPerSecond',
    'peers',
    'copiesElsewhere',
  ]
  return (
    said.event === 'progress' &&
    numbers.every((name) => typeof said[name] === 'number') &&
    (said.secondsLeft === null || Number.isInteger(said.secondsLeft)) &&
    typeof said.bottleneck.code === 'string' &&
    typeof said.bottleneck.sentence === 'string'
  )
}
