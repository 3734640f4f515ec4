// Must show: one file, held under different names in different torrents by three peers, is fetched from all three at once by its
// content. Two of them are Shoals, each with the file under another name: in a folder that is shared with everyone, and in a library
// folder that is offered to everyone; the third is libtorrent, which seeds the content torrent from a file of yet another name. Four computers, real programs.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host } from '../../lab/netns/lan.ts'
import { until } from '../../lab/netns/until.ts'
import { contentIdText, contentInfo, contentInfohash } from '../../src/metainfo/content-id.ts'
import { formatMagnet } from '../../src/metainfo/magnet.ts'
import { writeTorrent } from '../../src/metainfo/write.ts'
import { contentOf, layerOf } from '../doubles/content-scene.ts'
import { digest } from '../doubles/digest.ts'
import { SeededBytes } from './fixtures.ts'
import { Ground } from './ground.ts'
import { Libtorrent, PEER_PORT } from './libtorrent.ts'
import type { Scene } from './scene.ts'

const ground = await Ground.enter(import.meta.filename)

const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
/** Not a multiple of any piece length. */
const LENGTH_BYTES = 24 * 1_048_576 + 12_345
/** Each gives so much at most: together some four seconds, so that all have come before it is over. */
const RATE = 2_000_000
/** Of the file, that each of the three must have given: far from a third, as rates and luck differ. */
const LEAST_SHARE = 0.05
const ENOUGH_MS = 60_000

/** A Shoal that stays on, on a computer of its own. */
class Running {
  readonly #scene: Scene
  readonly host: Host
  readonly #state: string
  readonly #environment: Readonly<Record<string, string>>

  private constructor(scene: Scene, host: Host, state: string, more: Readonly<Record<string, string>>) {
    this.#scene = scene
    this.host = host
    this.#state = state
    this.#environment = {
      SHOAL_NETWORK_DHT: 'false',
      SHOAL_NETWORK_LAN: 'false',
      SHOAL_NETWORK_PORT_MAPPING: 'false',
      SHOAL_NETWORK_PORT: String(PEER_PORT),
      SHOAL_SERVER_PORT: '0',
      ...more,
    }
  }

  static async start(
    scene: Scene,
    host: Host,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Running> {
    const running = new Running(scene, host, join(await scene.folder('state'), 'state'), more)
    const program = running.#begin('start', '--foreground')
    await until('it runs', async () => (await running.do('status')) !== undefined, {
      deadlineMs: ENOUGH_MS,
      program,
    })
    return running
  }

  #begin(...words: readonly string[]) {
    const command = [process.execPath, SHOAL, ...words, '--state-dir', this.#state]
    return this.#scene.start(`shoal ${words[0]} on ${this.host.name}`, command, {
      host: this.host,
      env: this.#environment,
    })
  }

  /** A command to its end: the last thing it said; undefined when it failed. */
  async do(...words: readonly string[]): Promise<Record<string, unknown> | undefined> {
    const program = this.#begin(...words, '--json')
    const lines: string[] = []
    program.onLine((line) => lines.push(line))
    const { code } = await program.ended
    return code === 0 ? (JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>) : undefined
  }

  /** @returns a folder that has the file under this name */
  async #folderOf(bytes: Uint8Array, name: string): Promise<string> {
    const folder = await this.#scene.folder('shared')
    const path = join(folder, name)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, bytes)
    await writeFile(join(path, '..', 'notes.txt'), `beside ${name}`)
    return join(folder, name.split('/')[0] as string)
  }

  /** In a library folder that is offered to everyone. */
  async offers(bytes: Uint8Array, name: string): Promise<void> {
    const folder = await this.#folderOf(bytes, name)
    assert.ok(await this.do('library', 'add', folder, '--to', 'everyone', '--licence', 'own-work'))
    await until('it is offered', async () => (await this.do('library', 'seen-by'))?.total === 2, {
      deadlineMs: ENOUGH_MS,
    })
  }

  /** In a folder that is shared with everyone. */
  async holds(bytes: Uint8Array, name: string): Promise<void> {
    this.#begin('share', await this.#folderOf(bytes, name), '--to', 'everyone', '--licence', 'own-work')
    await until('it is given', async () => (await rowsOf(this)).some(({ state }) => state === 'giving'), {
      deadlineMs: ENOUGH_MS,
    })
  }
}

interface Row {
  readonly id: string
  readonly state: string
  readonly name: string
}

interface Shown {
  readonly row: Row & { readonly doneBytes: number }
  readonly contributions: readonly { readonly who: string; readonly downloadedBytes: number }[]
}

async function rowsOf(shoal: Running): Promise<readonly Row[]> {
  return ((await shoal.do('list')) as { transfers?: readonly Row[] } | undefined)?.transfers ?? []
}

ground.test(
  'a file that three peers hold under three names in three torrents is fetched from all of them at once by its content',
  ['libtorrent'],
  async (scene) => {
    const bytes = new SeededBytes('one file, three names').next(LENGTH_BYTES)
    const content = contentOf(bytes)
    const hosts = {
      first: await scene.host('first'),
      second: await scene.host('second'),
      third: await scene.host('third'),
      getter: await scene.host('getter'),
    }
    const limit = { SHOAL_SPEED_UP: String(RATE) }
    const holders = await Promise.all([
      Running.start(scene, hosts.first, limit),
      Running.start(scene, hosts.second, limit),
    ])
    const names = [
      join('Urlaub 2019', 'Mein Film.mp4'),
      join('Video', 'alt', 'holiday-final(2).m4v'),
    ] as const
    await holders[0].holds(bytes, names[0])
    await holders[1].offers(bytes, names[1])
    const library = await scene.folder('libtorrent')
    await writeFile(join(library, 'xyz 0815.bin'), bytes)
    const torrent = join(library, 'content.torrent')
    const pieceLayers = new Map([[content.root.toHex(), layerOf(bytes)]])
    await writeFile(
      torrent,
      writeTorrent({ infoBytes: contentInfo(content), pieceLayers, hints: {}, version: 'v2' }),
    )
    const libtorrent = await Libtorrent.start(scene, hosts.third, { upLimit: RATE })
    const seed = await libtorrent.add(torrent, { savePath: library, names: { 0: 'xyz 0815.bin' } })
    await seed.complete()

    const saved = await scene.folder('saved')
    const getter = await Running.start(scene, hosts.getter)
    const link = formatMagnet({
      infohashV1: undefined,
      infohashV2: contentInfohash(content, digest),
      displayName: 'Was ich wollte.mp4',
      content,
      peers: [hosts.first, hosts.second, hosts.third].map(({ address }) => `${address}:${PEER_PORT}`),
    })
    assert.ok(link.includes(contentIdText(content)))
    assert.ok((await getter.do('get', link, '-o', saved)) !== undefined)
    const [row] = await rowsOf(getter)
    assert.equal(row?.name, 'Was ich wollte.mp4')
    const got = await readFile(join(saved, 'Was ich wollte.mp4'))
    assert.equal(sha256(got), sha256(bytes))
    const shown = (await getter.do('show', row.id)) as unknown as Shown
    const from = new Map<string, number>()
    for (const { who, downloadedBytes } of shown.contributions) {
      const host = who.replace(/:\d+$/, '')
      from.set(host, (from.get(host) ?? 0) + downloadedBytes)
    }
    for (const { name, address } of [hosts.first, hosts.second, hosts.third])
      assert.ok(
        (from.get(address) ?? 0) > LEAST_SHARE * LENGTH_BYTES,
        `${name} gave ${from.get(address) ?? 0} of ${LENGTH_BYTES} bytes`,
      )
    assert.ok((await seed.status()).uploadedBytes > 0)
  },
)

for (const way of ['plain over TCP', 'encrypted over TCP', 'encrypted over uTP'] as const) {
  ground.test(
    `another client gets a file out of a shared folder by a bare link to its content, ${way}`,
    ['libtorrent'],
    async (scene) => {
      const bytes = new SeededBytes(`for another client, ${way}`).next(5_000_000)
      const content = contentOf(bytes)
      const holder = await Running.start(scene, await scene.host('holder'))
      await holder.holds(bytes, join('Urlaub 2019', 'Mein Film.mp4'))
      const utp = way.endsWith('uTP')
      const libtorrent = await Libtorrent.start(scene, await scene.host('other'), {
        encryption: way.startsWith('plain') ? 'disabled' : 'forced',
        utp,
        tcp: !utp,
      })
      const saved = await scene.folder('saved')
      const bare = `magnet:?xt=urn:btmh:1220${contentInfohash(content, digest)}`
      const peers = [[holder.host.address, PEER_PORT]] as const
      const torrent = await libtorrent.add(bare, { savePath: saved, peers })
      await torrent.complete()
      assert.equal(sha256(await readFile(join(saved, content.root.toHex()))), sha256(bytes))
    },
  )
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
