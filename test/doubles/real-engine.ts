// A real engine on loopback for one test: a temporary state folder and save folder, everything closed and removed at
// the end. Promise: a bug that shows where nobody waits fails the test (node:test reports uncaught errors itself).

import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { TestContext } from 'node:test'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { type AddChoices, optionsForMagnet, optionsForTorrent } from '../../src/daemon/add.ts'
import { type Engine, type EngineOptions, openEngine } from '../../src/daemon/compose.ts'
import type { Torrent } from '../../src/engine/torrent/torrent.ts'
import { parseMagnet } from '../../src/metainfo/magnet.ts'
import type { Torrent as TorrentBytes } from '../../src/metainfo/metainfo.ts'

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
      ...options,
    })
    t.after(async () => {
      await engine.close()
      await rm(folder, { recursive: true, force: true })
    })
    return new RealEngine(engine, folder)
  }

  get listensAt(): Endpoint {
    return this.engine.session.listensAt as Endpoint
  }

  get saveFolder(): string {
    return join(this.folder, 'save')
  }

  addMagnet(link: string, choices: Partial<AddChoices> = {}): Torrent {
    return this.engine.add(optionsForMagnet(parseMagnet(link), undefined, this.#choices(choices)))
  }

  addTorrent(torrent: TorrentBytes, choices: Partial<AddChoices> = {}): Torrent {
    return this.engine.add(optionsForTorrent(torrent, this.#choices(choices)))
  }

  /** Files and folders below the save folder, as paths relative to it. */
  saved(): Promise<string[]> {
    return listed(this.saveFolder)
  }

  #choices(choices: Partial<AddChoices>): AddChoices {
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
    const path = join(folder, name.toString('latin1'))
    const stat = await lstat(Buffer.concat([Buffer.from(`${folder}/`), name]))
    found.push(`${relative(folder, path)}${stat.isDirectory() ? '/' : ''}`)
  }
  return found.sort()
}
