// The network as the host has it: the node on this computer's ports, frames that wait for their turn to be durable, and calls to
// those who are wanted. Everything leaves by the one way out that transfers leave by.

import { scopeOf } from '../../base/address.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { type Clock, type Random, SocketError, type Udp } from '../../base/ports.ts'
import {
  type DeviceAddress,
  MOST_ADDRESSES,
  parsePlace,
  placeText,
  readAddresses,
} from '../../community/device-address.ts'
import type { DeviceId } from '../../community/ids.ts'
import { Meeting, type MeetingWorld } from '../../community/meeting/meeting.ts'
import { CommunityNode, type NodeOptions } from '../../community/network/node.ts'
import type { Wire } from '../../community/network/wire.ts'
import type { Link } from '../../community/service.ts'
import type { Carrier } from '../../community/switchboard.ts'
import { type Exit, ExitError } from '../../platform/exit/exit.ts'
import { openExit } from '../../platform/exit/open-exit.ts'
import { localAddresses } from '../../platform/interfaces.ts'
import { NodeTcp } from '../../platform/tcp.ts'
import { NodeUdp } from '../../platform/udp.ts'
import { Outbox } from './outbox.ts'
import { type PeopleError, unavailable } from './people-error.ts'
import type { PeoplePlan } from './people-messages.ts'
import { openWires } from './wires.ts'

export interface NetTask {
  readonly plan: Pick<PeoplePlan, 'port' | 'hosts' | 'interface'>
  readonly deviceSeed: Uint8Array
  readonly clock: Clock
  readonly random: Random
  readonly gate: NodeOptions['gate']
  readonly world: MeetingWorld
  readonly opened: NodeOptions['events']['opened']
  linked(link: Link): void
  received(device: DeviceId, bytes: Uint8Array): void
  drained(device: DeviceId): void
  unlinked(device: DeviceId): void
  /** Where this device can be called is other than before. */
  moved(): void
  /** What the router lets through to this port; it is asked to by being asked. */
  mapped(port: number): Promise<readonly string[]>
  /** A call succeeded by one of these. */
  reached(device: DeviceId, addresses: readonly DeviceAddress[]): void
  log(event: string, code: string): void
}

const EVERYWHERE = '::'
/** Told of ours: of two networks two ways each and one to spare; then how datagrams are seen, then members that carry. */
const OWN_ADDRESSES = 5
const RELAYS = 2
const LOOK_EVERY_MS = 60_000
/** Hanging up cuts off what the system has not sent yet. */
const LAST_WORDS_MS = 500
/** After a link, for what its other side sees of us to be told. */
const WITNESS_MS = 500

export class PeopleNet implements Carrier {
  readonly #task: NetTask
  readonly #outbox: Outbox
  readonly #meeting: Meeting
  /** What the router lets through to us, once it does. */
  #mapped: readonly DeviceAddress[] = []
  #node: CommunityNode | undefined
  #exit: Exit | undefined
  #udp: Udp | undefined
  /** Where our datagrams are seen by others. */
  #seen: readonly DeviceAddress[] = []
  #told = ''
  #cancelLook: () => void = () => undefined
  #cancelCalls: () => void = () => undefined
  #closed = false

  constructor(task: NetTask) {
    this.#task = task
    this.#meeting = new Meeting(task.world, task.random)
    this.#outbox = new Outbox(
      {
        send: (device, frame) => this.#node?.send(device, frame) ?? false,
        hangUp: (device, code, blame) => {
          const { clock } = task
          if (!blame) {
            // What was said last is still on its way.
            clock.schedule((clock.now() + LAST_WORDS_MS) as Millis, () => this.#node?.hangUp(device, false))
            return
          }
          task.log('people-hung-up', code)
          this.#node?.hangUp(device, true)
        },
      },
      (device) => task.drained(device),
    )
  }

  /** Undefined when it runs. */
  async open(): Promise<PeopleError | undefined> {
    const { plan, clock, random, deviceSeed, gate } = this.#task
    try {
      const exit = await openExit({ interface: plan.interface })
      this.#exit = exit
      const udp = new NodeUdp(exit)
      this.#udp = udp
      this.#node = await CommunityNode.start({
        seed: deviceSeed,
        now: () => clock.now(),
        wires: await openAt(plan, (at) => openWires({ tcp: new NodeTcp(exit), udp, clock, random, at })),
        gate,
        events: {
          linked: (link) => {
            this.#meeting.linked(link.device, clock.now())
            this.#outbox.linked(link.device)
            this.#task.linked(link)
            // Who cannot be called learns from the first witness where it is seen: others must hear of it before that one goes.
            if (this.#seen.length === 0) this.#lookAgainIn(WITNESS_MS)
          },
          received: (device, bytes) => this.#task.received(device, bytes),
          drained: (device) => this.#outbox.drained(device),
          unlinked: (device) => {
            this.#outbox.unlinked(device)
            this.#task.unlinked(device)
            this.#meeting.lost(device, clock.now())
            this.#callSoon()
          },
          opened: (device, header, stream) => this.#task.opened(device, header, stream),
        },
      })
    } catch (error) {
      await this.close()
      if (error instanceof ExitError) return unavailable(`nothing can leave as told: ${error.code}`)
      if (error instanceof SocketError) return unavailable(`its port cannot be had: ${error.code}`)
      throw error
    }
    this.#callSoon()
    void this.#lookAtAddresses()
    return undefined
  }

  /** Datagrams by the one way out; undefined before it is open. */
  get udp(): Udp | undefined {
    return this.#udp
  }

  get node(): CommunityNode | undefined {
    return this.#node
  }

  get port(): number | undefined {
    return this.#node?.listening('tcp')[0]?.port ?? this.#node?.listening('utp')[0]?.port
  }

  /** Where others may call this device, best first. */
  get addresses(): readonly DeviceAddress[] {
    const node = this.#node
    if (node === undefined) return []
    const own = (['tcp', 'utp'] as const).flatMap((by) =>
      node.listening(by).flatMap((at) => this.#reachable(at).map((host) => ({ by, at: { ...at, host } }))),
    )
    const texts = own.sort((a, b) => rank(a.at) - rank(b.at)).map(placeText)
    const relays = node.relays().map((through) => placeText({ by: 'relay', through }))
    return [
      ...new Set([
        ...[...this.#mapped, ...texts].slice(0, OWN_ADDRESSES),
        ...this.#seen.slice(0, 1),
        ...relays.slice(0, RELAYS),
      ]),
    ].slice(0, MOST_ADDRESSES)
  }

  /** Networks come and go, and routers see us otherwise: told when it is so. */
  async #lookAtAddresses(): Promise<void> {
    this.#cancelLook()
    const { port } = this
    const [seen, mapped] = await Promise.all([
      this.#node?.outside(),
      // The daemon ends, or answers no more: then there is nothing new.
      port === undefined ? [] : this.#task.mapped(port).catch(() => this.#mapped),
    ])
    if (this.#closed) return
    this.#seen = seen ?? []
    this.#mapped = readAddresses(mapped)
    const text = this.addresses.join(' ')
    if (text !== this.#told) {
      this.#told = text
      // Another network: what did not answer before may answer here.
      this.hope()
      this.#task.moved()
    }
    this.#lookAgainIn(LOOK_EVERY_MS)
  }

  #lookAgainIn(ms: number): void {
    this.#cancelLook()
    const { clock } = this.#task
    this.#cancelLook = clock.schedule((clock.now() + ms) as Millis, () => void this.#lookAtAddresses())
  }

  #reachable({ host }: Endpoint): readonly string[] {
    if (host !== EVERYWHERE && host !== '0.0.0.0') return [host]
    const exit = this.#exit
    return exit?.kind === 'bound' ? exit.addresses() : localAddresses()
  }

  // ── Frames ────────────────────────────────────────────────────────────────────────────────────────

  send(device: DeviceId, frame: Uint8Array): boolean {
    return this.#outbox.send(device, frame)
  }

  hangUp(device: DeviceId, code: string, blame: boolean): void {
    this.#outbox.hangUp(device, code, blame)
  }

  hold(device: DeviceId, held: boolean): void {
    this.#node?.hold(device, held)
  }

  /** What they speak of is durable. */
  flush(): void {
    this.#outbox.flush()
  }

  // ── Calls ─────────────────────────────────────────────────────────────────────────────────────────

  /** Who is wanted may be others. */
  changed(): void {
    this.#meeting.changed(this.#task.clock.now())
    this.#callSoon()
  }

  /** What these may have been refused for, or refused us for, is otherwise; absent: anybody. */
  hope(devices?: ReadonlySet<DeviceId>): void {
    this.#meeting.hope(this.#task.clock.now(), devices)
    this.#callSoon()
  }

  /** A new address of it. */
  heardOf(device: DeviceId): void {
    this.#meeting.heardOf(device, this.#task.clock.now())
    this.#callSoon()
  }

  #callSoon(): void {
    const { clock } = this.#task
    this.#cancelCalls()
    if (this.#closed || this.#node === undefined) return
    const at = this.#meeting.deadline() ?? clock.now()
    this.#cancelCalls = clock.schedule(at as Millis, () => this.#call())
  }

  #call(): void {
    const { clock } = this.#task
    for (const { device, addresses } of this.#meeting.take(clock.now())) {
      void this.#node?.dial(device, addresses).then((outcome) => {
        this.#meeting.ended(device, outcome === 'linked', clock.now())
        const at = this.#node?.remoteHost(device)
        const used = addresses.filter((address) => hostOf(address) === at)
        if (outcome === 'linked' && !this.#closed && used.length > 0) this.#task.reached(device, used)
        this.#callSoon()
      })
    }
    this.#callSoon()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelCalls()
    this.#cancelLook()
    await this.#node?.close()
    const exit = this.#exit
    if (exit !== undefined && exit.kind !== 'direct') exit.close()
  }
}

/** At the port that was asked for or had before; where somebody else has it now, at any. */
async function openAt(
  { port, hosts }: NetTask['plan'],
  open: (at: Endpoint) => Promise<readonly Wire[]>,
): Promise<readonly Wire[]> {
  const host = hosts[0] ?? EVERYWHERE
  try {
    return await open({ host, port })
  } catch (error) {
    if (port === 0 || !(error instanceof SocketError)) throw error
    return await open({ host, port: 0 })
  }
}

function hostOf(address: DeviceAddress): string | undefined {
  const place = parsePlace(address)
  return place?.by === 'relay' ? undefined : place?.at.host
}

const SCOPES = ['public', 'private', 'link', 'loopback', 'none']

/** Widest scope first. */
function rank({ host }: Endpoint): number {
  return SCOPES.indexOf(scopeOf(host))
}
