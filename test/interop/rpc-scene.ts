// A daemon whose Transmission RPC is on, as a person runs it, with a token of scope rpc; and another one that has content and
// gives it, both on this computer. Promise: everything ends with the test.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { type Patience, until } from '../../lab/netns/until.ts'
import type { TransferRow } from '../../src/api/schemas/transfer.ts'
import { type Daemon, openDaemon } from '../../src/daemon/daemon.ts'
import { type ServedDaemon, serveDaemon } from '../../src/daemon/serve.ts'
import { SeededBytes } from './fixtures.ts'
import { Tracker } from './tracker.ts'

const run = promisify(execFile)

const LOOPBACK = '127.0.0.1'
const QUIET = {
  'network.bind': LOOPBACK,
  'network.dhtRouters': [],
  'network.lan': false,
  'network.portMapping': false,
}
const RUN_MS = 30_000

/** What the other daemon offers, and its torrent file. */
export interface Content {
  readonly name: string
  readonly infohashV1: string
  readonly link: string
  readonly torrentFile: string
  readonly torrent: Buffer
  readonly files: ReadonlyMap<string, Buffer>
}

export class RpcScene {
  readonly folder: string
  readonly daemon: ServedDaemon
  readonly saveFolder: string
  /** Password of the RPC. */
  readonly token: string
  readonly #giver: Daemon
  readonly #tracker: Tracker

  private constructor(
    parts: Pick<RpcScene, 'folder' | 'daemon' | 'saveFolder' | 'token'> & { giver: Daemon; tracker: Tracker },
  ) {
    this.folder = parts.folder
    this.daemon = parts.daemon
    this.saveFolder = parts.saveFolder
    this.token = parts.token
    this.#giver = parts.giver
    this.#tracker = parts.tracker
  }

  static async open(t: TestContext, settings: Readonly<Record<string, unknown>> = {}): Promise<RpcScene> {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-rpc-'))
    const endings = [() => rm(folder, { recursive: true, force: true })]
    // The newest first: nobody writes into the folder any more when it goes.
    t.after(async () => {
      for (const end of endings.reverse()) await end()
    })
    const saveFolder = join(folder, 'saved')
    await mkdir(saveFolder)
    const tracker = await Tracker.listen({ address: LOOPBACK, address6: '::1' })
    endings.push(() => tracker.close())
    const giver = await openDaemon({
      stateFolder: join(folder, 'giver'),
      settings: { ...QUIET, 'saving.folder': folder },
      environment: {},
    })
    endings.push(() => giver.close())
    const stateFolder = join(folder, 'state')
    await mkdir(stateFolder, { mode: 0o700 })
    const daemon = await serveDaemon({
      stateFolder,
      environment: {},
      settings: {
        ...QUIET,
        'saving.folder': saveFolder,
        'server.port': 0,
        'server.rpc': true,
        'server.roots': [folder],
        ...settings,
      },
      shutdown() {},
    })
    endings.push(() => daemon.close())
    const owner = (await readFile(join(stateFolder, 'api-token'), 'utf8')).trim()
    const { secret } = await api<{ secret: string }>(daemon.url, owner, 'POST', '/tokens', {
      name: 'test',
      scope: 'rpc',
    })
    return new RpcScene({ folder, daemon, saveFolder, token: secret, giver, tracker })
  }

  get address(): string {
    return `${LOOPBACK}:${this.daemon.port}`
  }

  /** Content that the other daemon gives, found by the tracker that its torrent file names. */
  async give(name: string, sizes: Readonly<Record<string, number>>): Promise<Content> {
    const bytes = new SeededBytes(name)
    const files = new Map<string, Buffer>()
    for (const [path, size] of Object.entries(sizes)) {
      const content = bytes.next(size)
      const at = join(this.folder, 'given', name, path)
      await mkdir(dirname(at), { recursive: true })
      await writeFile(at, content)
      files.set(join(name, path), content)
    }
    const { handlers } = this.#giver
    const { transfer } = await handlers.addShare({
      path: join(this.folder, 'given', name),
      audience: 'everyone',
      licence: { kind: 'own-work', id: null },
      format: 'v1',
      trackers: [this.#tracker.url('http')],
    })
    const { link, row } = await until('it is given', async () => {
      const facts = await handlers.share({ id: transfer.id })
      return (
        facts.link !== null && facts.transfer.state === 'giving' && { link: facts.link, row: facts.transfer }
      )
    })
    const { torrent: base64 } = await handlers.transferTorrent({ id: row.id })
    const torrent = Buffer.from(base64, 'base64')
    const torrentFile = join(this.folder, `${name}.torrent`)
    await writeFile(torrentFile, torrent)
    assert.ok(row.infohashV1 !== null)
    return { name, infohashV1: row.infohashV1, link, torrentFile, torrent, files }
  }

  /** The row once it is as wanted, as the API shows it to others. */
  row(what: string, wanted: (row: TransferRow) => boolean, patience: Patience = {}): Promise<TransferRow> {
    let seen: TransferRow[] = []
    return until(
      what,
      async () => {
        seen = await this.rows()
        return seen.find(wanted)
      },
      { describe: () => JSON.stringify(seen, undefined, 1), ...patience },
    )
  }

  async rows(): Promise<TransferRow[]> {
    const owner = (await readFile(join(this.folder, 'state', 'api-token'), 'utf8')).trim()
    const { transfers } = await api<{ transfers: TransferRow[] }>(this.daemon.url, owner, 'GET', '/transfers')
    return transfers
  }

  /** The arguments of the answer, which must say success. */
  async call<Answer>(method: string, parameters: object = {}): Promise<Answer> {
    const url = `http://${this.address}/transmission/rpc`
    const authorization = `Basic ${Buffer.from(`any:${this.token}`).toString('base64')}`
    const refused = await fetch(url, { method: 'POST', headers: { authorization } })
    await refused.body?.cancel()
    const sessionId = refused.headers.get('x-transmission-session-id') ?? ''
    const response = await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ method, arguments: parameters }),
      headers: { authorization, 'x-transmission-session-id': sessionId },
    })
    const { result, arguments: answer } = (await response.json()) as { result: string; arguments: Answer }
    assert.equal(result, 'success')
    return answer
  }

  /** What transmission-remote prints; refusals are part of it. */
  async remote(...words: readonly string[]): Promise<string> {
    const { stdout, stderr } = await run(
      'transmission-remote',
      [this.address, '-n', `any:${this.token}`, ...words],
      {
        timeout: RUN_MS,
        env: { ...process.env, LC_ALL: 'C' },
      },
    ).catch((error: { stdout?: string; stderr?: string; code?: unknown }) => {
      // It ends with 1 when it was refused; anything else is a failure of the test.
      if (error.code !== 1) throw error
      return { stdout: error.stdout ?? '', stderr: error.stderr ?? '' }
    })
    return `${stdout}${stderr}`
  }
}

async function api<Answer>(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = (await response.json()) as Answer
  assert.ok(response.ok, JSON.stringify(answer))
  return answer
}
