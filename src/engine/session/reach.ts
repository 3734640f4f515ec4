// How one session is reached and reaches others: its listening ports, the DHT over its UDP port, and what is known of its
// address outside. It joins the parts of engine/transport and engine/discovery and decides nothing that they decide.
// Invariant: TCP and UDP have the same port number, so that one number is all that others need to know.

import { isPublicHost, scopeOf } from '../../base/address.ts'
import type { DeadlineQueue } from '../../base/deadline-queue.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { after } from '../../base/ids.ts'
import { type Connection, type Listener, type Ports, SocketError } from '../../base/ports.ts'
import { type AnnouncedPort, DhtDiscovery } from '../discovery/dht.ts'
import { DhtTableStore } from '../discovery/dht-table-store.ts'
import { type Gateways, PortMapping, type PortMappingStatus } from '../discovery/port-map.ts'
import type { DialKind } from '../torrent/services.ts'
import { SharedDatagrams } from '../transport/datagrams.ts'
import type { Dialer } from '../transport/racing.ts'
import { UtpTransport } from '../transport/utp.ts'
import { Reachability, type ReachJudgement, type Way } from './reachability.ts'
import type { SessionOptions } from './session-options.ts'

/** A port that TCP was given and UDP cannot have is given back, and another one is asked for, so often. */
const PORT_TRIES = 5
/** How long others may take to acknowledge our last bytes; who does not in this time is gone (SAFETY.md, G19: quitting takes 10 s in all). */
const LAST_BYTES_MS = 1_000
const LAST_BYTES_LOOK_MS = 20

export type ReachOptions = Pick<
  SessionOptions,
  | 'listen'
  | 'stateFolder'
  | 'transports'
  | 'dht'
  | 'dhtNodes'
  | 'dhtRouters'
  | 'dhtIds'
  | 'utp'
  | 'portMapping'
  | 'gateways'
  | 'gate'
  | 'warn'
>

export class Reach {
  readonly #ports: Ports
  readonly #options: ReachOptions
  readonly #wakes: DeadlineQueue
  readonly #accepted: (connection: Connection) => void
  #listener: Listener | undefined
  #datagrams: SharedDatagrams | undefined
  #utp: UtpTransport | undefined
  #dht: DhtDiscovery | undefined
  readonly reachability = new Reachability()
  #mapping: PortMapping | undefined
  #mappingOver: Promise<void> | undefined
  /** The port that the router holds for us, while it holds one. */
  #externalPort: number | undefined
  /** Called when others must be told of another port. */
  moved: () => void = () => {}

  constructor(
    ports: Ports,
    options: ReachOptions,
    wakes: DeadlineQueue,
    accepted: (connection: Connection) => void,
  ) {
    this.#ports = ports
    this.#options = options
    this.#wakes = wakes
    this.#accepted = accepted
  }

  /** @throws SocketError when a port cannot be had */
  async open(): Promise<void> {
    await this.#openPorts()
    this.#openMapping()
    const datagrams = this.#datagrams
    if (datagrams === undefined) return
    if (this.#options.utp) this.#openUtp(datagrams)
    if (this.#options.dht) await this.#openDht(datagrams)
  }

  async #openPorts(): Promise<void> {
    const { listen } = this.#options
    for (let tries = 1; ; tries++) {
      if (listen !== undefined) this.#listener = await this.#ports.tcp.listen(listen, this.#accepted)
      if (!this.#options.dht && !this.#options.utp) return
      try {
        const at = { host: listen?.host ?? '::', port: this.#listener?.local.port ?? 0 }
        this.#datagrams = await SharedDatagrams.open(this.#ports.udp, at)
        return
      } catch (error) {
        await this.#listener?.close()
        const another = error instanceof SocketError && error.code === 'IN_USE' && listen?.port === 0
        if (!another || tries >= PORT_TRIES) throw error
      }
    }
  }

  /** Where nobody outside this computer could come in anyway, no router is asked. */
  #openMapping(): void {
    const { portMapping, gateways, listen } = this.#options
    const { listensAt } = this
    if (!portMapping || gateways === undefined || listen === undefined || listensAt === undefined) return
    if (scopeOf(listen.host) === 'loopback') return
    const { udp, http, clock, random } = this.#ports
    const mapping = new PortMapping({
      udp,
      http,
      clock,
      random,
      wakes: this.#wakes,
      gateways: towards(listen.host, gateways),
    })
    this.#mapping = mapping
    mapping.onChange = () => this.#mappingChanged(mapping.announcedPort())
    mapping.onMove = () => {
      this.reachability.clear()
      this.#dht?.networkChanged()
    }
    mapping.start({ tcp: listensAt.port, udp: this.udpPort })
  }

  #mappingChanged(externalPort: number | undefined): void {
    const before = this.announcedPort
    this.#externalPort = externalPort
    if (this.announcedPort === before) return
    this.#dht?.announceAgain()
    this.moved()
  }

  #openUtp(datagrams: SharedDatagrams): void {
    const { clock, random } = this.#ports
    const { listen } = this.#options
    const utp = new UtpTransport({
      clock,
      random,
      send: (bytes, to) => datagrams.send(bytes, to),
      local: (family) => datagrams.local(family),
      accepted: listen === undefined ? undefined : this.#accepted,
    })
    this.#utp = utp
    datagrams.utp = utp
  }

  async #openDht(datagrams: SharedDatagrams): Promise<void> {
    const { clock, random, digest, signatures, names, disk } = this.#ports
    const { gate, dhtNodes, dhtRouters, dhtIds, stateFolder, listen } = this.#options
    const dht = new DhtDiscovery({
      clock,
      random,
      digest,
      signatures,
      names,
      wakes: this.#wakes,
      families: datagrams.families,
      send: (bytes, to) => datagrams.send(bytes, to),
      announced: () => this.announced,
      nodes: dhtNodes,
      routers: dhtRouters,
      ids: dhtIds,
      readOnly: listen === undefined,
      ...(gate === undefined ? {} : { allows: (host) => gate.allows(host) }),
      externalAddress: (host) => this.reachability.seenAs(host, 'dht'),
    })
    this.#dht = dht
    datagrams.dht = dht
    dht.start(await new DhtTableStore(disk, stateFolder).read())
  }

  /**
   * How to dial, the first way with a lead. TCP costs less; but uTP comes first towards the outside until TCP is known to
   * reach us. Behind a NAT a uTP connection keeps our UDP port mapped and shows where it is seen: only so the other side
   * can tell that to those who are to punch through to us (BEP 55).
   */
  ways(how: DialKind, to: Endpoint): readonly Dialer[] {
    const { tcp = true } = this.#options.transports ?? {}
    const overTcp = tcp && how === 'any' ? [this.#ports.tcp] : []
    const overUtp = this.#utp === undefined ? [] : [this.#utp]
    return this.#hiddenFrom(to) ? [...overUtp, ...overTcp] : [...overTcp, ...overUtp]
  }

  /** On IPv4, as far as is known. */
  get mayBeHidden(): boolean {
    return this.#mayBeHidden(4)
  }

  #hiddenFrom({ host }: Endpoint): boolean {
    return isPublicHost(host) && this.#mayBeHidden(isIPv6(host) ? 6 : 4)
  }

  #mayBeHidden(family: 4 | 6): boolean {
    // Who does not listen (behind a proxy) is not punched through to either.
    if (this.#options.listen === undefined || this.#externalPort !== undefined) return false
    return this.reachability.mayBeHidden(family, this.#ports.clock.now())
  }

  /** We can go through holes that others help to make: uTP is on. */
  get punches(): boolean {
    return this.#utp !== undefined
  }

  get dht(): DhtDiscovery | undefined {
    return this.#dht
  }

  /** Undefined when nobody can connect to us. */
  get listensAt(): Endpoint | undefined {
    return this.#listener?.local
  }

  /** The UDP port of the DHT and of uTP; 0 where there is none. */
  get udpPort(): number {
    return this.#datagrams?.port ?? 0
  }

  /** Whether others can reach us, and what would help. */
  judge(): ReachJudgement {
    const facts = { listens: (way: Way) => this.#listens(way), mapped: this.#externalPort !== undefined }
    return this.reachability.judge(facts, this.#ports.clock.now())
  }

  #listens(way: Way): boolean {
    const family = way.endsWith('4') ? 4 : 6
    if (way === 'utp4' || way === 'utp6')
      return this.#options.utp && this.#datagrams?.local(family) !== undefined
    const host = this.#listener?.local.host
    return host !== undefined && (host === '::' || isIPv6(host) === (family === 6))
  }

  /** The port that others are told to connect to: the router's, where it holds one; 0 for none. */
  get announcedPort(): number {
    return this.#externalPort ?? this.listenPort
  }

  /** The port we listen on: the one for others on the local network. */
  get listenPort(): number {
    return this.#listener?.local.port ?? 0
  }

  get portMapping(): PortMappingStatus {
    return this.#mapping?.status() ?? { state: 'off', routers: [] }
  }

  get announced(): AnnouncedPort {
    // A port that the router promised is better than the one that our datagrams happen to come from.
    const implied = this.#externalPort === undefined && this.udpPort !== 0
    return { port: this.announcedPort, implied: implied && this.announcedPort === this.udpPort }
  }

  /** Nobody comes in any more; the router forgets us meanwhile. What was announced stays so for farewells. */
  async stopListening(): Promise<void> {
    if (this.#mapping !== undefined) {
      this.#mapping.onChange = () => {}
      this.#mappingOver = this.#mapping.stop()
    }
    await this.#listener?.close()
  }

  /** A uTP connection that was closed sees to what it has sent, by the socket that is about to be closed. */
  async #lastBytes(): Promise<void> {
    const { clock } = this.#ports
    const until = after(clock.now(), LAST_BYTES_MS)
    while ((this.#utp?.connections ?? 0) > 0 && clock.now() < until)
      await new Promise<void>((look) => clock.schedule(after(clock.now(), LAST_BYTES_LOOK_MS), look))
  }

  /** The DHT's nodes are kept, sockets are closed. */
  async close(): Promise<void> {
    const { disk } = this.#ports
    const { stateFolder, warn } = this.#options
    const nodes = this.#dht?.close() ?? []
    await this.#lastBytes()
    this.#utp?.close()
    this.#datagrams?.close()
    await this.#mappingOver
    if (nodes.length === 0) return
    const kept = await new DhtTableStore(disk, stateFolder).write(nodes)
    if (!kept) warn?.({ code: 'NODES_NOT_KEPT', name: 'dht', why: 'DISK' })
  }
}

/** Who listens on one address only can be reached there alone: a router that sees us under another one cannot help. */
function towards(host: string, gateways: Gateways): Gateways {
  if (scopeOf(host) === 'none') return gateways
  return { find: async () => (await gateways.find()).filter(({ ownHost }) => ownHost === host) }
}
