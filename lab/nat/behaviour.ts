// What a NAT does to UDP, measured from both sides with plain datagrams (the method of RFC 5780, in the words of RFC 4787).
// Promise: nothing is concluded from silence alone. A datagram that may be let in is sent before one that must be, along
// the same way, and when the second has come the first will not.

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Program } from '../netns/program.ts'
import { until } from '../netns/until.ts'
import type { NatWorld, Place } from './world.ts'

export type Dependence = 'endpoint-independent' | 'address-dependent' | 'address and port-dependent'

export interface Behaviour {
  readonly mapping: Dependence
  readonly filtering: Dependence
  /** The outer port is the inner one (RFC 4787, port preservation). */
  readonly keepsPort: boolean
}

const VOICE = join(import.meta.dirname, 'udp-voice.ts')
/** Datagrams that must come, after those that may. One could be overtaken on its way through two processors. */
const FENCES = 3

interface Heard {
  readonly from: string
  readonly text: string
}

/** Two addresses with two ports each on the public side: all that RFC 5780 needs. */
class Outside {
  readonly sockets: readonly Socket[]
  readonly heard: { readonly at: Socket; readonly from: AddressInfo; readonly text: string }[] = []

  private constructor(sockets: readonly Socket[]) {
    this.sockets = sockets
    for (const at of sockets) {
      at.on('message', (bytes, from) => {
        this.heard.push({
          at,
          from: { address: from.address, port: from.port, family: from.family },
          text: bytes.toString('latin1'),
        })
      })
    }
  }

  static async open(world: NatWorld): Promise<Outside> {
    const sockets: Socket[] = []
    for (const address of [...world.addresses, ...world.addresses].sort()) {
      const socket = createSocket('udp4')
      socket.bind(0, address)
      await once(socket, 'listening')
      sockets.push(socket)
    }
    return new Outside(sockets)
  }

  /** From where a text came, once it has. */
  async sourceOf(text: string): Promise<AddressInfo> {
    return until(`"${text}" comes out`, () => this.heard.find((datagram) => datagram.text === text)?.from)
  }

  close(): void {
    for (const socket of this.sockets) socket.close()
  }
}

/** @param port of the computer inside; one that the router has not seen */
export async function measure(world: NatWorld, place: Place, port: number): Promise<Behaviour> {
  const outside = await Outside.open(world)
  const voices: Program[] = []
  const speak = async (from: number) => {
    const voice = new Program(`voice at ${place.name}`, [process.execPath, VOICE, String(from)], {
      host: place,
    })
    const heard: Heard[] = []
    voice.onLine((line) => {
      const [host, source, text = ''] = line.split(' ')
      heard.push({ from: `${host}:${source}`, text })
    })
    voices.push(voice)
    await until('the socket inside is open', () => heard.length > 0, { program: voice })
    return { voice, heard }
  }
  try {
    const [mapped, filtered] = await Promise.all([speak(port), speak(port + 1)])
    const seen = await mappings(outside, mapped.voice)
    const filtering = await admissions(outside, filtered.voice, filtered.heard)
    return {
      mapping: dependence(seen),
      filtering,
      keepsPort: seen[0] === seen[1] && seen[0] === `${place.outer}:${port}`,
    }
  } finally {
    await Promise.all(voices.map((voice) => voice.stop('SIGKILL')))
    outside.close()
  }
}

/** Outer endpoints towards: first address and port, its other port, the other address. */
async function mappings(outside: Outside, voice: Program): Promise<readonly string[]> {
  const seen: string[] = []
  for (const [index, socket] of outside.sockets.slice(0, 3).entries()) {
    const { address, port } = socket.address()
    voice.write(`${address} ${port} mapping${index}`)
    const source = await outside.sourceOf(`mapping${index}`)
    seen.push(`${source.address}:${source.port}`)
  }
  return seen
}

function dependence([first, otherPort, otherAddress]: readonly string[]): Dependence {
  if (first !== otherPort) return 'address and port-dependent'
  return first === otherAddress ? 'endpoint-independent' : 'address-dependent'
}

/** The inside speaks to the first endpoint alone; who else is let in? */
async function admissions(outside: Outside, voice: Program, heard: readonly Heard[]): Promise<Dependence> {
  const [first, otherPort, otherAddress] = outside.sockets as [Socket, Socket, Socket]
  const { address, port } = first.address()
  voice.write(`${address} ${port} open`)
  const hole = await outside.sourceOf('open')
  const send = (socket: Socket, text: string) =>
    new Promise<void>((resolve, reject) => {
      socket.send(text, hole.port, hole.address, (error) => (error === null ? resolve() : reject(error)))
    })
  await send(otherAddress, 'other-address')
  await send(otherPort, 'other-port')
  for (let fence = 0; fence < FENCES; fence++) {
    await send(first, `fence${fence}`)
    await until('what must come in comes in', () => heard.some(({ text }) => text === `fence${fence}`), {
      program: voice,
    })
  }
  const came = (text: string) => heard.some((datagram) => datagram.text === text)
  if (came('other-address')) return 'endpoint-independent'
  return came('other-port') ? 'address-dependent' : 'address and port-dependent'
}
