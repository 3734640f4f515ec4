// The people process's end of a byte stream: joins what came over the network with the local socket that leads to the daemon.
// Promise: the daemon is read no faster than the network takes it; what comes from the network and is not taken yet is bounded; when
// one ends, so does the other.
//
// The other direction cannot be held back by not reading: Yamux lets the sender go on while a stream is paused, until its buffer is over
// and the stream is reset. So what comes is handed on at once. Peers send what was asked for, which is bounded by what is asked.

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
/** A peer asks for at most 500 blocks (8 MiB) at once; who sends twice that was not asked. */
export const MAX_UNTAKEN_BYTES = 16 * 1_048_576

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
      else if (!socket.write(bytes) && socket.writableLength > MAX_UNTAKEN_BYTES) stop()
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
    made.on('close', () => {
      if (over) return
      over = true
      void stream.close()
    })
  }
  join().catch(stop)
}
