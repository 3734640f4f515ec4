// libtorrent (python3-libtorrent) as the other client, and as the maker of torrents for tests.
// The session lives in libtorrent-driver.py; this is its typed remote control.

import { join } from 'node:path'
import type { Host } from '../../lab/netns/lan.ts'
import type { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import type { Scene } from './scene.ts'

/** Debian's own: the module is built for it and for no other Python. */
export const PYTHON = '/usr/bin/python3'

const DRIVER = join(import.meta.dirname, 'libtorrent-driver.py')

/** Every host has a network stack of its own, so all clients can use the same port. */
export const PEER_PORT = 6881

export type TorrentKind = 'v1' | 'v2' | 'hybrid'

export interface SessionOptions {
  readonly family?: 4 | 6
  /** Listens there instead of on the host's address, e.g. `10.64.0.2:6881`. */
  readonly listen?: readonly string[]
  readonly lsd?: boolean
  readonly utp?: boolean
  readonly tcp?: boolean
  readonly encryption?: 'disabled' | 'enabled' | 'forced'
  readonly multiplePerAddress?: boolean
  readonly trustLocal?: boolean
  /** Bytes per second. */
  readonly downLimit?: number
  readonly upLimit?: number
  /** Any setting of libtorrent by its name. */
  readonly settings?: Readonly<Record<string, number | string | boolean>>
}

export interface MakeOptions {
  readonly path: string
  readonly output: string
  readonly kind: TorrentKind
  readonly pieceLengthBytes?: number
  readonly trackers?: readonly string[]
  readonly webSeeds?: readonly string[]
  readonly private?: boolean
  readonly comment?: string
}

export interface MadeTorrent {
  readonly infohashV1: string | null
  readonly infohashV2: string | null
  readonly name: string
  readonly pieceLengthBytes: number
  readonly pieces: number
  readonly totalBytes: number
  readonly files: readonly { readonly path: string; readonly lengthBytes: number; readonly pad: boolean }[]
  readonly magnet: string
}

export interface AddOptions {
  readonly savePath: string
  /** Believes that everything is there, without a check. */
  readonly seed?: boolean
  readonly superSeeding?: boolean
  readonly sequential?: boolean
  readonly noPex?: boolean
  readonly noLsd?: boolean
  readonly uploadOnly?: boolean
  readonly trackers?: readonly string[]
  readonly peers?: readonly (readonly [string, number])[]
  /** Names on disk that are not the torrent's, by file index. */
  readonly names?: Readonly<Record<number, string>>
  readonly downLimit?: number
  readonly upLimit?: number
}

export interface TorrentStatus {
  readonly state: string
  readonly progress: number
  readonly hasMetadata: boolean
  readonly isSeeding: boolean
  readonly isFinished: boolean
  readonly pieces: number
  readonly peers: number
  readonly seeds: number
  readonly uploadedBytes: number
  readonly downloadedBytes: number
  readonly failedBytes: number
  readonly redundantBytes: number
  readonly superSeeding: boolean
  readonly error: string | null
}

export interface SeenPeer {
  readonly host: string
  readonly port: number
  readonly client: string
  readonly sources: readonly ('tracker' | 'dht' | 'pex' | 'lsd' | 'resume_data')[]
  readonly outgoing: boolean
  /** It dialled because a common peer said so (BEP 55). */
  readonly holepunched: boolean
  readonly connecting: boolean
  readonly seed: boolean
  readonly uploadOnly: boolean
  readonly encrypted: boolean
  readonly progress: number
  readonly downloadedBytes: number
  readonly uploadedBytes: number
}

export interface LibtorrentEvent {
  readonly event: string
  /** CLOCK_MONOTONIC, in seconds: the clock of `process.hrtime()`. */
  readonly at: number
  readonly torrent?: number | null
  readonly direction?: 'up' | 'down'
  readonly message?: string
  readonly piece?: number
}

/** Answers come by the hundred while something is awaited; events tell the story. */
function isAnswer(line: string): boolean {
  return line.startsWith('{"id"') && !line.includes('"error": "')
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export class Libtorrent {
  readonly program: Program
  readonly host: Host | undefined
  readonly events: LibtorrentEvent[] = []
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  private constructor(program: Program, host: Host | undefined) {
    this.program = program
    this.host = host
    program.onLine((line) => this.#hear(line))
    void program.ended.then(() => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`libtorrent ended\n${program.tail()}`))
    })
  }

  /** Without a session: enough to make and read torrents. */
  static idle(scene: Pick<Scene, 'start'>, host?: Host): Libtorrent {
    const name = `libtorrent${host === undefined ? '' : ` on ${host.name}`}`
    return new Libtorrent(scene.start(name, [PYTHON, DRIVER], { host, chatter: isAnswer }), host)
  }

  /** A session that listens on the host's address (IPv4 unless told). */
  static async start(
    scene: Pick<Scene, 'start'>,
    host: Host,
    options: SessionOptions = {},
  ): Promise<Libtorrent> {
    const client = Libtorrent.idle(scene, host)
    await client.open(options)
    return client
  }

  async open(options: SessionOptions): Promise<void> {
    const { family = 4, ...rest } = options
    const listen =
      this.host === undefined
        ? []
        : [family === 6 ? `[${this.host.address6}]:6881` : `${this.host.address}:6881`]
    await this.call('session', { listen, ...rest })
  }

  make(options: MakeOptions): Promise<MadeTorrent> {
    return this.call('make', options)
  }

  inspect(torrent: string): Promise<MadeTorrent> {
    return this.call('inspect', { torrent })
  }

  /** Adds a torrent file (a path) or a magnet link. */
  async add(source: string, options: AddOptions): Promise<LibtorrentTorrent> {
    const which = source.startsWith('magnet:') ? { magnet: source } : { torrent: source }
    const { torrent } = await this.call<{ torrent: number }>('add', { ...which, ...options })
    return new LibtorrentTorrent(this, torrent)
  }

  call<T>(method: string, parameters: object): Promise<T> {
    this.#lastId++
    const id = this.#lastId
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.program.write(JSON.stringify({ id, method, ...parameters }))
    return answer as Promise<T>
  }

  /** Nodes in its tables of the DHT. */
  dhtNodes(): Promise<number> {
    return this.call('dhtNodes', {})
  }

  stop(): Promise<unknown> {
    return this.program.stop()
  }

  #hear(line: string): void {
    const message = JSON.parse(line) as { id?: number; result?: unknown; error?: string } & LibtorrentEvent
    if (message.id === undefined) {
      this.events.push(message)
      return
    }
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.error === undefined) waiting?.resolve(message.result)
    else waiting?.reject(new Error(`libtorrent: ${message.error}`))
  }
}

export class LibtorrentTorrent {
  readonly client: Libtorrent
  readonly number: number

  constructor(client: Libtorrent, number: number) {
    this.client = client
    this.number = number
  }

  status(): Promise<TorrentStatus> {
    return this.#call('status')
  }

  peers(): Promise<readonly SeenPeer[]> {
    return this.#call('peers')
  }

  /** One character per piece: `#` here, `.` missing. */
  have(): Promise<string> {
    return this.#call('have')
  }

  connect(host: string, port: number): Promise<unknown> {
    return this.#call('connect', { host, port })
  }

  superSeed(on: boolean): Promise<unknown> {
    return this.#call('superSeed', { on })
  }

  prioritize(wanted: {
    files?: readonly number[]
    pieces?: Readonly<Record<number, number>>
  }): Promise<unknown> {
    return this.#call('prioritize', wanted)
  }

  limit(rates: { down?: number; up?: number }): Promise<unknown> {
    return this.#call('limit', rates)
  }

  announce(): Promise<unknown> {
    return this.#call('announce')
  }

  recheck(): Promise<unknown> {
    return this.#call('recheck')
  }

  pause(): Promise<unknown> {
    return this.#call('pause')
  }

  resume(): Promise<unknown> {
    return this.#call('resume')
  }

  remove(): Promise<unknown> {
    return this.#call('remove')
  }

  /** Emits a `traffic` event with the moment of the first payload byte. */
  watch(direction: 'up' | 'down'): Promise<unknown> {
    return this.#call('watch', { direction })
  }

  events(name: string): readonly LibtorrentEvent[] {
    return this.client.events.filter((event) => event.event === name && event.torrent === this.number)
  }

  /** The first event of that name, which may lie in the past. */
  event(name: string, deadlineMs?: number): Promise<LibtorrentEvent> {
    return until(`libtorrent's ${name}`, () => this.events(name)[0], {
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      everyMs: 5,
      program: this.client.program,
    })
  }

  /** Waits until everything is here and verified. */
  async complete(deadlineMs = 60_000): Promise<TorrentStatus> {
    return until(
      'libtorrent has all pieces',
      async () => {
        const status = await this.status()
        if (status.error !== null)
          throw new Error(`libtorrent: ${status.error}\n${this.client.program.tail()}`)
        return status.isSeeding && status
      },
      { deadlineMs, everyMs: 50, program: this.client.program },
    )
  }

  #call<T>(method: string, parameters: object = {}): Promise<T> {
    return this.client.call(method, { torrent: this.number, ...parameters })
  }
}
