// The people process's end of a byte stream: joins what came over the network with the local socket that leads to the daemon.
// Promise: neither side is read faster than the other takes it; when one ends, so does the other.

import net from 'node:net'
import type { BridgeEnd } from './people-messages.ts'

/** A byte stream to another device (community/network/byte-stream.ts). */
export interface DeviceStream {
  events: { data(bytes: Uint8Array): void; drain(): void; closed(): void }
  /** False: no more until drain(). */
  write(bytes: Uint8Array): boolean
  pause(): void
  resume(): void
  close(): Promise<void> | void
  abort(): void
}

const CONNECT_MS = 5_000

/** Takes the stream over at once: what it brings before the socket is there waits with whoever sent it. */
export function joinStream(stream: DeviceStream, end: Promise<BridgeEnd | undefined>): void {
  let socket: net.Socket | undefined
  let over = false
  stream.pause()
  const early: Uint8Array[] = []
  const stop = (): void => {
    if (over) return
    over = true
    socket?.destroy()
    stream.abort()
  }
  stream.events = {
    data: (bytes) => {
      if (socket === undefined) early.push(bytes)
      else if (!socket.write(bytes)) stream.pause()
    },
    drain: () => socket?.resume(),
    closed: () => {
      over = true
      // What it said last is still to be read by the daemon.
      socket?.end()
    },
  }
  const join = async (): Promise<void> => {
    const at = await end
    if (at === undefined || over) return stop()
    const made = net.connect({ path: at.path, allowHalfOpen: false })
    made.setTimeout(CONNECT_MS, stop)
    made.on('error', stop)
    made.on('connect', () => {
      made.setTimeout(0)
      made.write(at.word)
      for (const bytes of early) made.write(bytes)
      early.length = 0
      socket = made
      if (over) made.end()
      else stream.resume()
    })
    made.on('data', (bytes: Buffer) => {
      if (!stream.write(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice()))
        made.pause()
    })
    made.on('drain', () => stream.resume())
    made.on('close', () => {
      if (over) return
      over = true
      void stream.close()
    })
  }
  join().catch(stop)
}
