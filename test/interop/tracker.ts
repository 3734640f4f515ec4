// A tracker for tests: a real HTTP (BEP 3, 7, 23, 48) and UDP (BEP 15) server over one register of swarms.
// It listens on every address of where it runs, on ports the system chose; `announces` holds all it heard.

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Lan } from '../../lab/netns/lan.ts'
import { type Patience, until } from '../../lab/netns/until.ts'
import type { Scene } from './scene.ts'
import { type Announce, type Counts, type Member, SwarmRegister } from './swarm-register.ts'
import { answerHttp } from './tracker-http.ts'
import { UdpAnswers } from './tracker-udp.ts'

export interface TrackerOptions {
  /** What clients are told to wait between two announces. */
  readonly intervalSeconds?: number
  /** A server stands before it and says for whom it asks (`x-forwarded-for`). */
  readonly behindProxy?: boolean
  /** Refuses every announce with this reason. */
  readonly failure?: string
}

const INTERVAL_SECONDS = 5

export class Tracker {
  readonly register = new SwarmRegister()
  readonly options: Required<Pick<TrackerOptions, 'intervalSeconds'>> & TrackerOptions
  readonly #lan: Pick<Lan, 'address' | 'address6'>
  readonly #http: Server
  readonly #udp: Socket

  private constructor(lan: Pick<Lan, 'address' | 'address6'>, options: TrackerOptions) {
    this.#lan = lan
    this.options = { intervalSeconds: INTERVAL_SECONDS, ...options }
    this.#http = createServer((request, response) => {
      const { status, body } = answerHttp(this.#asked(request), this.register, this.options)
      response.writeHead(status, { 'content-type': 'text/plain', 'content-length': body.length }).end(body)
    })
    this.#udp = createSocket({ type: 'udp6' })
    const answers = new UdpAnswers(this.register, this.options)
    this.#udp.on('message', (message, from) => {
      const answer = answers.answer(message, from)
      if (answer !== undefined) this.#udp.send(answer, from.port, from.address)
    })
  }

  static async start(scene: Pick<Scene, 'lan' | 'defer'>, options: TrackerOptions = {}): Promise<Tracker> {
    const tracker = await Tracker.listen(scene.lan, options)
    scene.defer(() => tracker.close())
    return tracker
  }

  /** `at` holds the addresses that the URLs shall name. */
  static async listen(at: Pick<Lan, 'address' | 'address6'>, options: TrackerOptions = {}): Promise<Tracker> {
    const tracker = new Tracker(at, options)
    tracker.#http.listen(0, '::')
    tracker.#udp.bind(0, '::')
    await Promise.all([once(tracker.#http, 'listening'), once(tracker.#udp, 'listening')])
    return tracker
  }

  #asked(request: IncomingMessage): IncomingMessage {
    const { 'x-forwarded-for': client } = request.headers
    if (this.options.behindProxy !== true || typeof client !== 'string') return request
    return { url: request.url, socket: { remoteAddress: client } } as IncomingMessage
  }

  /** The announce URL. */
  url(protocol: 'http' | 'udp', family: 4 | 6 = 4): string {
    const { port } = (protocol === 'http' ? this.#http.address() : this.#udp.address()) as AddressInfo
    const host = family === 6 ? `[${this.#lan.address6}]` : this.#lan.address
    return `${protocol}://${host}:${port}/announce`
  }

  get announces(): readonly Announce[] {
    return this.register.announces
  }

  counts(infohash: string): Counts {
    return this.register.counts(infohash.slice(0, 40))
  }

  members(infohash: string): readonly Member[] {
    return this.register.members(infohash.slice(0, 40))
  }

  /** Waits for a matching announce. */
  heard(what: string, matches: (announce: Announce) => boolean, patience: Patience = {}): Promise<Announce> {
    return until(`the tracker hears ${what}`, () => this.announces.find(matches), {
      describe: () => JSON.stringify(this.announces, undefined, 1),
      ...patience,
    })
  }

  /** Waits until as many peers are in that swarm. */
  async gathered(infohash: string, count: number, patience: Patience = {}): Promise<void> {
    await until(`${count} peers have announced`, () => this.members(infohash).length >= count, {
      describe: () => JSON.stringify(this.announces, undefined, 1),
      ...patience,
    })
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections()
    this.#http.close()
    this.#udp.close()
    await once(this.#http, 'close')
  }
}
