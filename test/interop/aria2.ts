// aria2c as the other client, driven by its JSON-RPC.
// It cannot be given a peer by hand: it finds peers by tracker, PEX, LSD, or by being found. Up to version 1.36 it has
// one more limit that tests must know: it drops the empty key of BEP 52's file tree before it hashes, so it joins the
// wrong swarm for a hybrid torrent, from file and from magnet alike (aria2/aria2 issue 1903).

import { readFile } from 'node:fs/promises'
import type { Host } from '../../lab/netns/lan.ts'
import type { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { PEER_PORT } from './libtorrent.ts'
import type { Scene } from './scene.ts'

const RPC_PORT = 6800

const COMPLETE_DEADLINE_MS = 60_000

export interface Aria2Options {
  readonly pex?: boolean
  readonly lsd?: boolean
  readonly ipv6?: boolean
  /** aria2 talks to UDP trackers over its DHT socket only; without an entry point the DHT itself stays silent. */
  readonly udpTrackers?: boolean
  readonly port?: number
  /** Connects from, listens and is reached on this address. */
  readonly bind?: string
  readonly rpcPort?: number
  readonly flags?: readonly string[]
}

/** Numbers are decimal strings, as aria2 sends them. */
export interface Aria2Status {
  readonly gid: string
  readonly status: 'active' | 'waiting' | 'paused' | 'error' | 'complete' | 'removed'
  readonly totalLength: string
  readonly completedLength: string
  readonly uploadLength: string
  readonly seeder?: 'true' | 'false'
  readonly connections: string
  readonly errorMessage?: string
  readonly followedBy?: readonly string[]
  readonly verifiedLength?: string
  readonly verifyIntegrityPending?: string
}

export class Aria2 {
  readonly program: Program
  readonly #url: string
  #version = ''

  private constructor(program: Program, url: string) {
    this.program = program
    this.#url = url
  }

  static async start(
    scene: Pick<Scene, 'start' | 'folder'>,
    host: Host | undefined,
    options: Aria2Options = {},
  ): Promise<Aria2> {
    const home = await scene.folder('aria2')
    const rpcPort = options.rpcPort ?? RPC_PORT
    const flags = [
      '--no-conf=true',
      '--enable-rpc=true',
      '--rpc-listen-all=true',
      `--rpc-listen-port=${rpcPort}`,
      `--listen-port=${options.port ?? PEER_PORT}`,
      `--enable-dht=${options.udpTrackers ?? false}`,
      `--dht-listen-port=${options.port ?? PEER_PORT}`,
      `--dht-file-path=${home}/dht.dat`,
      '--enable-dht6=false',
      `--enable-peer-exchange=${options.pex ?? false}`,
      `--bt-enable-lpd=${options.lsd ?? false}`,
      `--disable-ipv6=${!(options.ipv6 ?? false)}`,
      // Seed until it is stopped.
      '--seed-ratio=0.0',
      '--bt-tracker-interval=5',
      '--file-allocation=none',
      '--summary-interval=0',
      '--console-log-level=warn',
      `--dir=${home}`,
      ...(options.bind === undefined ? [] : [`--interface=${options.bind}`]),
      ...(options.flags ?? []),
    ]
    const program = scene.start(
      `aria2${host === undefined ? '' : ` on ${host.name}`}`,
      ['aria2c', ...flags],
      { host },
    )
    const address = options.bind ?? host?.address ?? '127.0.0.1'
    const client = new Aria2(program, `http://${address}:${rpcPort}/jsonrpc`)
    await until('aria2 answers', () => client.#answers(), { program })
    return client
  }

  /** Finds the swarm of a hybrid torrent (since 1.37). */
  get readsHybrid(): boolean {
    const [major = 0, minor = 0] = this.#version.split('.').map(Number)
    return major > 1 || minor >= 37
  }

  /**
   * Adds a torrent file (a path) or a magnet link. `seed`: the files are there already; they are checked
   * (`--check-integrity`) and then given.
   */
  async add(
    source: string,
    options: { savePath: string; seed?: boolean; trackers?: readonly string[] },
  ): Promise<Aria2Download> {
    const settings = {
      dir: options.savePath,
      ...(options.seed === true ? { 'check-integrity': 'true' } : {}),
      ...(options.trackers === undefined ? {} : { 'bt-tracker': options.trackers.join(',') }),
    }
    const gid = source.startsWith('magnet:')
      ? await this.call<string>('aria2.addUri', [source], settings)
      : await this.call<string>('aria2.addTorrent', (await readFile(source)).toString('base64'), [], settings)
    return new Aria2Download(this, gid)
  }

  async call<T>(method: string, ...params: readonly unknown[]): Promise<T> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: '1', method, params })
    const response = await fetch(this.#url, { method: 'POST', body })
    const answer = (await response.json()) as { result: T; error?: { message: string } }
    if (answer.error !== undefined) throw new Error(`aria2, ${method}: ${answer.error.message}`)
    return answer.result
  }

  async #answers(): Promise<boolean> {
    try {
      this.#version = (await this.call<{ version: string }>('aria2.getVersion')).version
      return true
    } catch (error) {
      if (this.program.ending !== undefined) throw error
      return false
    }
  }
}

export class Aria2Download {
  readonly client: Aria2
  #gid: string

  constructor(client: Aria2, gid: string) {
    this.client = client
    this.#gid = gid
  }

  status(): Promise<Aria2Status> {
    return this.client.call('aria2.tellStatus', this.#gid)
  }

  /** Waits until everything is here and it gives it. Follows from a magnet's metadata to the download itself. */
  complete(deadlineMs = COMPLETE_DEADLINE_MS): Promise<Aria2Status> {
    return until(
      'aria2 has all pieces',
      async () => {
        const status = await this.status()
        const [next] = status.followedBy ?? []
        if (next !== undefined) {
          this.#gid = next
          return false
        }
        if (status.status === 'error') throw new Error(`aria2: ${status.errorMessage}`)
        return status.seeder === 'true' && status.completedLength === status.totalLength && status
      },
      { deadlineMs, everyMs: 50, program: this.client.program },
    )
  }
}
