// A small, strict proxy for tests: SOCKS5 (RFC 1928, 1929) with UDP relay, or HTTP CONNECT. It knows names from a table,
// remembers what it was asked, and can be stopped and started again on its port.
// Promise: a client that breaks the protocol is thrown out and the test can see why (`faults`).

import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'
import { formatIp, parseIp } from '../../src/base/address.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import { type Endpoint, endpointText } from '../../src/base/endpoint.ts'

export interface PretendedProxyOptions {
  readonly protocol: 'socks5' | 'http'
  readonly login?: { readonly user: string; readonly password: string }
  /** Name to address. */
  readonly names?: Readonly<Record<string, string>>
  /** Answers that it relays no datagrams, or just closes the connection as some do. */
  readonly udp?: 'relays' | 'says-no' | 'closes'
  readonly host?: string
}

/** RFC 1928, section 6. */
const CODES: Readonly<Record<string, number>> = {
  ECONNREFUSED: 5,
  ENETUNREACH: 3,
  EHOSTUNREACH: 4,
  ETIMEDOUT: 6,
}

/** Asked for this address (TEST-NET-1, RFC 5737) it says nothing, as if it waited for it. */
export const NOBODY_ANSWERS = '192.0.2.1'

class Fault extends Error {}

export class PretendedProxy implements AsyncDisposable {
  /** Destinations of streams, in order, as they were asked for. */
  readonly asked: string[] = []
  /** Destinations of relayed datagrams. */
  readonly relayed: string[] = []
  readonly faults: string[] = []
  associations = 0
  port = 0
  readonly #options: PretendedProxyOptions
  readonly #sockets = new Set<net.Socket>()
  #server: net.Server | undefined

  private constructor(options: PretendedProxyOptions) {
    this.#options = options
  }

  static async start(options: PretendedProxyOptions): Promise<PretendedProxy> {
    const proxy = new PretendedProxy(options)
    await proxy.start()
    return proxy
  }

  get url(): string {
    const { protocol, login } = this.#options
    const user =
      login === undefined ? '' : `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@`
    return `${protocol}://${user}${endpointText({ host: this.#host, port: this.port })}`
  }

  get #host(): string {
    return this.#options.host ?? '127.0.0.1'
  }

  /** On the port it had. */
  async start(): Promise<void> {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => this.#welcome(socket))
    server.listen(this.port, this.#host)
    await once(server, 'listening')
    this.port = (server.address() as net.AddressInfo).port
    this.#server = server
  }

  /** All its connections end, and nobody answers on its port. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    this.endStreams()
    await closed
  }

  endStreams(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #welcome(socket: net.Socket): void {
    this.#track(socket)
    const reader = new Reader(socket)
    const serve =
      this.#options.protocol === 'socks5' ? this.#socks(socket, reader) : this.#http(socket, reader)
    serve.catch((error: unknown) => {
      if (error instanceof Fault) this.faults.push(error.message)
      socket.destroy()
    })
  }

  #track(socket: net.Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
  }

  async #socks(socket: net.Socket, reader: Reader): Promise<void> {
    const [version, count] = await reader.take(2)
    if (version !== 5 || count === undefined || count === 0) throw new Fault(`greeting ${version} ${count}`)
    const methods = await reader.take(count)
    const { login } = this.#options
    const method = login === undefined ? 0 : 2
    if (!methods.includes(method)) {
      socket.end(Uint8Array.of(5, 0xff))
      return
    }
    socket.write(Uint8Array.of(5, method))
    if (login !== undefined && !(await this.#password(socket, reader, login))) return
    const [five, command, reserved] = await reader.take(3)
    if (five !== 5 || reserved !== 0) throw new Fault(`request ${five} ${reserved}`)
    const to = await readAddress(reader)
    if (command === 3) return this.#associate(socket)
    if (command !== 1) throw new Fault(`command ${command}`)
    const reply = (code: number) => Uint8Array.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0)
    await this.#connect(socket, reader, to, reply(0), (errno) => reply(CODES[errno] ?? 1))
  }

  async #password(
    socket: net.Socket,
    reader: Reader,
    login: { user: string; password: string },
  ): Promise<boolean> {
    const [version, userBytes] = await reader.take(2)
    if (version !== 1) throw new Fault(`password version ${version}`)
    const user = Buffer.from(await reader.take(userBytes as number)).toString()
    const [passwordBytes] = await reader.take(1)
    const password = Buffer.from(await reader.take(passwordBytes as number)).toString()
    const right = user === login.user && password === login.password
    socket.write(Uint8Array.of(1, right ? 0 : 1))
    if (!right) socket.end()
    return right
  }

  async #http(socket: net.Socket, reader: Reader): Promise<void> {
    const head = await reader.head()
    const [line = '', ...headers] = head.split('\r\n')
    const match = /^CONNECT (?:\[([^\]]+)\]|([^:]+)):([0-9]+) HTTP\/1\.1$/.exec(line)
    if (match === null) throw new Fault(line)
    if (!headers.some((header) => /^host: /i.test(header))) throw new Fault('no Host')
    const { login } = this.#options
    const say = (status: string) => Buffer.from(`HTTP/1.1 ${status}\r\n\r\n`)
    if (login !== undefined) {
      const right = `Proxy-Authorization: Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
      if (!headers.includes(right)) {
        socket.end(say('407 Proxy Authentication Required'))
        return
      }
    }
    const to = { host: match[1] ?? match[2] ?? '', port: Number(match[3]) }
    await this.#connect(socket, reader, to, say('200 Connection established'), (errno) =>
      say(errno === 'ETIMEDOUT' ? '504 Gateway Timeout' : '502 Bad Gateway'),
    )
  }

  async #connect(
    socket: net.Socket,
    reader: Reader,
    to: Endpoint,
    opened: Uint8Array,
    refused: (errno: string) => Uint8Array,
  ): Promise<void> {
    this.asked.push(endpointText(to))
    if (to.host === NOBODY_ANSWERS) return
    const host = this.#resolve(to.host)
    if (host === undefined) {
      socket.end(refused('EHOSTUNREACH'))
      return
    }
    const far = new net.Socket({ allowHalfOpen: true })
    this.#track(far)
    far.connect(to.port, host)
    try {
      await once(far, 'connect')
    } catch (error) {
      socket.end(refused(String((error as { code?: unknown }).code)))
      return
    }
    socket.write(opened)
    reader.release()
    // A reset here is a reset there: contracts look at it.
    for (const [one, other] of [
      [socket, far],
      [far, socket],
    ] as const) {
      one.on('error', () => other.resetAndDestroy())
      one.on('close', () => other.destroySoon())
    }
    socket.pipe(far)
    far.pipe(socket)
  }

  async #associate(control: net.Socket): Promise<void> {
    const { udp = 'relays' } = this.#options
    if (udp === 'closes') {
      control.destroy()
      return
    }
    if (udp === 'says-no') {
      control.end(Uint8Array.of(5, 7, 0, 1, 0, 0, 0, 0, 0, 0))
      return
    }
    this.associations++
    const near = dgram.createSocket(this.#host.includes(':') ? 'udp6' : 'udp4')
    const far = [dgram.createSocket('udp4'), dgram.createSocket({ type: 'udp6', ipv6Only: true })] as const
    control.on('close', () => {
      for (const socket of [near, ...far]) socket.close()
    })
    near.bind(0, this.#host)
    await once(near, 'listening')
    let client: dgram.RemoteInfo | undefined
    near.on('message', (datagram, from) => {
      client ??= from
      if (from.port !== client.port) return
      const [reserved, reserved2, fragment] = datagram
      if (reserved !== 0 || reserved2 !== 0 || fragment !== 0) {
        this.faults.push(`relayed header ${reserved} ${reserved2} ${fragment}`)
        return
      }
      const { endpoint, end } = addressAt(datagram, 3)
      this.relayed.push(endpointText(endpoint))
      const host = this.#resolve(endpoint.host)
      if (host !== undefined)
        far[host.includes(':') ? 1 : 0].send(datagram.subarray(end), endpoint.port, host, () => {})
    })
    for (const socket of far) {
      socket.on('message', (datagram, from) => {
        if (client === undefined) return
        near.send(
          concatBytes([Uint8Array.of(0, 0, 0), addressBytes(from.address, from.port), datagram]),
          client.port,
          client.address,
        )
      })
    }
    control.write(concatBytes([Uint8Array.of(5, 0, 0), addressBytes(this.#host, near.address().port)]))
    control.resume()
    control.on('end', () => control.end())
  }

  #resolve(host: string): string | undefined {
    return net.isIP(host) === 0 ? this.#options.names?.[host] : host
  }
}

/** Exactly as many bytes as are asked for, none read ahead. */
class Reader {
  readonly #socket: net.Socket
  #held = Buffer.alloc(0)
  #wake: () => void = () => {}
  readonly #listen = (): void => {
    for (
      let part = this.#socket.read() as Buffer | null;
      part !== null;
      part = this.#socket.read() as Buffer | null
    )
      this.#held = Buffer.concat([this.#held, part])
    this.#wake()
  }
  #ended = false

  constructor(socket: net.Socket) {
    this.#socket = socket
    socket.on('readable', this.#listen)
    for (const event of ['end', 'close'])
      socket.on(event, () => {
        this.#ended = true
        this.#wake()
      })
  }

  async take(lengthBytes: number): Promise<Uint8Array> {
    while (this.#held.length < lengthBytes) await this.#more()
    const taken = this.#held.subarray(0, lengthBytes)
    this.#held = this.#held.subarray(lengthBytes)
    return taken
  }

  async head(): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf('\r\n\r\n')
      if (end >= 0)
        return Buffer.from(await this.take(end + 4))
          .toString('latin1')
          .slice(0, -4)
      await this.#more()
    }
  }

  /** Whoever reads the socket now begins with what is held. */
  release(): void {
    this.#socket.off('readable', this.#listen)
    if (this.#held.length > 0) this.#socket.unshift(this.#held)
  }

  #more(): Promise<void> {
    if (this.#ended) throw new Error('ended')
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

async function readAddress(reader: Reader): Promise<Endpoint> {
  const [type] = await reader.take(1)
  const lengthBytes =
    type === 1 ? 4 : type === 4 ? 16 : type === 3 ? ((await reader.take(1))[0] as number) : 0
  if (lengthBytes === 0) throw new Fault(`address type ${type}`)
  const raw = await reader.take(lengthBytes)
  const [high = 0, low = 0] = await reader.take(2)
  return { host: type === 3 ? Buffer.from(raw).toString('latin1') : formatIp(raw), port: high * 256 + low }
}

function addressAt(datagram: Buffer, at: number): { endpoint: Endpoint; end: number } {
  const type = datagram[at]
  const lengthBytes = type === 1 ? 4 : type === 4 ? 16 : (datagram[at + 1] as number)
  const from = type === 3 ? at + 2 : at + 1
  const raw = datagram.subarray(from, from + lengthBytes)
  const host = type === 3 ? raw.toString('latin1') : formatIp(raw)
  return { endpoint: { host, port: datagram.readUInt16BE(from + lengthBytes) }, end: from + lengthBytes + 2 }
}

function addressBytes(host: string, port: number): Uint8Array {
  const ip = parseIp(host.split('%', 1)[0] as string) as Uint8Array
  return concatBytes([Uint8Array.of(ip.length === 4 ? 1 : 4), ip, Uint8Array.of(port >> 8, port & 0xff)])
}
