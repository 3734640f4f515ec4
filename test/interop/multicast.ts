// Listens to local service discovery (BEP 14) as any stranger on the network could: which infohashes are told there?

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Scene } from './scene.ts'

const GROUP = '239.192.152.143'
const PORT = 6771

export class MulticastEar {
  /** Infohashes heard so far, lower-case hexadecimal, with the sender's address. */
  readonly heard: { readonly infohash: string; readonly from: string }[] = []
  readonly #socket: Socket

  private constructor() {
    this.#socket = createSocket({ type: 'udp4', reuseAddr: true })
    this.#socket.on('message', (message, from) => {
      for (const [, infohash = ''] of message.toString('latin1').matchAll(/^Infohash: *([0-9a-f]{40})/gim)) {
        this.heard.push({ infohash: infohash.toLowerCase(), from: from.address })
      }
    })
  }

  static async listen(scene: Scene): Promise<MulticastEar> {
    const ear = new MulticastEar()
    ear.#socket.bind(PORT)
    await once(ear.#socket, 'listening')
    ear.#socket.addMembership(GROUP, scene.lan.address)
    scene.defer(async () => ear.#socket.close())
    return ear
  }
}
