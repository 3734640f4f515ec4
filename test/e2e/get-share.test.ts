// What a script relies on when it runs `shoal get` and `shoal share` (INTERFACE.md B2 and B3): shapes and order of the
// JSON lines, exit codes, going on where it stopped. Trouble of all kinds is in get-share-trouble.test.ts.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { differences, makeBigFile, makeTree } from '../interop/fixtures.ts'
import { CommandLine, type Said, type Sharing } from './command-line.ts'

const MB = 1_000_000
const cli = new CommandLine()
after(() => cli.close())

/** A file of 6 MB, which takes six seconds where the sharer is slow. */
const film = join(cli.folder, 'film.mp4')
const tree = join(cli.folder, 'a tree')
let fast: Sharing
let slow: Sharing
let folder: Sharing

before(async () => {
  await makeBigFile(film, 'film', 6 * MB + 1)
  // As a film begins.
  const begun = openSync(film, 'r+')
  writeSync(begun, '\0\0\0\x20ftypisom', 0)
  closeSync(begun)
  await makeTree(tree, 'tree', 40)
  ;[fast, slow, folder] = await Promise.all([
    cli.sharing(film),
    cli.sharing(film, '--up', '1M'),
    cli.sharing(tree, '--allow', 'hidden-file'),
  ])
})

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

describe('what is said, in order', { concurrency: 2 }, () => {
  test('share first says what it shares, with whom and where, then about once a second how it goes', async () => {
    const { said, running } = fast
    assert.equal(running.lines[0], said)
    assert.match(said.infohashV1, /^[0-9a-f]{40}$/)
    assert.match(said.infohashV2, /^[0-9a-f]{64}$/)
    assert.equal(said.audience, 'link')
    assert.ok(Number.isInteger(said.port) && said.port > 0)
    const link = new URL(said.magnet)
    assert.equal(link.protocol, 'magnet:')
    assert.deepEqual(link.searchParams.getAll('xt'), [
      `urn:btih:${said.infohashV1}`,
      `urn:btmh:1220${said.infohashV2}`,
    ])
    assert.equal(link.searchParams.get('dn'), 'film.mp4')
    await running.said('progress', (line) => line.state === 'live')
    assert.ok(running.lines.slice(1).every(isProgress), JSON.stringify(running.lines))
  })

  test('share --content shares a file as the torrent that everybody who has it can make, under its name', async () => {
    const { said, link } = await cli.sharing(film, '--content')
    assert.deepEqual([said.infohashV1, said.name], [null, 'film.mp4'])
    const { searchParams } = new URL(link)
    assert.match(searchParams.get('x.cid') ?? '', /^[0-9a-f]{64}-6000001$/)
    assert.deepEqual([searchParams.get('dn'), searchParams.get('xl')], ['film.mp4', '6000001'])
    const out = cli.place()
    const { code } = await cli.get(cli.place('state'), link, '-o', out).ended()
    assert.equal(code, 0)
    assert.ok(readFileSync(join(out, 'film.mp4')).equals(readFileSync(film)))
  })

  test('get says what it gets, how it goes, and ends with where it is', async () => {
    const [out, state] = [cli.place(), cli.place('state')]
    const { code, lines, last } = await cli.get(state, slow.link, '-o', out).ended()
    assert.equal(code, 0)
    assert.equal(lines[0]?.event, 'getting')
    assert.deepEqual([lines[0]?.name, lines[0]?.totalBytes], ['film.mp4', 6 * MB + 1])
    assert.ok(lines.length > 3 && lines.slice(1, -1).every(isProgress), JSON.stringify(lines))
    const done = lines.slice(1, -1).map((said) => said.doneBytes as number)
    assert.deepEqual(
      done,
      [...done].sort((a, b) => a - b),
    )
    assert.equal(last.event, 'done')
    assert.equal(last.path, join(out, 'film.mp4'))
    assert.equal(last.bytes, 6 * MB + 1)
    assert.ok(last.seconds > 1 && last.seconds < 60)
    assert.equal(last.givenBytes, 0)
    assert.equal(last.takenBytes, 6 * MB + 1)
    assert.equal(last.check, 'plain-not-scanned')
    assert.deepEqual(await differences(film, join(out, 'film.mp4')), [])
    assert.deepEqual(readdirSync(out), ['film.mp4'])
  })

  test('a folder comes with its name, empty files included, into the current folder', async () => {
    const out = cli.place()
    const words = ['get', folder.link, '--bind', '127.0.0.1', '--no-lsd', '--state-dir', cli.place('state')]
    const { code, last } = await cli.run(words, { cwd: out }).ended()
    assert.deepEqual([code, last.path], [0, join(out, 'a tree')])
    assert.deepEqual(await differences(tree, join(out, 'a tree')), [])
  })

  test('a person gets results on standard output and everything else beside it', async () => {
    const out = cli.place()
    const words = [
      'get',
      fast.link,
      '-o',
      out,
      '--bind',
      '127.0.0.1',
      '--no-lsd',
      '--state-dir',
      cli.place('state'),
    ]
    const { code, stdout, stderr } = await cli.plain(words)
    assert.equal(code, 0, stderr)
    assert.match(
      stdout,
      /^Done in .*: \/.*film\.mp4\. Verified\. A video, as its name says; not virus-checked/,
    )
    assert.match(stderr, /^It names these hosts, which will see your address: 127\.0\.0\.1:\d+$/m)
    assert.match(stderr, /^Getting film\.mp4 \(6\.0 MB\) into /m)
    assert.equal((stdout + stderr).includes('\u001b'), false, 'no colours in a pipe')
  })
})

describe('where from', { concurrency: 2 }, () => {
  test('a torrent file and --peer will do, and `-` reads either kind from standard input', async () => {
    const torrent = join(cli.folder, 'film.torrent')
    const made = await cli.run(['create', film, '-o', torrent]).ended()
    assert.equal(made.code, 0)
    const peer = ['--peer', fast.address]
    const [byFile, byBytes, byLink] = [cli.place(), cli.place(), cli.place()]
    const common = ['--bind', '127.0.0.1', '--no-lsd', '--state-dir']
    const state = (): string => cli.place('state')
    const outcomes = await Promise.all([
      cli.get(state(), torrent, ...peer, '-o', byFile).ended(),
      cli
        .run(['get', '-', ...peer, '-o', byBytes, ...common, state()], { stdin: readFileSync(torrent) })
        .ended(),
      cli.run(['get', '-', '-o', byLink, ...common, state()], { stdin: `  ${fast.link}\n` }).ended(),
    ])
    assert.deepEqual(
      outcomes.map(({ code }) => code),
      [0, 0, 0],
      JSON.stringify(outcomes.map(({ last }) => last)),
    )
    for (const out of [byFile, byBytes, byLink])
      assert.deepEqual(await differences(film, join(out, 'film.mp4')), [])
  })

  test('--select fetches what fits and makes no other file', async () => {
    const [out, state] = [cli.place(), cli.place('state')]
    const { code, lines, last } = await cli.get(state, folder.link, '--select', '*7.bin', '-o', out).ended()
    assert.equal(code, 0)
    assert.equal(last.bytes, lines[0]?.totalBytes)
    const found = readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.shoal-'))
      .map((entry) => entry.name)
    assert.ok(found.length >= 3)
    assert.deepEqual(
      found.filter((name) => !name.endsWith('7.bin')),
      [],
    )
  })

  test('a selection that nothing fits is wrong use', async () => {
    const { code, last } = await cli.get(cli.place('state'), folder.link, '--select', '*.nothing').ended()
    assert.deepEqual([code, last.error?.code], [2, 'NOTHING_SELECTED'])
  })

  test('a link that is none, a file that is none and one that is not there are wrong use', async () => {
    await writeFile(join(cli.folder, 'broken.torrent'), 'd4:infoi1e')
    for (const [word, expected] of [
      ['magnet:?xt=urn:btih:123', 'LINK_INVALID'],
      ['broken.torrent', 'NOT_BENCODED'],
      ['absent.torrent', 'FILE_NOT_FOUND'],
    ] as const) {
      const { code, lines } = await cli.get(cli.place('state'), word).ended()
      assert.deepEqual([code, lines.length, lines[0]?.error.code], [2, 1, expected])
      assert.equal(typeof lines[0]?.error.message, 'string')
    }
  })
})

describe('stopping and going on', { concurrency: 2 }, () => {
  for (const [signal, exit] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} ends get with ${exit}; run again it takes only what is missing`, async () => {
      const [out, state] = [cli.place(), cli.place('state')]
      const first = cli.get(state, slow.link, '-o', out)
      const seen = await first.said('progress', ({ doneBytes }) => doneBytes > MB)
      const stopped = await first.stop(signal)
      assert.equal(stopped.code, exit)
      assert.deepEqual([stopped.last.error?.code, stopped.last.error?.retry], ['INTERRUPTED', true])
      assert.match(stopped.last.error?.help, /run the same command to go on/)
      assert.deepEqual(readdirSync(out), ['film.mp4.part'])

      const { code, last } = await cli.get(state, slow.link, '-o', out).ended()
      assert.equal(code, 0)
      assert.ok(last.takenBytes <= 6 * MB + 1 - seen.doneBytes, `${last.takenBytes} after ${seen.doneBytes}`)
      assert.equal(last.checkedBytes, 0)
      assert.deepEqual(await differences(film, join(out, 'film.mp4')), [])
    })
  }

  test('what is whole is said to be, without taking or giving a byte', async () => {
    const [out, state] = [cli.place(), cli.place('state')]
    assert.equal((await cli.get(state, fast.link, '-o', out).ended()).code, 0)
    const { code, lines, last } = await cli.get(state, fast.link, '-o', out).ended()
    assert.deepEqual([code, last.event, last.bytes, last.takenBytes], [0, 'done', 6 * MB + 1, 0])
    assert.equal(last.checkedBytes, 0)
    assert.equal(lines[0]?.event, 'getting')
  })

  test('metadata that a magnet learned is not asked for again, by either half of the link', async () => {
    const [out, state] = [cli.place(), cli.place('state')]
    const first = cli.get(state, slow.link, '-o', out)
    await first.said('progress', ({ doneBytes }) => doneBytes > 0)
    await first.kill()
    for (const half of ['infohashV1', 'infohashV2'] as const) {
      const urn = half === 'infohashV1' ? `btih:${slow.said[half]}` : `btmh:1220${slow.said[half]}`
      // Nobody is asked: the link names no address.
      const { code, lines, last } = await cli
        .get(state, `magnet:?xt=urn:${urn}`, '-o', out, '--timeout', '2s')
        .ended()
      assert.deepEqual(
        [lines[0]?.event, lines[0]?.name, lines[0]?.totalBytes],
        ['getting', 'film.mp4', 6 * MB + 1],
      )
      assert.deepEqual([code, last.error?.code], [1, 'NO_SOURCES'])
    }
  })

  test('--timeout ends the waiting for somebody who has it', async () => {
    const link = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=nobody%20has%20this`
    const { code, lines, last } = await cli.get(cli.place('state'), link, '--timeout', '2s').ended()
    assert.deepEqual([code, last.error?.code, last.error?.retry], [1, 'NO_SOURCES', true])
    assert.match(last.error?.message, /^Nobody who has nobody has this answered in [23] s\.$/)
    assert.ok(lines.slice(0, -1).every((said) => isProgress(said) && said.state === 'metadata'))
  })
})

describe('giving', { concurrency: 2 }, () => {
  test('share --once ends with 0 when one whole copy is elsewhere', async () => {
    const once = await cli.sharing(film, '--once')
    assert.equal((await cli.get(cli.place('state'), once.link, '-o', cli.place()).ended()).code, 0)
    const { code, last } = await once.running.ended()
    assert.deepEqual([code, last.event], [0, 'progress'])
    assert.ok(last.copiesElsewhere >= 1 && last.givenBytes >= 6 * MB)
  })

  test('share --for ends with 0 after that time; both together are wrong use', async () => {
    assert.equal((await cli.share(film, '--for', '2s').ended()).code, 0)
    const both = await cli.share(film, '--for', '2s', '--once').ended()
    assert.deepEqual([both.code, both.last.error?.code], [2, 'ONCE_OR_FOR'])
  })

  test('a share that is stopped says so: 130 and 143', async () => {
    for (const [signal, exit] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const { running } = await cli.sharing(film)
      const { code, last } = await running.stop(signal)
      assert.deepEqual([code, last.error?.code], [exit, 'INTERRUPTED'])
    }
  })

  test('get --seed gives on until it is stopped, --seed-time for that long; what was got can be given', async () => {
    const [out, state] = [cli.place(), cli.place('state')]
    const giving = cli.get(state, fast.link, '-o', out, '--seed', '--port', '0')
    await giving.said('done')
    await giving.said('progress', ({ doneBytes, totalBytes }) => doneBytes === totalBytes)
    assert.equal((await giving.stop('SIGINT')).code, 0)
    const timed = await cli.get(state, fast.link, '-o', out, '--seed-time', '2s').ended()
    assert.equal(timed.code, 0)
    assert.ok(timed.lines.findIndex(({ event }) => event === 'done') < timed.lines.length - 1)
  })

  test('of a torrent whose files are not all here, what is here is given; nothing is fetched, and no file is made', async () => {
    const torrent = join(cli.folder, 'part.torrent')
    const whole = join(cli.place(), 'two')
    const here = join(cli.place(), 'two')
    for (const folder of [whole, here]) await mkdir(folder)
    for (const [name, folders] of [
      ['a.bin', [whole, here]],
      ['b.bin', [whole]],
    ] as const) {
      const bytes = randomBytes(600_000)
      for (const folder of folders) await writeFile(join(folder, name), bytes)
    }
    assert.equal((await cli.run(['create', whole, '--v2', '-o', torrent]).ended()).code, 0)
    const full = await cli.sharing(torrent, '--dir', dirname(whole))
    const part = await cli.sharing(torrent, '--dir', dirname(here), '--peer', full.address, '--no-pex')
    const getting = cli.get(cli.place('state'), torrent, '-o', cli.place(), '--peer', part.address)
    const half = await getting.said('progress', ({ doneBytes }) => doneBytes === 600_000)
    assert.equal(half.totalBytes, 1_200_000)
    await getting.stop('SIGINT')
    assert.deepEqual(readdirSync(here), ['a.bin'])
  })

  test('a torrent is shared from the folder that --dir names', async () => {
    const torrent = join(cli.folder, 'tree.torrent')
    assert.equal((await cli.run(['create', tree, '-o', torrent]).ended()).code, 0)
    const shared = await cli.sharing(torrent, '--allow', 'hidden-file', '--dir', cli.folder)
    const out = cli.place()
    assert.equal((await cli.get(cli.place('state'), shared.link, '-o', out).ended()).code, 0)
    assert.deepEqual(await differences(tree, join(out, 'a tree')), [])
    const nowhere = await cli.share(torrent, '--allow', 'hidden-file', '--dir', cli.place()).ended()
    assert.deepEqual([nowhere.code, nowhere.last.error?.code], [2, 'SHARE_DATA_MISSING'])
  })
})

describe('who can get it', { concurrency: 2 }, () => {
  test('people with the link: it carries an address and the wish to stay unlisted', () => {
    const link = new URL(fast.link)
    assert.equal(link.searchParams.get('x.to'), 'link')
    assert.deepEqual(link.searchParams.getAll('x.pe'), [fast.address])
    assert.deepEqual(link.searchParams.getAll('tr'), [])
  })

  test('everyone: announced to the tracker, which the link names; who has a link for some is not announced', async () => {
    const asked: string[] = []
    const tracker = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end('d8:intervali1800e5:peers0:e')
    })
    await new Promise<void>((resolve) => tracker.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(tracker.address() as AddressInfo).port}/announce`
    try {
      const shared = await cli.sharing(film, '--to', 'everyone', '--licence', 'own-work', '--tracker', url)
      const link = new URL(shared.link)
      assert.equal(shared.said.audience, 'everyone')
      assert.equal(link.searchParams.has('x.to'), false)
      assert.deepEqual(link.searchParams.getAll('tr'), [url])
      await shared.running.said('progress', () => asked.length >= 2)
      assert.ok(asked.every((path) => path.startsWith('/announce?info_hash=')))

      const before = asked.length
      const unlisted = `${fast.link}&tr=${encodeURIComponent(url)}`
      assert.equal((await cli.get(cli.place('state'), unlisted, '-o', cli.place()).ended()).code, 0)
      assert.equal(asked.length, before)
    } finally {
      tracker.close()
    }
  })

  test('a tracker without everyone is wrong use', async () => {
    const { code, last } = await cli.share(film, '--tracker', 'http://127.0.0.1:1/announce').ended()
    assert.deepEqual([code, last.error?.code], [2, 'TRACKER_NEEDS_EVERYONE'])
    const got = await cli
      .get(cli.place('state'), fast.link, '-o', cli.place(), '--tracker', 'http://127.0.0.1:1/announce')
      .ended()
    assert.deepEqual([got.code, got.last.error?.code], [2, 'TRACKER_UNLISTED'])
  })

  test('a private torrent may be given trackers: it is found by nothing else', async () => {
    const torrent = join(cli.folder, 'private.torrent')
    const made = await cli.plain(['create', film, '-o', torrent, '--private', '--json'])
    assert.equal(made.code, 0)
    const url = 'http://127.0.0.1:1/announce'
    const words = ['--dir', cli.folder, '--tracker', url, '--for', '0s']
    const { code, lines } = await cli.share(torrent, ...words).ended()
    assert.equal(code, 0)
    assert.deepEqual(new URL(lines[0]?.magnet).searchParams.getAll('tr'), [url])
  })

  test('--dry-run says what would be visible, and shares nothing', async () => {
    const { code, lines } = await cli.share(tree, '--exclude', '**/*7.bin', '--dry-run').ended()
    assert.equal(code, 0)
    assert.deepEqual(
      lines.map(({ event }) => event),
      ['survey', 'review'],
    )
    const [survey, review] = lines
    assert.equal(review?.files, survey?.files)
    assert.deepEqual([survey?.path, survey?.audience], [tree, 'link'])
    const excluded = readdirSync(tree, { recursive: true }).filter((name) =>
      String(name).endsWith('7.bin'),
    ).length
    assert.ok(excluded > 0)
    assert.equal(survey?.files, 40 - excluded)
    assert.equal(typeof survey?.totalBytes, 'number')
  })

  test('home, drive roots, key and profile folders are refused, by link and from inside too', async () => {
    const keys = join(cli.home, '.ssh', 'deep')
    const profile = join(cli.home, '.config', 'app')
    for (const place of [keys, profile]) {
      await mkdir(place, { recursive: true })
      await writeFile(join(place, 'secret'), 'secret')
    }
    for (const [path, expected] of [
      [cli.home, 'SHARE_REFUSED_ROOT'],
      [join(cli.home, '..'), 'SHARE_REFUSED_ROOT'],
      ['/', 'SHARE_REFUSED_ROOT'],
      [join(cli.home, '.ssh'), 'SHARE_REFUSED_KEYS'],
      [join(keys, 'secret'), 'SHARE_REFUSED_KEYS'],
      [profile, 'SHARE_REFUSED_PROFILE'],
    ] as const) {
      const { code, lines } = await cli.share(path).ended()
      assert.deepEqual([path, code, lines.length, lines[0]?.error.code], [path, 2, 1, expected])
    }
    const backup = join(cli.place(), 'backup')
    await mkdir(join(backup, 'laptop', '.ssh'), { recursive: true })
    await writeFile(join(backup, 'laptop', '.ssh', 'id_ed25519'), 'secret')
    await writeFile(join(backup, 'letter.txt'), 'dear')
    const held = await cli.share(backup, '--dry-run').ended()
    assert.deepEqual([held.code, held.lines.length, held.last.error?.code], [2, 1, 'SHARE_HOLDS_KEYS'])
    assert.match(held.last.error?.message, /backup holds laptop\/\.ssh, where keys are kept\.$/)
    const without = await cli.share(backup, '--dry-run', '--exclude', '**/.ssh/**').ended()
    assert.deepEqual([without.code, without.last.files], [0, 1])
    const absent = await cli.share(join(cli.folder, 'absent')).ended()
    assert.deepEqual([absent.code, absent.last.error?.code], [2, 'SHARE_NOT_FOUND'])
    assert.equal(existsSync(join(cli.home, 'state')), false, 'nothing was left in the usual state folder')
  })
})
