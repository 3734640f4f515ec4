// What Sonarr and Radarr ask of Transmission, body by body and in their order, and what they conclude from the answers. Their
// source is the reference (Download/Clients/Transmission of both): the session id by GET, labels since 4.0, seed limits by
// torrent-set, "completed" and "can be removed" from numbers.

import assert from 'node:assert/strict'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { type Content, RpcScene } from './rpc-scene.ts'

const LIMIT = { timeout: 60_000 }
const CATEGORY = 'tv-sonarr'
const IMPORTED = 'tv-imported'

const FIELDS = [
  'id',
  'hashString',
  'name',
  'downloadDir',
  'totalSize',
  'leftUntilDone',
  'isFinished',
  'eta',
  'status',
  'secondsDownloading',
  'secondsSeeding',
  'errorString',
  'uploadedEver',
  'downloadedEver',
  'seedRatioLimit',
  'seedRatioMode',
  'seedIdleLimit',
  'seedIdleMode',
  'fileCount',
  'file-count',
  'labels',
]

interface Torrent {
  readonly id: number
  readonly hashString: string
  readonly name: string
  readonly downloadDir: string
  readonly totalSize: number
  readonly leftUntilDone: number
  readonly isFinished: boolean
  readonly eta: number
  readonly status: number
  readonly secondsSeeding: number
  readonly errorString: string
  readonly uploadedEver: number
  readonly downloadedEver: number
  readonly seedRatioLimit: number
  readonly seedRatioMode: number
  readonly seedIdleLimit: number
  readonly seedIdleMode: number
  readonly 'file-count': number
  readonly labels: readonly string[]
}

interface Config {
  readonly version: string
  readonly 'rpc-version': number
  readonly 'download-dir': string
  readonly seedRatioLimit: number
  readonly seedRatioLimited: boolean
  readonly 'idle-seeding-limit': number
  readonly 'idle-seeding-limit-enabled': boolean
}

/** Its HTTP client: Basic, the session id by a GET, no browser's headers. */
class Sonarr {
  readonly #url: string
  readonly #authorization: string
  #sessionId: string | undefined

  constructor(rpc: RpcScene, password = rpc.token) {
    this.#url = `http://${rpc.address}/transmission/rpc`
    this.#authorization = `Basic ${Buffer.from(`sonarr:${password}`).toString('base64')}`
  }

  async sessionId(): Promise<{ status: number; sessionId: string | null }> {
    const response = await fetch(this.#url, {
      headers: { authorization: this.#authorization, accept: 'application/json' },
      redirect: 'manual',
    })
    await response.body?.cancel()
    return { status: response.status, sessionId: response.headers.get('x-transmission-session-id') }
  }

  /** @param body as it is sent, to the letter */
  async send<Answer>(body: string): Promise<Answer> {
    this.#sessionId ??= (await this.sessionId()).sessionId ?? ''
    const response = await fetch(this.#url, {
      method: 'POST',
      body,
      headers: {
        authorization: this.#authorization,
        accept: 'application/json',
        'content-type': 'application/json',
        'x-transmission-session-id': this.#sessionId,
      },
    })
    assert.equal(response.status, 200)
    const { result, arguments: answer } = (await response.json()) as { result: string; arguments: Answer }
    assert.equal(result, 'success')
    return answer
  }

  config(): Promise<Config> {
    return this.send('{"method":"session-get"}')
  }

  async torrents(ids?: readonly string[]): Promise<Torrent[]> {
    const asked = { fields: FIELDS, ...(ids === undefined ? {} : { ids }) }
    const { torrents } = await this.send<{ torrents: Torrent[] }>(
      `{"method":"torrent-get","arguments":${JSON.stringify(asked)}}`,
    )
    return torrents
  }
}

/** Sonarr's own judgement of a torrent. */
function judged(torrent: Torrent): 'warning' | 'queued' | 'completed' | 'downloading' {
  const { errorString, totalSize, leftUntilDone, status, isFinished } = torrent
  if (errorString.trim() !== '') return 'warning'
  if (totalSize === 0) return 'queued'
  if (leftUntilDone === 0 && [0, 5, 6].includes(status)) return 'completed'
  if (isFinished && status !== 1 && status !== 2) return 'completed'
  return status === 3 ? 'queued' : 'downloading'
}

function reachedSeedLimit(torrent: Torrent, config: Config): boolean {
  const ratio = torrent.downloadedEver <= 0 ? 0 : torrent.uploadedEver / torrent.downloadedEver
  const stopped = torrent.status === 0
  if (torrent.seedRatioMode === 1 && stopped && ratio >= torrent.seedRatioLimit) return true
  if (torrent.seedRatioMode === 0 && stopped && config.seedRatioLimited && ratio >= config.seedRatioLimit)
    return true
  if (torrent.seedIdleMode === 1)
    return (stopped || torrent.status === 6) && torrent.secondsSeeding > torrent.seedIdleLimit * 60
  return torrent.seedIdleMode === 0 && stopped && config['idle-seeding-limit-enabled']
}

async function completed(sonarr: Sonarr): Promise<Torrent> {
  return await until('Sonarr sees it completed', async () => {
    const [torrent] = await sonarr.torrents()
    return torrent !== undefined && judged(torrent) === 'completed' && torrent
  })
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}

async function ground(t: TestContext): Promise<{ rpc: RpcScene; sonarr: Sonarr; content: Content }> {
  const rpc = await RpcScene.open(t)
  return {
    rpc,
    sonarr: new Sonarr(rpc),
    content: await rpc.give('Show.S01E01.1080p', { 'show.mkv': 2_000_000, 'show.nfo': 900 }),
  }
}

test('its test of a new client finds the session id, the version and the list', LIMIT, async (t) => {
  const { rpc, sonarr } = await ground(t)
  const { status, sessionId } = await sonarr.sessionId()
  assert.equal(status, 409)
  assert.match(sessionId ?? '', /^\S+$/)
  assert.equal((await new Sonarr(rpc, 'wrong').sessionId()).status, 401)
  const { version, 'download-dir': folder } = await sonarr.config()
  // Its own pattern for the first number of a version.
  const [major = 0, minor = 0] = (/(\d|\.)+/.exec(version)?.[0] ?? '').split('.').map(Number)
  assert.ok(major > 2 || (major === 2 && minor >= 40), 'supported')
  assert.ok(major >= 4, 'labels are used')
  assert.equal(folder, rpc.saveFolder)
  assert.deepEqual(await sonarr.torrents(), [])
})

test(
  'an episode from a torrent file: added into its category, seeded as told, imported, removed with its data',
  LIMIT,
  async (t) => {
    const { rpc, sonarr, content } = await ground(t)
    const hash = content.infohashV1
    const { 'download-dir': folder } = await sonarr.config()
    const into = `${folder}/${CATEGORY}`
    await sonarr.send(
      `{"method":"torrent-add","arguments":{"metainfo":"${content.torrent.toString('base64')}","paused":false,"download-dir":"${into}","labels":["${CATEGORY}"]}}`,
    )
    await sonarr.send(
      `{"method":"torrent-set","arguments":{"ids":["${hash}"],"seedRatioLimit":0.5,"seedRatioMode":1,"seedIdleLimit":600,"seedIdleMode":1}}`,
    )
    await sonarr.send(`{"method":"queue-move-top","arguments":{"ids":["${hash}"]}}`)
    const torrent = await completed(sonarr)
    assert.equal(torrent.hashString, hash)
    assert.deepEqual(torrent.labels, [CATEGORY])
    assert.deepEqual(
      [torrent.totalSize, torrent.leftUntilDone, torrent['file-count'], torrent.isFinished, torrent.status],
      [2_000_900, 0, 2, false, 6],
    )
    assert.ok(Number.isInteger(torrent.eta))
    assert.deepEqual(
      [torrent.seedRatioMode, torrent.seedRatioLimit, torrent.seedIdleMode, torrent.seedIdleLimit],
      [1, 0.5, 1, 600],
    )
    // It imports from here.
    const output = join(torrent.downloadDir, torrent.name.replaceAll(':', '_'))
    assert.equal(torrent.downloadDir, into)
    assert.deepEqual(
      await readFile(join(output, 'show.mkv')),
      content.files.get(join(content.name, 'show.mkv')),
    )
    assert.equal(reachedSeedLimit(torrent, await sonarr.config()), false)

    const [again] = await sonarr.torrents([hash])
    assert.equal(again?.hashString, hash)
    await sonarr.send(`{"method":"torrent-set","arguments":{"ids":["${hash}"],"labels":["${IMPORTED}"]}}`)
    await rpc.row('it has the other label', ({ tags }) => tags.length === 1 && tags[0] === IMPORTED)

    await sonarr.send(`{"method":"torrent-remove","arguments":{"ids":["${hash}"],"delete-local-data":true}}`)
    assert.deepEqual(await sonarr.torrents(), [])
    assert.equal(await isThere(output), false)
  },
)

test('a magnet link is queued without a size until its list of files is here', LIMIT, async (t) => {
  const { rpc, sonarr, content } = await ground(t)
  const link = JSON.stringify(content.link)
  await sonarr.send(
    `{"method":"torrent-add","arguments":{"filename":${link},"paused":true,"labels":["${CATEGORY}"]}}`,
  )
  const [torrent] = await sonarr.torrents()
  assert.equal(torrent?.hashString, content.infohashV1)
  assert.equal(judged(torrent as Torrent), 'queued')
  await sonarr.send(`{"method":"torrent-start","arguments":{"ids":["${content.infohashV1}"]}}`)
  const { name, downloadDir } = await completed(sonarr)
  assert.deepEqual([downloadDir, name], [rpc.saveFolder, content.name])
})

test('what has given enough is stopped, finished, and may be removed', LIMIT, async (t) => {
  const { rpc, sonarr, content } = await ground(t)
  await sonarr.send(
    `{"method":"torrent-add","arguments":{"metainfo":"${content.torrent.toString('base64')}","paused":false}}`,
  )
  await completed(sonarr)
  // Nobody takes anything here: a ratio of nothing is reached at once.
  await sonarr.send(
    `{"method":"torrent-set","arguments":{"ids":["${content.infohashV1}"],"seedRatioLimit":0,"seedRatioMode":1}}`,
  )
  await rpc.row('it stopped by its rule', ({ state }) => state === 'done')
  const [torrent] = await sonarr.torrents()
  assert.ok(torrent !== undefined)
  assert.deepEqual([judged(torrent), torrent.status, torrent.isFinished], ['completed', 0, true])
  assert.equal(reachedSeedLimit(torrent, await sonarr.config()), true)
})
