// Plain UDP sockets on both sides of the world's routers: inside in a process of their own (udp-voice.ts), outside in this one.
// Promise: what was heard is kept with where it came from; `close` ends all of it.

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { Program } from '../netns/program.ts'
import { until } from '../netns/until.ts'
import type { NatWorld, Place } from './world.ts'

const VOICE = join(import.meta.dirname, 'udp-voice.ts')

export interface Heard {
  readonly from: Endpoint
  readonly text: string
}

/** A socket on a computer of the world. */
export class Inside {
  readonly heard: Heard[] = []
  readonly #program: Program
  #ready = false

  private constructor(place: Place, port: number) {
    this.#program = new Program(`voice at ${place.name}`, [process.execPath, VOICE, String(port)], {
      host: place,
    })
    this.#program.onLine((line) => {
      const [host = '', source, text] = line.split(' ')
      if (text === undefined) this.#ready = true
      else this.heard.push({ from: { host, port: Number(source) }, text })
    })
  }

  static async open(place: Place, port: number): Promise<Inside> {
    const inside = new Inside(place, port)
    await until('the socket inside is open', () => inside.#ready, { program: inside.#program })
    return inside
  }

  say(text: string, to: Endpoint): void {
    this.#program.write(`${to.host} ${to.port} ${text}`)
  }

  has(text: string): Heard | undefined {
    return this.heard.find((datagram) => datagram.text === text)
  }

  hears(text: string): Promise<Heard> {
    return until(`"${text}" comes in`, () => this.has(text), { program: this.#program })
  }

  async close(): Promise<void> {
    await this.#program.stop('SIGKILL')
  }
}

/** A socket on the public network. */
export class Outside {
  readonly heard: Heard[] = []
  readonly at: Endpoint
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
    this.at = { host: socket.address().address, port: socket.address().port }
    socket.on('message', (bytes, { address, port }) => {
      this.heard.push({ from: { host: address, port }, text: bytes.toString('latin1') })
    })
  }

  /** @param which of the program's two addresses */
  static async open(world: NatWorld, which: 0 | 1): Promise<Outside> {
    const socket = createSocket('udp4')
    socket.bind(0, world.addresses[which])
    await once(socket, 'listening')
    return new Outside(socket)
  }

  say(text: string, to: Endpoint): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(text, to.port, to.host, (error) => (error === null ? resolve() : reject(error)))
    })
  }

  hears(text: string): Promise<Heard> {
    return until(`"${text}" comes out`, () => this.heard.find((datagram) => datagram.text === text))
  }

  close(): void {
    this.#socket.close()
  }
}
