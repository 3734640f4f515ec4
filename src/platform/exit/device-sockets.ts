// Sockets that the kernel keeps on one network interface (Linux, SO_BINDTODEVICE). Node cannot set that option, so the
// descriptors are made here, through Node's own foreign-function interface (Node 26), and given to Node to use.
// Promise: a descriptor that is given out is tied to the device and bound, or there is none; nothing of it is ever left
// open by a failure. Why an address alone is not enough: docs/decisions/0020-one-way-out.md.

import { parseIp } from '../../base/address.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { SocketError } from '../../base/ports.ts'
import { socketError } from '../socket-errors.ts'

/** Of Linux on every architecture that Node runs on but MIPS, SPARC and PA-RISC, for which we bring no Node. */
const AF_INET = 2
const AF_INET6 = 10
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const SOL_SOCKET = 1
const SO_REUSEADDR = 2
const SO_BINDTODEVICE = 25
const IPPROTO_IPV6 = 41
const IPV6_V6ONLY = 26

const ERRNO: Readonly<Record<number, string>> = {
  1: 'EPERM',
  13: 'EACCES',
  19: 'ENODEV',
  22: 'EINVAL',
  24: 'EMFILE',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
}

/** IFNAMSIZ less its final zero. */
const MAX_DEVICE_CHARACTERS = 15

interface Calls {
  socket(family: number, type: number, protocol: number): number
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, lengthBytes: Uint8Array): number
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, lengthBytes: number): number
  bind(fd: number, address: Uint8Array, lengthBytes: number): number
  close(fd: number): number
  if_nametoindex(name: Uint8Array): number
  __errno_location(): bigint
}

export interface DescriptorWish {
  readonly kind: 'stream' | 'datagram'
  readonly device: string
  /** Family, and what to bind to; port 0 takes any free one. */
  readonly at: Endpoint
  /** A listener: its port may be taken again while old connections fade, and `::` hears IPv4 too. */
  readonly listens?: boolean
}

export class DeviceSockets {
  readonly #calls: Calls
  readonly #errno: () => number

  private constructor(calls: Calls, errno: () => number) {
    this.#calls = calls
    this.#errno = errno
  }

  /** Undefined where this system or this Node cannot do it. */
  static load(): DeviceSockets | undefined {
    if (process.platform !== 'linux') return undefined
    const ffi = quietly(() => process.getBuiltinModule('node:ffi'))
    if (ffi === undefined) return undefined
    try {
      const calls = callsOf(ffi)
      return new DeviceSockets(calls, () => ffi.getInt32(calls.__errno_location()))
    } catch {
      // A system library without one of them: then it cannot be done here.
      return undefined
    }
  }

  /** The kernel's number of an interface, 0 when there is none of that name: a new one of the same name has another. */
  indexOf(device: string): number {
    return isDeviceName(device) ? this.#calls.if_nametoindex(cText(device)) : 0
  }

  /** A descriptor for Node to wrap. @throws SocketError */
  open(wish: DescriptorWish): number {
    const { kind, device, at, listens = false } = wish
    const address = parseIp(at.host)
    if (address === undefined) throw new SocketError('OTHER', { errno: 'NOT_AN_ADDRESS' })
    const six = at.host.includes(':')
    const type = (kind === 'stream' ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC
    const fd = this.#calls.socket(six ? AF_INET6 : AF_INET, type, 0)
    if (fd < 0) throw this.#failure()
    try {
      this.#set(fd, SOL_SOCKET, SO_BINDTODEVICE, cText(device))
      if (listens) this.#set(fd, SOL_SOCKET, SO_REUSEADDR, flag(true))
      if (six) this.#set(fd, IPPROTO_IPV6, IPV6_V6ONLY, flag(!listens))
      // A stream that dials and names no address takes the interface's own when it connects.
      if (listens || kind === 'datagram' || !isAny(at.host)) {
        const name = six ? address6(at) : address4(at)
        if (this.#calls.bind(fd, name, name.length) !== 0) throw this.#failure()
      }
      return fd
    } catch (error) {
      this.#calls.close(fd)
      throw error
    }
  }

  /** The interface that a socket of this process is tied to; undefined for none. */
  deviceOf(fd: number): string | undefined {
    const name = new Uint8Array(MAX_DEVICE_CHARACTERS + 1)
    const lengthBytes = Uint8Array.of(name.length, 0, 0, 0)
    if (this.#calls.getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, lengthBytes) !== 0) return undefined
    const end = name.indexOf(0)
    return end < 1 ? undefined : new TextDecoder().decode(name.subarray(0, end))
  }

  /** Closes a descriptor that Node was not given. */
  release(fd: number): void {
    this.#calls.close(fd)
  }

  #set(fd: number, level: number, name: number, value: Uint8Array): void {
    if (this.#calls.setsockopt(fd, level, name, value, value.length) !== 0) throw this.#failure()
  }

  #failure(): SocketError {
    const errno = this.#errno()
    return socketError({ code: ERRNO[errno] ?? `errno ${errno}` })
  }
}

function callsOf(ffi: typeof import('node:ffi')): Calls {
  const number = 'i32'
  const { functions } = ffi.dlopen(null, {
    socket: { arguments: [number, number, number], return: number },
    getsockopt: { arguments: [number, number, number, 'buffer', 'buffer'], return: number },
    setsockopt: { arguments: [number, number, number, 'buffer', 'u32'], return: number },
    bind: { arguments: [number, 'buffer', 'u32'], return: number },
    close: { arguments: [number], return: number },
    if_nametoindex: { arguments: ['buffer'], return: 'u32' },
    __errno_location: { arguments: [], return: 'pointer' },
  })
  return functions as unknown as Calls
}

/** Node announces on standard error that its interface is experimental; a person who runs Shoal can do nothing about it. */
function quietly<T>(act: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return act()
  } finally {
    process.emitWarning = emitWarning
  }
}

function isDeviceName(text: string): boolean {
  return text !== '' && text.length <= MAX_DEVICE_CHARACTERS && !/[\s/\0]/.test(text)
}

function isAny(host: string): boolean {
  return host === '::' || host === '0.0.0.0'
}

function cText(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`)
}

function flag(on: boolean): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, on ? 1 : 0, true)
  return bytes
}

/** struct sockaddr_in: family in the computer's order, port and address in the network's. */
function address4(at: Endpoint): Uint8Array {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, AF_INET, true)
  view.setUint16(2, at.port)
  bytes.set(parseIp(at.host) as Uint8Array, 4)
  return bytes
}

/** struct sockaddr_in6. */
function address6(at: Endpoint): Uint8Array {
  const bytes = new Uint8Array(28)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, AF_INET6, true)
  view.setUint16(2, at.port)
  bytes.set(parseIp(at.host) as Uint8Array, 8)
  return bytes
}
