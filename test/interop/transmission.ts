// transmission-daemon as the other client, driven by its RPC.
// It ignores peers on 127.0.0.1, and cannot be given a peer by hand: it finds peers by tracker, PEX, LSD, or by being
// found. Version 3.00 has two more limits that tests must know: it cannot read hybrid torrents (its bencode refuses the
// empty key of BEP 52's file tree; 4.0 can: transmission/transmission issue 1339), and it makes no empty files.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host } from '../../lab/netns/lan.ts'
import type { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { PEER_PORT } from './libtorrent.ts'
import type { Scene } from './scene.ts'

const RPC_PORT = 9091

/** Milliseconds it gets to check or fetch a torrent of test size; it may wait 13 s before its first connection. */
const COMPLETE_DEADLINE_MS = 90_000

const ENCRYPTION = { off: 0, preferred: 1, required: 2 } as const

export interface TransmissionOptions {
  readonly pex?: boolean
  readonly lsd?: boolean
  readonly utp?: boolean
  readonly encryption?: keyof typeof ENCRYPTION
  /** Listens, and is reached, on this address only. */
  readonly bind?: string
  readonly port?: number
  readonly settings?: Readonly<Record<string, unknown>>
  /** Further files of its configuration, by name. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
}

export interface TransmissionStatus {
  readonly percentDone: number
  /** 0 stopped, 1 and 2 checking, 3 and 4 downloading, 5 and 6 seeding. */
  readonly status: number
  readonly error: number
  readonly errorString: string
  readonly leftUntilDone: number
  readonly haveValid: number
  readonly downloadedEver: number
  readonly uploadedEver: number
  readonly corruptEver: number
  readonly metadataPercentComplete: number
  readonly recheckProgress: number
  readonly peersConnected: number
  readonly peersFrom: Readonly<Record<'fromPex' | 'fromLpd' | 'fromTracker' | 'fromIncoming', number>>
  readonly peers: readonly { readonly address: string; readonly clientName: string; readonly port: number }[]
  readonly name: string
}

const FIELDS = [
  'percentDone',
  'status',
  'error',
  'errorString',
  'leftUntilDone',
  'haveValid',
  'downloadedEver',
  'uploadedEver',
  'corruptEver',
  'metadataPercentComplete',
  'recheckProgress',
  'peersConnected',
  'peersFrom',
  'peers',
  'name',
]

export class Transmission {
  readonly program: Program
  readonly #url: string
  #token = ''
  #version = ''

  private constructor(program: Program, url: string) {
    this.program = program
    this.#url = url
  }

  static async start(
    scene: Pick<Scene, 'start' | 'folder'>,
    host: Host | undefined,
    options: TransmissionOptions = {},
  ): Promise<Transmission> {
    const config = await scene.folder('transmission')
    const settings = {
      'dht-enabled': false,
      'pex-enabled': options.pex ?? false,
      'lpd-enabled': options.lsd ?? false,
      'utp-enabled': options.utp ?? false,
      encryption: ENCRYPTION[options.encryption ?? 'off'],
      'port-forwarding-enabled': false,
      'peer-port': options.port ?? PEER_PORT,
      'peer-port-random-on-start': false,
      'bind-address-ipv4': options.bind ?? '0.0.0.0',
      'download-dir': config,
      'incomplete-dir-enabled': false,
      'watch-dir-enabled': false,
      'ratio-limit-enabled': false,
      'idle-seeding-limit-enabled': false,
      'rpc-enabled': true,
      'rpc-port': RPC_PORT,
      'rpc-bind-address': options.bind ?? '0.0.0.0',
      'rpc-whitelist-enabled': false,
      'rpc-host-whitelist-enabled': false,
      'rpc-authentication-required': false,
      'script-torrent-done-enabled': false,
      ...options.settings,
    }
    await writeFile(join(config, 'settings.json'), JSON.stringify(settings))
    for (const [name, content] of Object.entries(options.files ?? {}))
      await writeFile(join(config, name), content)
    const program = scene.start(
      `transmission${host === undefined ? '' : ` on ${host.name}`}`,
      ['transmission-daemon', '--foreground', '--log-error', '--config-dir', config],
      { host },
    )
    const address = options.bind ?? host?.address ?? '127.0.0.1'
    const client = new Transmission(program, `http://${address}:${RPC_PORT}/transmission/rpc`)
    await until('transmission answers', () => client.#answers(), { program })
    return client
  }

  /** Hybrid torrents can be added (since 4.0). */
  get readsHybrid(): boolean {
    return Number.parseInt(this.#version, 10) >= 4
  }

  /** Adds a torrent file (a path) or a magnet link; files already in the folder are checked first. */
  async add(source: string, options: { savePath: string; paused?: boolean }): Promise<TransmissionTorrent> {
    const what = source.startsWith('magnet:')
      ? { filename: source }
      : { metainfo: (await readFile(source)).toString('base64') }
    const answer = await this.call<{ 'torrent-added': { id: number } }>('torrent-add', {
      ...what,
      'download-dir': options.savePath,
      paused: options.paused ?? false,
    })
    return new TransmissionTorrent(this, answer['torrent-added'].id)
  }

  async call<T>(method: string, parameters: object = {}): Promise<T> {
    const body = JSON.stringify({ method, arguments: parameters })
    let response = await this.#post(body)
    if (response.status === 409) {
      this.#token = response.headers.get('x-transmission-session-id') ?? ''
      response = await this.#post(body)
    }
    const answer = (await response.json()) as { result: string; arguments: T }
    if (answer.result !== 'success') throw new Error(`transmission, ${method}: ${answer.result}`)
    return answer.arguments
  }

  async #answers(): Promise<boolean> {
    try {
      this.#version = (await this.call<{ version: string }>('session-get')).version
      return true
    } catch (error) {
      if (this.program.ending !== undefined) throw error
      return false
    }
  }

  #post(body: string): Promise<Response> {
    return fetch(this.#url, { method: 'POST', body, headers: { 'x-transmission-session-id': this.#token } })
  }
}

export class TransmissionTorrent {
  readonly client: Transmission
  readonly #id: number

  constructor(client: Transmission, id: number) {
    this.client = client
    this.#id = id
  }

  async status(): Promise<TransmissionStatus> {
    const { torrents } = await this.call<{ torrents: TransmissionStatus[] }>('torrent-get', {
      fields: FIELDS,
    })
    const [status] = torrents
    if (status === undefined) throw new Error(`transmission has no torrent ${this.#id}`)
    return status
  }

  /** Starts at once and asks the trackers again, where it would wait for its queue and its next interval. */
  async poke(): Promise<void> {
    await this.call('torrent-start-now')
    await this.call('torrent-reannounce')
  }

  async verify(): Promise<void> {
    await this.call('torrent-verify')
  }

  /** Waits until everything is here, verified, and nothing is being checked. */
  complete(deadlineMs = COMPLETE_DEADLINE_MS): Promise<TransmissionStatus> {
    return until(
      'transmission has all pieces',
      async () => {
        const status = await this.status()
        // A tracker's complaint (1, 2) is no failure of the torrent; 3 is a local error.
        if (status.error === 3) throw new Error(`transmission: ${status.errorString}`)
        const whole =
          status.metadataPercentComplete === 1 && status.leftUntilDone === 0 && status.haveValid > 0
        return whole && (status.status === 0 || status.status >= 5) && status
      },
      { deadlineMs, everyMs: 50, program: this.client.program },
    )
  }

  call<T>(method: string, parameters: object = {}): Promise<T> {
    return this.client.call(method, { ids: [this.#id], ...parameters })
  }
}
