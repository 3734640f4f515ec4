// Floods that need no key: what anybody may do to a port, each until it is told to end. Rates are bounded, so that what is
// measured is the target and not who floods faster.

import { randomBytes } from 'node:crypto'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { utf8 } from '../../src/base/bytes.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'

export interface Victim {
  readonly at: Endpoint
  /** Addresses an attacker may come from. */
  readonly from: readonly string[]
}

export interface Attack {
  /** How often it struck by now. */
  count(): number
  end(): Promise<void>
}

export interface Flood {
  readonly name: string
  readonly unit: string
  begin(victim: Victim): Attack
}

const DIAL_MS = 3_000
/** Who was turned away comes again. */
const AGAIN_MS = 200

/** `size` workers, each doing it again and again. */
export function crowd(size: number, work: (index: number, live: Live) => Promise<void>): Attack {
  const live: Live = { going: true, count: 0 }
  const workers = Array.from({ length: size }, async (_, index) => {
    while (live.going) {
      try {
        await work(index, live)
      } catch {
        // Refused, reset or cut off: what floods must expect.
      }
      if (live.going) await pause(AGAIN_MS)
    }
  })
  return {
    count: () => live.count,
    end: async () => {
      live.going = false
      await Promise.all(workers)
    },
  }
}

export interface Live {
  going: boolean
  count: number
}

let next = 0
export function source(victim: Victim): string {
  return victim.from[next++ % victim.from.length] as string
}

async function connected(victim: Victim): Promise<net.Socket> {
  const socket = net.connect({ ...victim.at, localAddress: source(victim) })
  socket.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), DIAL_MS)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.once('close', () => {
      clearTimeout(timer)
      reject(new Error('closed'))
    })
  })
  return socket
}

// ── Sockets ─────────────────────────────────────────────────────────────────────────────────────────

export function connects(perSecond: number): Flood {
  return {
    name: `${Math.round(perSecond * 60).toLocaleString('en')} connects a minute`,
    unit: 'connects',
    begin: (victim) => {
      let going = true
      let count = 0
      const run = async (): Promise<void> => {
        const begun = performance.now()
        while (going) {
          const due = Math.floor(((performance.now() - begun) / 1_000) * perSecond)
          for (; count < due; count++) {
            connected(victim).then(
              (socket) => setTimeout(() => socket.destroy(), 500),
              () => {},
            )
          }
          await pause(20)
        }
      }
      const running = run()
      return {
        count: () => count,
        end: async () => {
          going = false
          await running
        },
      }
    },
  }
}

/** A byte a second, of what might become a handshake. */
export function slowLoris(size: number): Flood {
  const bytes = utf8('\x13/multistream/1.0.0\n\x07/noise\n')
  return {
    name: `${size} that send a byte a second`,
    unit: 'bytes',
    begin: (victim) =>
      crowd(size, async (_, live) => {
        const socket = await connected(victim)
        for (const byte of bytes) {
          if (!live.going || socket.destroyed) break
          socket.write(Uint8Array.of(byte))
          live.count++
          await pause(1_000)
        }
        socket.destroy()
      }),
  }
}

export function junk(size: number): Flood {
  return {
    name: `${size} that send junk as fast as they can`,
    unit: 'times 64 KiB',
    begin: (victim) =>
      crowd(size, async (_, live) => {
        const socket = await connected(victim)
        while (live.going && !socket.destroyed) {
          socket.write(randomBytes(65_536))
          live.count++
          await pause(10)
        }
        socket.destroy()
      }),
  }
}

/** A right beginning, then frames of the greatest length that decrypt to nothing. */
export function noiseJunk(size: number): Flood {
  return {
    name: `${size} with junk for a Noise handshake`,
    unit: 'handshakes',
    begin: (victim) =>
      crowd(size, async (_, live) => {
        const socket = await connected(victim)
        socket.write('\x13/multistream/1.0.0\n\x07/noise\n')
        const frame = randomBytes(65_537)
        frame[0] = 0xff
        frame[1] = 0xff
        socket.write(frame)
        live.count++
        await pause(500)
        socket.destroy()
      }),
  }
}
