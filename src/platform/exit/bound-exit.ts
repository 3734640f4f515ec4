// The way out by one network interface: the kernel keeps every socket on it, and none is made while it is not there.
// Invariant: `index` is the number of the interface that sockets were last made on. When it has another one, or none, those
// sockets are dead: streams are ended, and whoever holds what must live on is told when it is back (`onRenewed`).

import type { Socket } from 'node:net'
import os from 'node:os'
import { canonicalIp } from '../../base/address.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { type Names, SocketError } from '../../base/ports.ts'
import { localAddresses } from '../interfaces.ts'
import { SystemRandom } from '../random.ts'
import { bindDatagrams } from './bound-datagrams.ts'
import { openStream } from './bound-stream.ts'
import { DeviceSockets } from './device-sockets.ts'
import { ExitError, type ExitTrouble, type Guarded, type Opening, type StreamMaker } from './exit.ts'
import { NameServers } from './name-servers.ts'
import { WaitingRoom } from './waiting-room.ts'

/** How often it is looked whether the interface is still, or again, there. Until then the kernel holds everything back. */
const LOOK_MS = 1_000

export class BoundExit implements Guarded, StreamMaker {
  readonly kind = 'bound'
  /** As the person said it: a name or an address. */
  readonly text: string
  readonly names: Names
  readonly #sockets: DeviceSockets
  /** Undefined: any address of the interface. */
  readonly #address: string | undefined
  readonly #renewed = new Set<() => void>()
  readonly #waiting = new WaitingRoom()
  readonly #timer: NodeJS.Timeout
  readonly #streams = new Set<Socket>()
  #device: string | undefined
  #lastDevice: string | undefined
  #index = 0

  private constructor(to: string, sockets: DeviceSockets) {
    this.text = to
    this.#sockets = sockets
    this.#address = canonicalIp(to)
    this.names = new NameServers({ bind: (at) => bindDatagrams(this, at), random: new SystemRandom() })
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#timer.unref()
  }

  /** @param to an interface's name, or an address that one of them has. @throws ExitError */
  static open(to: string): BoundExit {
    const sockets = DeviceSockets.load()
    if (sockets === undefined) throw new ExitError('INTERFACE_UNTIED', { interface: to })
    const exit = new BoundExit(to, sockets)
    exit.#look()
    try {
      if (exit.#device === undefined) throw new ExitError('INTERFACE_GONE', { interface: to })
      exit.#probe()
      return exit
    } catch (error) {
      exit.close()
      throw error
    }
  }

  /** The interface, while it is there. */
  get device(): string | undefined {
    return this.#device
  }

  /** The one address to use, where an address was named. */
  get address(): string | undefined {
    return this.#address
  }

  /** Those that others may see and dial: of this interface only. */
  addresses(): readonly string[] {
    if (this.#device === undefined) return []
    if (this.#address !== undefined) return [this.#address]
    return localAddresses({ [this.#device]: os.networkInterfaces()[this.#device] })
  }

  trouble(): ExitTrouble | undefined {
    return this.#device === undefined ? { code: 'INTERFACE_GONE', data: { interface: this.text } } : undefined
  }

  async ready(timeoutMs: number, gaveUp?: AbortSignal): Promise<boolean> {
    this.#look()
    if (this.#device === undefined) await this.#waiting.enter(timeoutMs, gaveUp)
    return this.#device !== undefined
  }

  /** Calls back when the interface was away and is another one now. @returns what ends that */
  onRenewed(listener: () => void): () => void {
    this.#renewed.add(listener)
    return () => this.#renewed.delete(listener)
  }

  /** Ends it when the interface that it was made on is no more: nothing would tell it. */
  watch(stream: Socket): void {
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
  }

  /** A socket on the interface, for Node to wrap. @throws SocketError NO_WAY_OUT when it is not there */
  descriptor(kind: 'stream' | 'datagram', at: Endpoint, listens = false): number {
    this.#look()
    const device = this.#device
    if (device === undefined) throw new SocketError('NO_WAY_OUT', { interface: this.text })
    return this.#sockets.open({ kind, device, at: this.#narrowed(at, listens), listens })
  }

  open(to: Endpoint, timeoutMs: number): Opening {
    return openStream(this, to, timeoutMs)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#waiting.wakeAll()
  }

  /** "Any address" becomes the one that was named; a family or address that was not named has no way out. */
  #narrowed(at: Endpoint, listens: boolean): Endpoint {
    const own = this.#address
    if (own === undefined) return at
    const any = at.host === '::' || at.host === '0.0.0.0'
    // Who listens on `::` means both families.
    const meant = isIPv6(own) === isIPv6(at.host) || (listens && at.host === '::')
    if (at.host === own || (any && meant)) return { host: own, port: at.port }
    throw new SocketError('UNREACHABLE', { errno: 'OTHER_ADDRESS' })
  }

  #look(): void {
    const device = this.#find()
    const last = device ?? this.#lastDevice
    const index = last === undefined ? 0 : this.#sockets.indexOf(last)
    this.#device = index === 0 ? undefined : device
    // Its streams can end only with a word that nobody hears.
    if (index !== this.#index) for (const stream of [...this.#streams]) stream.destroy()
    if (this.#device === undefined) return
    const again = this.#index !== 0 && index !== this.#index
    this.#index = index
    this.#lastDevice = device
    this.#waiting.wakeAll()
    if (again) for (const listener of [...this.#renewed]) listener()
  }

  /** Only interfaces that are up are listed. */
  #find(): string | undefined {
    const interfaces = os.networkInterfaces()
    if (this.#address === undefined) return interfaces[this.text] === undefined ? undefined : this.text
    for (const [name, addresses] of Object.entries(interfaces)) {
      if (addresses?.some(({ address }) => canonicalIp(address) === this.#address)) return name
    }
    return undefined
  }

  /** Whether the system lets us: old kernels want an administrator for it. */
  #probe(): void {
    const at = { host: this.#address ?? '0.0.0.0', port: 0 }
    try {
      this.#sockets.release(this.descriptor('datagram', at))
    } catch (error) {
      if (!(error instanceof SocketError)) throw error
      const code = error.code === 'DENIED' ? 'INTERFACE_UNTIED' : 'INTERFACE_GONE'
      throw new ExitError(code, { interface: this.text }, error)
    }
  }
}
