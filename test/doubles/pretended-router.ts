// A home router in memory, on a DatagramLan and as the Http port of the computers behind it: PCP, NAT-PMP, UPnP, as many
// of them as a test wants, with the habits that real ones have.

import { fromUtf8, readUint16, readUint32, utf8, writeUint16, writeUint32 } from '../../src/base/bytes.ts'
import type { Clock, Http, HttpRequest, HttpResult } from '../../src/base/ports.ts'
import { childText, readXml } from '../../src/protocol/natmap/xml.ts'
import type { DatagramLan } from './datagram-lan.ts'

export interface RouterHabits {
  readonly pcp: boolean
  readonly natPmp: boolean
  readonly upnp: boolean
  /** Without PCP: says that it is older (true), or nothing. */
  readonly saysOlder: boolean
  readonly igdVersion: 1 | 2
  /** 725 for leases that end. */
  readonly permanentOnly: boolean
  /** Tells what it has when asked for one entry; else says 714. */
  readonly tellsEntries: boolean
  /** Where the answer to a search says that the description is. */
  readonly location: string | undefined
  /** Answers nothing at all. */
  readonly silent: boolean
  /** Refuses with the codes for "not authorised". */
  readonly refuses: boolean
}

const USUAL: RouterHabits = {
  pcp: false,
  natPmp: false,
  upnp: false,
  saysOlder: true,
  igdVersion: 2,
  permanentOnly: false,
  tellsEntries: true,
  location: undefined,
  silent: false,
  refuses: false,
}

export interface Held {
  readonly client: string
  readonly internalPort: number
  readonly leaseS: number
  readonly expiresAt: number
}

export const ROUTER = '192.168.1.1'

export class PretendedRouter implements Pick<Http, 'get'> {
  readonly host: string
  habits: RouterHabits
  externalHost = '203.0.113.7'
  /** `tcp 5000` → who has it. */
  readonly table = new Map<string, Held>()
  /** One word for each request that reached it: `pcp map`, `nat-pmp address`, `search`, `GET /d`, `AddPortMapping` … */
  readonly heard: string[] = []
  /** Every URL that was asked of the Http port, of whatever host. */
  readonly urls: string[] = []
  readonly #lan: DatagramLan
  readonly #clock: Clock
  #bootedAt: number

  constructor(lan: DatagramLan, clock: Clock, habits: Partial<RouterHabits>, host = ROUTER) {
    this.host = host
    this.habits = { ...USUAL, ...habits }
    this.#lan = lan
    this.#clock = clock
    this.#bootedAt = clock.now() - 1_000_000
    void this.#open(lan)
  }

  async #open(lan: DatagramLan): Promise<void> {
    const udp = lan.host(this.host)
    const ports = await udp.bind({ at: { host: this.host, port: 5351 } })
    ports.onMessage = (bytes, from) => {
      const answer = this.habits.silent ? undefined : this.#answer(bytes, from.host)
      if (answer !== undefined) ports.send(answer, from)
    }
    const group = { host: this.host, port: 1900 }
    const ssdp = await udp.bind({ at: group, multicastGroup: '239.255.255.250' })
    ssdp.onMessage = (bytes, from) => {
      if (this.habits.silent || !this.habits.upnp) return
      this.heard.push('search')
      const target = /\nST: (.*)\r\n/.exec(fromUtf8(bytes))?.[1]
      const location = this.habits.location ?? `http://${this.host}:5000/d`
      ssdp.send(utf8(`HTTP/1.1 200 OK\r\nST: ${target}\r\nLOCATION: ${location}\r\n\r\n`), from)
    }
  }

  /** Those still held, as `tcp 5000 -> 192.168.1.2:5000`, sorted. */
  get held(): string[] {
    const now = this.#clock.now()
    return [...this.table]
      .filter(([, { expiresAt }]) => expiresAt > now)
      .map(([key, { client, internalPort }]) => `${key} -> ${client}:${internalPort}`)
      .sort()
  }

  /** Forgets everything, and its clock begins anew; says so to everybody if asked to. */
  restart(announce: boolean): void {
    this.table.clear()
    this.#bootedAt = this.#clock.now()
    if (announce) this.announce(this.host)
  }

  /** The message of RFC 6886, 3.2.1, from whatever address. */
  announce(from: string): void {
    const bytes = this.#natPmp(0, 12)
    bytes.set(this.externalHost.split('.').map(Number), 8)
    this.#lan.send({ bytes, from: { host: from, port: 5351 }, to: { host: '224.0.0.1', port: 5350 } })
  }

  #epochS(): number {
    return Math.floor((this.#clock.now() - this.#bootedAt) / 1_000)
  }

  #answer(bytes: Uint8Array, client: string): Uint8Array | undefined {
    const { pcp, natPmp } = this.habits
    if (bytes[0] === 2) {
      if (pcp) return this.#pcpMap(bytes, client)
      this.heard.push('pcp refused')
      return natPmp && this.habits.saysOlder ? this.#natPmp(1, 8, 1) : undefined
    }
    if (!natPmp) return undefined
    if (bytes[1] === 0) {
      this.heard.push('nat-pmp address')
      const answer = this.#natPmp(0, 12)
      answer.set(this.externalHost.split('.').map(Number), 8)
      return answer
    }
    return this.#natPmpMap(bytes, client)
  }

  #natPmp(opcode: number, lengthBytes: number, result = 0): Uint8Array {
    const answer = new Uint8Array(lengthBytes)
    answer[1] = 128 + opcode
    writeUint16(answer, 2, result)
    writeUint32(answer, 4, this.#epochS())
    return answer
  }

  #natPmpMap(bytes: Uint8Array, client: string): Uint8Array {
    this.heard.push('nat-pmp map')
    const opcode = bytes[1] as number
    const [internal, lifetimeS] = [readUint16(bytes, 4), readUint32(bytes, 8)]
    const answer = this.#natPmp(opcode, 16, this.habits.refuses ? 2 : 0)
    writeUint16(answer, 8, internal)
    if (this.habits.refuses) return answer
    const external = this.#change(
      opcode === 2 ? 'tcp' : 'udp',
      client,
      internal,
      readUint16(bytes, 6),
      lifetimeS,
    )
    writeUint16(answer, 10, external)
    writeUint32(answer, 12, lifetimeS)
    return answer
  }

  #pcpMap(bytes: Uint8Array, client: string): Uint8Array {
    this.heard.push('pcp map')
    const answer = bytes.slice()
    answer[1] = 0x81
    writeUint32(answer, 8, this.#epochS())
    answer.fill(0, 12, 24)
    if (this.habits.refuses) {
      answer[3] = 2
      writeUint32(answer, 4, 60)
      return answer
    }
    const lifetimeS = readUint32(bytes, 4)
    const protocol = bytes[36] === 6 ? 'tcp' : 'udp'
    const internal = readUint16(bytes, 40)
    writeUint16(answer, 42, this.#change(protocol, client, internal, readUint16(bytes, 42), lifetimeS))
    answer.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...this.externalHost.split('.').map(Number)], 44)
    return answer
  }

  /** @returns the external port; another one than suggested when that is somebody else's */
  #change(
    protocol: string,
    client: string,
    internalPort: number,
    suggested: number,
    lifetimeS: number,
  ): number {
    const mine = [...this.table].find(
      ([key, held]) =>
        key.startsWith(protocol) && held.client === client && held.internalPort === internalPort,
    )
    if (lifetimeS === 0) {
      if (mine !== undefined) this.table.delete(mine[0])
      return 0
    }
    let port = mine === undefined ? suggested : Number(mine[0].split(' ')[1])
    while (mine === undefined && this.#taken(`${protocol} ${port}`)) port++
    this.#hold(`${protocol} ${port}`, client, internalPort, lifetimeS)
    return port
  }

  #taken(key: string): boolean {
    return (this.table.get(key)?.expiresAt ?? 0) > this.#clock.now()
  }

  #hold(key: string, client: string, internalPort: number, leaseS: number): void {
    const expiresAt = leaseS === 0 ? Number.POSITIVE_INFINITY : this.#clock.now() + 1_000 * leaseS
    this.table.set(key, { client, internalPort, leaseS, expiresAt })
  }

  get(request: HttpRequest): { readonly result: Promise<HttpResult>; cancel(): void } {
    this.urls.push(request.url)
    let end = (_: HttpResult): void => {}
    const ended = new Promise<HttpResult>((resolve) => {
      end = resolve
    })
    const url = new URL(request.url)
    const hop = { url: request.url, redirectedBy: undefined }
    if (!request.mayConnect(url.hostname, hop)) end({ ok: false, failure: 'ADDRESS_REFUSED', detail: '' })
    else if (!this.habits.silent && url.hostname === this.host) end(this.#web(request, url))
    const alarm = this.#clock.schedule(
      (this.#clock.now() + request.timeoutMs) as ReturnType<Clock['now']>,
      () => end({ ok: false, failure: 'TIMEOUT', detail: '' }),
    )
    return { result: ended.finally(alarm), cancel: () => end({ ok: false, failure: 'OTHER', detail: '' }) }
  }

  #web(request: HttpRequest, url: URL): HttpResult {
    if (request.method !== 'POST') {
      this.heard.push(`GET ${url.pathname}`)
      return this.#said(200, description(this.habits.igdVersion))
    }
    const call = readXml(fromUtf8(request.body ?? new Uint8Array()))?.children[0]?.children[0]
    if (call === undefined) return this.#fault(402)
    this.heard.push(call.name)
    const value = (name: string) => childText(call, name) ?? ''
    const key = `${value('NewProtocol').toLowerCase()} ${value('NewExternalPort')}`
    switch (call.name) {
      case 'GetExternalIPAddress':
        return this.#done(call.name, `<NewExternalIPAddress>${this.externalHost}</NewExternalIPAddress>`)
      case 'GetSpecificPortMappingEntry': {
        const held = this.table.get(key)
        if (held === undefined || !this.#taken(key) || !this.habits.tellsEntries) return this.#fault(714)
        return this.#done(
          call.name,
          `<NewInternalPort>${held.internalPort}</NewInternalPort><NewInternalClient>${held.client}</NewInternalClient>`,
        )
      }
      case 'AddPortMapping':
      case 'AddAnyPortMapping':
        return this.#add(call.name, key, value)
      case 'DeletePortMapping':
        return this.table.delete(key) ? this.#done(call.name, '') : this.#fault(714)
      default:
        return this.#fault(401)
    }
  }

  #add(action: string, key: string, value: (name: string) => string): HttpResult {
    const [client, internalPort] = [value('NewInternalClient'), Number(value('NewInternalPort'))]
    const leaseS = Number(value('NewLeaseDuration'))
    if (this.habits.refuses) return this.#fault(606)
    if (this.habits.permanentOnly && leaseS !== 0) return this.#fault(725)
    let wanted = key
    const isOthers = () => this.#taken(wanted) && this.table.get(wanted)?.client !== client
    if (isOthers() && action === 'AddPortMapping') return this.#fault(718)
    while (isOthers()) wanted = wanted.replace(/\d+$/, (port) => String(Number(port) + 1))
    this.#hold(wanted, client, internalPort, leaseS)
    return this.#done(action, `<NewReservedPort>${wanted.split(' ')[1]}</NewReservedPort>`)
  }

  #done(action: string, values: string): HttpResult {
    return this.#said(200, envelope(`<u:${action}Response xmlns:u="urn:x">${values}</u:${action}Response>`))
  }

  #fault(code: number): HttpResult {
    const detail = `<detail><UPnPError><errorCode>${code}</errorCode></UPnPError></detail>`
    return this.#said(500, envelope(`<s:Fault><faultcode>s:Client</faultcode>${detail}</s:Fault>`))
  }

  #said(status: number, text: string): HttpResult {
    return { ok: true, status, body: utf8(text), remote: this.host }
  }
}

function envelope(body: string): string {
  return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`
}

function description(version: 1 | 2): string {
  const type = `urn:schemas-upnp-org:service:WANIPConnection:${version}`
  return `<root><device><friendlyName>Pretended</friendlyName><serviceList><service><serviceType>${type}</serviceType><controlURL>/c</controlURL></service></serviceList></device></root>`
}
