// rtorrent as the other client: a v1 client that, other than the transmission and aria2 of Debian 12, finds the swarm of
// a hybrid torrent. Limits of 0.9.8 that tests must know: it refuses a link that names a v2 infohash at all (`forV1`
// leaves it out), and a torrent in which two pad files have the same path, as in libtorrent's hybrid trees.
// It is driven by a configuration file, and tells what happened through a file that its events touch.

import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host } from '../../lab/netns/lan.ts'
import type { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { PEER_PORT } from './libtorrent.ts'
import type { Scene } from './scene.ts'

const COMPLETE_DEADLINE_MS = 60_000

/** The same link without its v2 infohash. */
export function forV1(magnet: string): string {
  const [head = '', query = ''] = magnet.split('?')
  const kept = query.split('&').filter((field) => !field.startsWith('xt=urn:btmh:'))
  return `${head}?${kept.join('&')}`
}

export class Rtorrent {
  readonly program: Program
  readonly #finished: string

  private constructor(program: Program, finished: string) {
    this.program = program
    this.#finished = finished
  }

  /** Starts with one torrent file (a path) or magnet link; files already in the folder are checked first. */
  static async start(
    scene: Scene,
    host: Host,
    source: string,
    options: { savePath: string; pex?: boolean },
  ): Promise<Rtorrent> {
    const home = await scene.folder('rtorrent')
    const finished = join(home, 'finished')
    const settings = [
      'system.daemon.set = true',
      `session.path.set = ${home}`,
      `directory.default.set = ${options.savePath}`,
      `network.port_range.set = ${PEER_PORT}-${PEER_PORT}`,
      'network.port_random.set = no',
      'dht.mode.set = disable',
      `protocol.pex.set = ${options.pex === true ? 'yes' : 'no'}`,
      'protocol.encryption.set = none',
      // Files that were there end their check with hash_done, fetched ones with finished.
      `method.set_key = event.download.finished, told, "execute2 = touch, ${finished}"`,
      `method.set_key = event.download.hash_done, told, "branch = d.complete=, \\"execute2 = touch, ${finished}\\""`,
    ]
    const configuration = join(home, 'rtorrent.rc')
    await writeFile(configuration, `${settings.join('\n')}\n`)
    const command = ['rtorrent', '-n', '-o', `import=${configuration}`, source]
    const program = scene.start(`rtorrent on ${host.name}`, command, { host })
    return new Rtorrent(program, finished)
  }

  /** Waits until everything is here. */
  async complete(deadlineMs = COMPLETE_DEADLINE_MS): Promise<void> {
    await until('rtorrent has all pieces', () => existsSync(this.#finished), {
      deadlineMs,
      program: this.program,
    })
  }
}
