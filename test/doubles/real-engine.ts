// A real engine on loopback for one test: a temporary state folder and save folder, everything closed and removed at
// the end. Promise: a bug that shows where nobody waits fails the test (node:test reports uncaught errors itself).

import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { TestContext } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { type AddChoices, optionsForMagnet, optionsForTorrent } from '../../src/daemon/add.ts'
import { type Engine, type EngineOptions, openEngine } from '../../src/daemon/compose.ts'
import type { Torrent } from '../../src/engine/torrent/torrent.ts'
import { parseMagnet } from '../../src/metainfo/magnet.ts'
import type { Torrent as TorrentBytes } from '../../src/metainfo/metainfo.ts'
import type { MadeTorrent } from './made-torrent.ts'

export interface Ban {
  /** Host and port. */
  readonly address: string
  readonly reason: string
}

export class RealEngine {
  readonly engine: Engine
  /** Holds `save` and `state`, and must hold nothing else. */
  readonly folder: string
  readonly bans: Ban[] = []
  #closing: Promise<void> | undefined

  private constructor(engine: Engine, folder: string) {
    this.engine = engine
    this.folder = folder
  }

  static async open(t: TestContext, options: Partial<EngineOptions> = {}): Promise<RealEngine> {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-e2e-'))
    await mkdir(join(folder, 'save'))
    const engine = await openEngine({
      stateFolder: join(folder, 'state'),
      listen: { host: '127.0.0.1', port: 0 },
      lan: false,
      // Raw peers speak plainly; where a test is about encryption it says so.
      encryption: 'off',
      ...options,
    })
    const real = new RealEngine(engine, folder)
    t.after(async () => {
      await real.close()
      await rm(folder, { recursive: true, force: true })
    })
    return real
  }

  close(): Promise<void> {
    this.#closing ??= this.engine.close()
    return this.#closing
  }

  get listensAt(): Endpoint {
    return this.engine.session.listensAt as Endpoint
  }

  get saveFolder(): string {
    return join(this.folder, 'save')
  }

  addMagnet(link: string, choices: Partial<AddChoices> = {}): Torrent {
    return this.engine.add(optionsForMagnet(parseMagnet(link), undefined, this.choices(choices)))
  }

  addTorrent(torrent: TorrentBytes, choices: Partial<AddChoices> = {}): Torrent {
    return this.engine.add(optionsForTorrent(torrent, this.choices(choices)))
  }

  /** Adds a torrent whose files are here, and waits until it gives. */
  async seed(made: MadeTorrent, choices: Partial<AddChoices> = {}): Promise<Torrent> {
    for (const file of made.metainfo.files) {
      if (file.pad || file.symlink) continue
      const path = join(choices.saveFolder ?? this.saveFolder, ...file.path)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, made.contents[file.index] as Uint8Array)
    }
    const torrent = this.addTorrent(made.torrent, { agreed: true, ...choices })
    await until('it seeds', () => torrent.status().complete, {
      describe: () => JSON.stringify(torrent.status()),
    })
    return torrent
  }

  /** Waits until the torrent is whole on disk, and compares every byte. */
  async finish(torrent: Torrent, made: MadeTorrent, deadlineMs = 20_000): Promise<void> {
    await until('it finishes', () => torrent.finished, {
      deadlineMs,
      describe: () => JSON.stringify(torrent.status()),
    })
    await this.sameAs(made, torrent.options.saveFolder)
  }

  /** Every byte on disk is as it was made. */
  async sameAs(made: MadeTorrent, saveFolder = this.saveFolder): Promise<void> {
    for (const file of made.metainfo.files) {
      if (file.pad || file.symlink) continue
      const bytes = await readFile(join(saveFolder, ...file.path))
      if (Buffer.compare(bytes, made.contents[file.index] as Uint8Array) !== 0)
        throw new Error(`${file.path.join('/')} is not as it was made`)
    }
  }

  /** Files and folders below the save folder, as paths relative to it. */
  saved(): Promise<string[]> {
    return listed(this.saveFolder)
  }

  /** What is added lies in the save folder, tells nobody, and its bans are noted. */
  choices(choices: Partial<AddChoices>): AddChoices {
    const { events, ...rest } = choices
    return {
      saveFolder: this.saveFolder,
      pex: false,
      lan: false,
      ...rest,
      events: {
        ...events,
        banned: (address, reason) => {
          this.bans.push({ address, reason })
          events?.banned?.(address, reason)
        },
      },
    }
  }
}

/** Everything below a folder, links not followed, as sorted relative paths; folders end with a slash. */
export async function listed(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const name of await readdir(folder, { recursive: true, encoding: 'buffer' })) {
    const path = join(folder, name.toString('utf8'))
    const stat = await lstat(Buffer.concat([Buffer.from(`${folder}/`), name]))
    found.push(`${relative(folder, path)}${stat.isDirectory() ? '/' : ''}`)
  }
  return found.sort()
}
