// What web seeds can do to a downloader, over real sockets in a network namespace with addresses that look public:
// the cases of SAFETY.md, "Trackers and web seeds". Each time a good server beside the bad one must be enough.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { enterNamespace } from '../../lab/netns/namespace.ts'
import { until } from '../../lab/netns/until.ts'
import type { Names } from '../../src/base/ports.ts'
import { type AddChoices, optionsForTorrent } from '../../src/daemon/add.ts'
import { nodePorts } from '../../src/daemon/compose.ts'
import { Session } from '../../src/engine/session/session.ts'
import { DEFAULT_SESSION_OPTIONS } from '../../src/engine/session/session-options.ts'
import type { Torrent } from '../../src/engine/torrent/torrent.ts'
import { NodeHttp } from '../../src/platform/http.ts'
import { type Answer, WebServer } from '../contracts/http/server.ts'
import { type FileManner, goodManner, serveFiles } from '../doubles/file-server.ts'
import { type MadeOptions, MadeTorrent } from '../doubles/made-torrent.ts'
import { selfSigned } from '../doubles/self-signed.ts'

const footing = await enterNamespace(import.meta.filename)
const PUBLIC = '203.0.113.7'
const OTHER_PUBLIC = '203.0.113.8'
const METADATA = '169.254.169.254'
if (footing.kind === 'inside')
  for (const address of [PUBLIC, OTHER_PUBLIC, METADATA])
    execFileSync('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo'])

const KIB = 1024
const MIB = 1024 * KIB

interface Getting {
  readonly torrent: Torrent
  readonly bans: string[]
  readonly folder: string
}

/** A test that stands in the namespace. */
function hostile(name: string, body: (t: TestContext) => Promise<void>): void {
  const why = footing.kind === 'refused' ? footing.reason : undefined
  if (why !== undefined && process.env.CI !== 'true') test(name, { skip: why }, () => undefined)
  else test(name, { timeout: 60_000 }, (t) => (why === undefined ? body(t) : assert.fail(why)))
}

async function make(options: Partial<MadeOptions> = {}): Promise<MadeTorrent> {
  return MadeTorrent.make({ lengthsBytes: [3 * MIB + 77], pieceLengthBytes: 64 * KIB, ...options })
}

/** Fetches the torrent from these URLs, as its url-list names them. */
async function get(
  t: TestContext,
  made: MadeTorrent,
  urls: readonly string[],
  more: {
    readonly http?: NodeHttp
    readonly choices?: Partial<AddChoices>
    readonly pieces?: readonly string[]
  } = {},
): Promise<Getting> {
  if (footing.kind !== 'inside') throw new Error('not in the namespace')
  const folder = await mkdtemp(join(footing.directory, 'get-'))
  const ports = { ...nodePorts(), ...(more.http === undefined ? {} : { http: more.http }) }
  const session = await Session.open(ports, {
    ...DEFAULT_SESSION_OPTIONS,
    agent: 'Shoal in a test',
    listen: undefined,
    stateFolder: join(folder, 'state'),
    lan: false,
  })
  const bans: string[] = []
  const { metainfo, hints } = made.torrent
  const torrent = session.add(
    optionsForTorrent(
      { metainfo, hints: { ...hints, webSeeds: urls, httpSeeds: more.pieces ?? [] } },
      {
        saveFolder: join(folder, 'save'),
        pex: false,
        lan: false,
        ...more.choices,
        events: { banned: (name, reason) => bans.push(`${name} ${reason}`) },
      },
    ),
  )
  t.after(async () => {
    await session.close()
    await ports.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { torrent, bans, folder }
}

async function finish({ torrent, folder }: Getting, made: MadeTorrent): Promise<void> {
  await until('it finishes', () => torrent.finished, { describe: () => JSON.stringify(torrent.status()) })
  for (const file of made.metainfo.files) {
    if (file.pad) continue
    const bytes = await readFile(join(folder, 'save', ...file.path))
    assert.equal(Buffer.compare(bytes, made.contents[file.index] as Uint8Array), 0, file.path.join('/'))
  }
}

/** What became of each web seed. */
function fates({ torrent }: Getting): string[] {
  return torrent
    .status()
    .webSeeds.map(({ state, reason }) => (reason === undefined ? state : `${state} ${reason}`))
}

const fate = (getting: Getting, index: number, wanted: string): Promise<true> =>
  until(`web seed ${index} is ${wanted}`, () => fates(getting)[index] === wanted, {
    describe: () => JSON.stringify(fates(getting)),
  })

const at = (server: WebServer, host = '127.0.0.1'): string => `http://${host}:${server.port}`

/** The bad one alone until it is found out, then a good one beside it; nothing of the bad one may be left in the file. */
async function foundOut(
  t: TestContext,
  made: MadeTorrent,
  manner: FileManner,
  expected: string,
): Promise<Getting & { readonly server: WebServer }> {
  const server = await serveFiles(made, manner)
  t.after(() => server[Symbol.asyncDispose]())
  const good = await serveFiles(made)
  t.after(() => good[Symbol.asyncDispose]())
  const alone = await get(t, made, [`${at(server)}/`])
  await fate(alone, 0, expected)
  assert.equal(alone.torrent.finished, false)
  const both = await get(t, made, [`${at(server)}/`, `${at(good)}/`])
  await finish(both, made)
  return { ...alone, server }
}

for (const version of ['v1', 'v2', 'hybrid'] as const) {
  hostile(`${version}: one file and a tree come whole from a server of files`, async (t) => {
    const trees = [
      [5 * MIB + 3],
      [0, 1, 16_384, 65_537, 300_000, 3, 0, 131_072, ...Array.from({ length: 40 }, (_, i) => 700 * i + 1)],
    ]
    for (const lengthsBytes of trees) {
      const made = await make({ version, lengthsBytes })
      await using server = await serveFiles(made)
      const getting = await get(t, made, [`${at(server)}/`])
      await finish(getting, made)
      assert.equal(getting.torrent.status().wastedBytes, 0)
      assert.equal(getting.torrent.status().webSeeds[0]?.name, `127.0.0.1:${server.port}`)
      assert.ok(!server.asked.some((path) => path.includes('.pad')), 'pad files are never asked for')
    }
  })
}

hostile(
  'redirects to loopback, to the network at home and to metadata addresses are not followed',
  async (t) => {
    const made = await make()
    for (const inside of ['127.0.0.1', METADATA, '10.64.0.9']) {
      await using secret = await WebServer.start((_, response) => response.end('secret'), inside)
      for (const location of [
        `http://${inside}:${secret.port}/latest/meta-data/`,
        ...(inside === '127.0.0.1'
          ? [`http://0x7f.1:${secret.port}/`, `http://[::ffff:127.0.0.1]:${secret.port}/`]
          : []),
      ]) {
        const lead: Answer = (_, response) => {
          response.writeHead(302, { location })
          response.end()
        }
        await using outside = await WebServer.start(lead, PUBLIC)
        const getting = await get(t, made, [`${at(outside, PUBLIC)}/`])
        await fate(getting, 0, 'dropped ADDRESS_REFUSED')
        assert.equal(outside.asked.length, 1)
      }
      assert.deepEqual(secret.asked, [], inside)
    }
  },
)

hostile('a redirect to another public server is followed, four of them are not', async (t) => {
  const made = await make()
  await using files = await serveFiles(made, goodManner, OTHER_PUBLIC)
  const hops =
    (count: number): Answer =>
    (request, response) => {
      const hop = Number(/hop=(\d)/.exec(request.url ?? '')?.[1] ?? 0)
      const path = (request.url ?? '').split('?')[0] ?? ''
      const next = hop + 1 >= count ? `${at(files, OTHER_PUBLIC)}${path}` : `${path}?hop=${hop + 1}`
      response.writeHead(307, { location: next })
      response.end()
    }
  await using few = await WebServer.start(hops(3), PUBLIC)
  await finish(await get(t, made, [`${at(few, PUBLIC)}/`]), made)
  await using many = await WebServer.start(hops(4), PUBLIC)
  await fate(await get(t, made, [`${at(many, PUBLIC)}/`]), 0, 'dropped REDIRECTS')
})

hostile('a name that is bent towards this computer later is not followed there', async (t) => {
  const made = await make()
  await using outside = await serveFiles(
    made,
    (question, response, request) => {
      // One range, then nothing: the next connection asks for the name again.
      response.setHeader('connection', 'close')
      goodManner(question, response, request)
    },
    PUBLIC,
  )
  const inner = await WebServer.start((_, response) => response.end('secret'), '127.0.0.1')
  t.after(() => inner[Symbol.asyncDispose]())
  let lookUps = 0
  const names: Names = {
    resolve: async (name) => (name === 'rebind.test' ? [lookUps++ === 0 ? PUBLIC : '127.0.0.1'] : [name]),
  }
  const getting = await get(t, made, [`http://rebind.test:${outside.port}/`], {
    http: new NodeHttp({ names }),
  })
  await fate(getting, 0, 'dropped ADDRESS_REFUSED')
  assert.equal(outside.asked.length, 1)
  assert.deepEqual(inner.asked, [])
})

hostile('a link presses no buttons of local services', async (t) => {
  const made = await make()
  await using router = await WebServer.start((_, response) => response.end('done'), '10.64.0.1')
  const getting = await get(t, made, [`${at(router, '10.64.0.1')}/apply?reboot=1`])
  await fate(getting, 0, 'dropped ADDRESS_REFUSED')
  assert.deepEqual(router.asked, [])
})

hostile('a hundred megabytes where a range was asked for are not read, announced or not', async (t) => {
  const made = await make()
  let sentBytes = 0
  let floods = 0
  const flood = (response: Parameters<FileManner>[1]): void => {
    floods++
    const part = randomBytes(64 * KIB)
    const more = (): void => {
      while (!response.destroyed) {
        sentBytes += part.length
        if (!response.write(part)) {
          response.once('drain', more)
          return
        }
      }
    }
    more()
  }
  await foundOut(
    t,
    made,
    (_, response) => {
      response.writeHead(200, { 'content-length': String(100 * MIB) })
      flood(response)
    },
    'dropped LENGTH_DIFFERS',
  )
  await foundOut(
    t,
    made,
    ({ first, last, content }, response) => {
      response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${content.length}` })
      flood(response)
    },
    'dropped POISON',
  )
  // What lies in the buffers of both kernels, and the range itself.
  assert.ok(sentBytes < floods * 20 * MIB, `${sentBytes} bytes were sent in ${floods} answers`)
})

hostile('a gzip bomb is refused by its header, and without one it is only wrong bytes', async (t) => {
  const made = await make()
  const bomb = gzipSync(new Uint8Array(64 * MIB))
  await foundOut(
    t,
    made,
    (_, response, request) => {
      assert.equal(request.headers['accept-encoding'], 'identity')
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(bomb.length) })
      response.end(bomb)
    },
    'dropped ENCODED',
  )
  await foundOut(
    t,
    made,
    ({ first, last, content }, response) => {
      response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${content.length}` })
      response.end(Buffer.alloc(last - first + 1, bomb))
    },
    'dropped POISON',
  )
})

hostile('wrong ranges end it before a byte is taken', async (t) => {
  const made = await make()
  const say =
    (range: (first: number, last: number, length: number) => string): FileManner =>
    ({ first, last, content }, response) => {
      response.writeHead(206, { 'content-range': range(first, last, content.length) })
      response.end(content.subarray(first, last + 1))
    }
  for (const manner of [
    say((first, last, length) => `bytes ${first + 1}-${last + 1}/${length}`),
    say((first, last, length) => `bytes ${first}-${last - 1}/${length}`),
    say(() => ''),
  ]) {
    const { torrent } = await foundOut(t, made, manner, 'dropped WRONG_RANGE')
    assert.equal(torrent.status().takenBytes, 0)
  }
  await foundOut(
    t,
    made,
    say((first, last, length) => `bytes ${first}-${last}/${length + 1}`),
    'dropped LENGTH_DIFFERS',
  )
})

hostile('a server that knows no ranges gives whole files', async (t) => {
  const whole: FileManner = ({ content }, response) => {
    response.writeHead(200, { 'content-length': String(content.length) })
    response.end(content)
  }
  const tree = await make({ version: 'v2', lengthsBytes: [100, 70_000, 300_000, 16_384] })
  await using server = await serveFiles(tree, whole)
  await finish(await get(t, tree, [`${at(server)}/`]), tree)
  const big = await make({ version: 'v1', lengthsBytes: [20 * MIB + 5] })
  await using another = await serveFiles(big, whole)
  await finish(await get(t, big, [`${at(another)}/`]), big)
  assert.ok(another.asked.length <= 4, `${another.asked.length} requests`)
  // Blocks that span two files of a v1 torrent cannot be had so: they are left to others, and not held.
  const packed = await make({ version: 'v1', lengthsBytes: [3_000_000, 300_001, 3_000_002] })
  await using third = await serveFiles(packed, whole)
  await using good = await serveFiles(packed)
  const alone = await get(t, packed, [`${at(third)}/`])
  const idle = (): boolean =>
    fates(alone)[0] === 'idle' && third.asked.length > 6 && alone.torrent.status().doneBytes > 6_000_000
  await until('it has given what it can', idle, { describe: () => third.asked.join(' ') })
  const { live } = alone.torrent
  for (const source of [1, 2, 3]) assert.equal(live?.picker.outstandingCount(source), 0)
  await finish(await get(t, packed, [`${at(third)}/`, `${at(good)}/`]), packed)
})

for (const version of ['v1', 'v2', 'hybrid'] as const) {
  hostile(
    `${version}: whoever gives wrong bytes is banned with the reason, and the file comes right`,
    async (t) => {
      const made = await make({ version })
      let given = 0
      const poison: FileManner = ({ content, first, last, ranged }, response) => {
        given++
        const bytes = content.slice(first, last + 1)
        const spoil = Math.floor(bytes.length / 2)
        bytes[spoil] = (bytes[spoil] as number) ^ 1
        response.writeHead(ranged ? 206 : 200, {
          'content-range': `bytes ${first}-${last}/${content.length}`,
        })
        response.end(bytes)
      }
      const { bans, torrent, server } = await foundOut(t, made, poison, 'dropped POISON')
      assert.deepEqual(bans, [`127.0.0.1:${server.port} POISON_PROVEN`])
      assert.ok(torrent.status().doneBytes > 0, 'the pieces that were right are kept')
      const before = given
      await until('it does nothing more', () => fates({ torrent, bans, folder: '' })[0] === 'dropped POISON')
      assert.equal(given, before)
    },
  )
}

hostile('a certificate that nobody signed gives nothing; one that is trusted does', async (t) => {
  const made = await make()
  const own = selfSigned('files.test')
  await using server = await serveFiles(made, goodManner, '127.0.0.1', own)
  const url = `https://127.0.0.1:${server.port}/`
  const untrusting = await get(t, made, [url])
  await fate(untrusting, 0, 'waiting TLS')
  assert.deepEqual(server.asked, [])
  await finish(await get(t, made, [url], { http: new NodeHttp({ certificates: own.certificate }) }), made)
})

hostile('pages that say sorry are no content, whatever their status', async (t) => {
  const made = await make()
  const page = '<html><script>alert(1)</script>sorry</html>'
  for (const [status, expected] of [
    [200, 'dropped LENGTH_DIFFERS'],
    [206, 'dropped WRONG_RANGE'],
    [403, 'dropped FORBIDDEN'],
    [404, 'dropped NOT_FOUND'],
    [500, 'waiting STATUS'],
    [503, 'waiting BUSY'],
    [429, 'waiting TOO_MANY_REQUESTS'],
  ] as const) {
    const sorry: FileManner = (_, response) => {
      response.writeHead(status, { 'content-type': 'text/html', 'retry-after': '3600' })
      response.end(page)
    }
    const { torrent } = await foundOut(t, made, sorry, expected)
    assert.equal(torrent.status().takenBytes, 0)
  }
})

hostile('what a server lacks of a tree comes from another', async (t) => {
  const made = await make({ version: 'v2', lengthsBytes: [200_000, 200_001, 200_002, 200_003] })
  const lacking =
    (missing: RegExp): FileManner =>
    (question, response, request) => {
      if (!missing.test(question.path)) goodManner(question, response, request)
      else {
        response.writeHead(404)
        response.end()
      }
    }
  await using one = await serveFiles(made, lacking(/file-000[12]/))
  await using two = await serveFiles(made, lacking(/file-000[03]/))
  const getting = await get(t, made, [`${at(one)}/`, `${at(two)}/`])
  await finish(getting, made)
  assert.ok(
    one.asked.filter((path) => /file-000[12]/.test(path)).length <= 2 * 2,
    'what is missing is not asked again',
  )
})

hostile('files that are not wanted are not asked for until they are', async (t) => {
  const made = await make({ version: 'v2', lengthsBytes: [200_000, 200_001, 200_002] })
  await using server = await serveFiles(made)
  const getting = await get(t, made, [`${at(server)}/`], { choices: { priorities: () => [0, 4, 0] } })
  await until('it finishes', () => getting.torrent.finished)
  assert.ok(
    server.asked.every((path) => path.endsWith('file-0001')),
    server.asked.join(' '),
  )
  await getting.torrent.wishes.setPriorities([4, 4, 4])
  await finish(getting, made)
})

hostile('a server of pieces gives them, and is not asked about an unlisted torrent (BEP 17)', async (t) => {
  const made = await make({ version: 'hybrid', lengthsBytes: [200_000, 5, 100_000] })
  const pieces: Answer = (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://p.test')
    const ranges = (searchParams.get('ranges') ?? '').split(',').map((text) => text.split('-').map(Number))
    const bytes = Buffer.concat(
      ranges.map(
        ([first = 0, last = 0]) =>
          made.run(Number(searchParams.get('piece')), first, last - first + 1) as Uint8Array,
      ),
    )
    response.writeHead(200, { 'content-length': String(bytes.length) })
    response.end(bytes)
  }
  await using server = await WebServer.start(pieces)
  const url = `${at(server)}/seed`
  await finish(await get(t, made, [], { pieces: [url] }), made)
  assert.ok(server.asked.every((path) => path.includes('info_hash=%')))
  const asked = server.asked.length
  const unlisted = await get(t, made, [], { pieces: [url], choices: { listing: 'link' } })
  await until('it is live', () => unlisted.torrent.stateName === 'live')
  assert.deepEqual(unlisted.torrent.status().webSeeds, [])
  assert.equal(server.asked.length, asked)
})

hostile('the infohash of a torrent is in nothing that a server of files is sent', async (t) => {
  const made = await make({ version: 'hybrid' })
  const heard: string[] = []
  await using server = await serveFiles(made, (question, response, request) => {
    heard.push(`${request.url} ${request.rawHeaders.join(' ')}`)
    goodManner(question, response, request)
  })
  await finish(await get(t, made, [`${at(server)}/`], { choices: { listing: 'link' } }), made)
  const { infohashV1, infohashV2 } = made.metainfo
  for (const text of heard)
    for (const hash of [infohashV1, infohashV2, infohashV2?.slice(0, 40)])
      assert.ok(!text.toLowerCase().includes(hash as string))
  assert.ok(heard.length > 0)
})

hostile('a paused torrent asks for nothing, and goes on where it stopped', async (t) => {
  const made = await make({ lengthsBytes: [6 * MIB] })
  await using server = await serveFiles(made)
  const getting = await get(t, made, [`${at(server)}/`])
  getting.torrent.downLimit = 2 * MIB
  await until('some is here', () => getting.torrent.status().doneBytes > MIB)
  await getting.torrent.pause()
  const asked = server.asked.length
  const { doneBytes } = getting.torrent.status()
  getting.torrent.downLimit = undefined
  getting.torrent.start()
  await finish(getting, made)
  assert.ok(server.asked.length > asked)
  assert.ok(
    getting.torrent.status().takenBytes < made.metainfo.geometry.payloadBytes + MIB,
    `${doneBytes} were kept`,
  )
})

hostile('a limit on the rate holds for web seeds too', async (t) => {
  const made = await make({ lengthsBytes: [2 * MIB] })
  await using server = await serveFiles(made)
  const began = performance.now()
  const getting = await get(t, made, [`${at(server)}/`])
  getting.torrent.downLimit = MIB
  await finish(getting, made)
  // The first burst is a quarter of a second's worth.
  assert.ok(performance.now() - began > 1_500, 'two seconds at that rate, less the burst')
})
