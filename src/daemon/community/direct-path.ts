// Straight connections between the engines of two devices that are linked: one asks the other for a ticket, calls its listener by the
// engine's one way out, and both speak TLS with the ticket's key. Where it cannot be called it is given a ticket and calls back.
// Promises: what comes of it is known within DIRECT_MS; a connection is given to the ticket's realm and device, and to none that is not
// allowed there any more; whom the person's filters forbid is neither called nor let in.

import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { type Connection, type Random, SocketError, type Tcp } from '../../base/ports.ts'
import type { ConnectionGate } from '../../engine/session/gate.ts'
import type { Session } from '../../engine/session/session.ts'
import type { ClosedRealm } from '../../engine/torrent/options.ts'
import type { Exit } from '../../platform/exit/exit.ts'
import { localAddresses } from '../../platform/interfaces.ts'
import { keyedTls } from '../../platform/keyed-tls.ts'
import { TcpConnection } from '../../platform/tcp-connection.ts'
import type { CircleRealms } from './circle-realms.ts'
import { IDENTITY_BYTES, KEY_BYTES, MOST_HOSTS, placesOf, type Ticket } from './direct-ticket.ts'
import type { InnerCalls, PeopleAsks } from './people-messages.ts'
import type { TicketDoor } from './ticket-door.ts'

/** Both tries together; then the stream through the people process is taken. */
const DIRECT_MS = 3_000
/** Calling them, before they are asked to call us: two round trips of the slowest usual way. */
const CALL_MS = 1_500
/** Where there was no way is not tried again for so long. */
const NOT_AGAIN_MS = 60_000
/** Devices of members are a few thousand at most; the oldest is forgotten first. */
const MOST_CLOSED = 1_000
const EVERYWHERE: ReadonlySet<string> = new Set(['::', '0.0.0.0'])

export interface DirectEngine {
  readonly ports: { readonly tcp: Tcp }
  readonly session: Pick<Session, 'listensAt' | 'reach'>
  readonly exit: Exit
  readonly gate: ConnectionGate | undefined
}

export interface DirectGround {
  readonly random: Random
  readonly door: TicketDoor
  engine(): DirectEngine | undefined
  readonly realms: Pick<CircleRealms, 'allows' | 'arrived' | 'endpointOf'>
  ask: (...input: Parameters<InnerCalls['askDirect']>) => ReturnType<InnerCalls['askDirect']>
}

interface Issued {
  readonly ticket: Ticket
  readonly connection: Promise<Connection | undefined>
  cancel(): void
}

export class DirectPath {
  readonly #ground: DirectGround
  /** Where there was no way, until when. */
  readonly #closed = new Map<string, number>()

  constructor(ground: DirectGround) {
    this.#ground = ground
  }

  /** @param as under which address its device stands */
  async dial(realm: ClosedRealm, device: string, as: Endpoint): Promise<Connection | undefined> {
    if ((this.#closed.get(device) ?? 0) > performance.now()) return undefined
    const from = performance.now()
    const left = (): number => Math.max(1, DIRECT_MS - (performance.now() - from))
    // Whoever answers for people may be away: then nobody is reached.
    const ask = (ticket: Ticket | undefined) =>
      within(
        this.#ground.ask({ realm, device, ticket }).catch(() => undefined),
        left(),
      )
    const answer = await ask(undefined)
    if (answer === undefined) return undefined
    const called =
      answer.ticket && (await this.#call(answer.ticket, answer.seen, as, Math.min(CALL_MS, left())))
    const connection = called ?? (await this.#beCalled(as, ask, left))
    if (connection !== undefined) this.#closed.delete(device)
    else this.#remember(device)
    return connection
  }

  async #beCalled(
    as: Endpoint,
    ask: (ticket: Ticket) => Promise<unknown>,
    left: () => number,
  ): Promise<Connection | undefined> {
    const issued = this.#issue(as)
    if (issued === undefined) return undefined
    void ask(issued.ticket)
    const connection = await within(issued.connection, left())
    issued.cancel()
    return connection
  }

  #remember(device: string): void {
    if (this.#closed.size >= MOST_CLOSED) this.#closed.delete(this.#closed.keys().next().value as string)
    this.#closed.set(device, performance.now() + NOT_AGAIN_MS)
  }

  /** Another device asks for a ticket, or gives one to call it by. */
  async asked({ realm, device, ticket, seen }: Parameters<PeopleAsks['directAsked']>[0]) {
    const { realms } = this.#ground
    if (!realms.allows(realm, device)) return undefined
    const as = realms.endpointOf(device)
    const arrived = (connection: Connection | undefined): void => {
      if (connection !== undefined) realms.arrived(realm, device, connection)
    }
    if (ticket !== undefined) {
      void this.#call(ticket, seen, as, DIRECT_MS).then(arrived)
      return undefined
    }
    const issued = this.#issue(as)
    void issued?.connection.then(arrived)
    return issued?.ticket
  }

  /** Undefined where nobody can call, or too many are awaited. */
  #issue(as: Endpoint): Issued | undefined {
    const { random, door } = this.#ground
    const engine = this.#ground.engine()
    const at = engine?.session.listensAt
    if (engine === undefined || at === undefined) return undefined
    const [identity, key] = [random.bytes(IDENTITY_BYTES), random.bytes(KEY_BYTES)]
    const { promise, resolve } = Promise.withResolvers<Connection | undefined>()
    let over = false
    const end = door.expect(identity, as.host, (shown, early) => {
      const shaking = keyedTls(shown, { side: 'called', key, remote: as, early, timeoutMs: DIRECT_MS })
      void shaking.then((connection) => {
        if (connection instanceof SocketError || !over) return resolve(heard(connection))
        connection.close()
      })
    })
    if (end === undefined) return undefined
    const cancel = (): void => {
      over = true
      end()
    }
    const { reach } = engine.session
    const own = EVERYWHERE.has(at.host)
      ? engine.exit.kind === 'bound'
        ? engine.exit.addresses()
        : localAddresses()
      : [at.host]
    const outside = ([4, 6] as const).map((family) => reach.reachability.outside(family))
    const hosts = [...new Set([...outside, ...own])].filter((host) => host !== undefined).slice(0, MOST_HOSTS)
    const ticket = { identity, key, hosts, port: at.port, outsidePort: reach.announcedPort || at.port }
    return { ticket, connection: promise, cancel }
  }

  /** All its places at once: the first that has the key. */
  async #call(
    ticket: Ticket,
    seen: string | undefined,
    as: Endpoint,
    timeoutMs: number,
  ): Promise<Connection | undefined> {
    const engine = this.#ground.engine()
    if (engine === undefined) return undefined
    const { promise, resolve } = Promise.withResolvers<Connection | undefined>()
    const own = engine.session.listensAt
    const places = placesOf(ticket, seen).filter(
      (to) => engine.gate?.allows(to.host) !== false && endpointText(to) !== (own && endpointText(own)),
    )
    let found = false
    const dials = places.map((to) => engine.ports.tcp.dial(to, timeoutMs))
    const tries = dials.map(async ({ result }) => {
      const dialled = await result
      if (!(dialled instanceof TcpConnection)) return
      if (found) return dialled.close()
      const { identity: before, key } = ticket
      const connection = await keyedTls(dialled, { side: 'caller', key, remote: as, before, timeoutMs })
      if (connection instanceof SocketError) return
      if (found) return connection.close()
      found = true
      for (const { cancel } of dials) cancel()
      resolve(connection)
    })
    void Promise.all(tries).then(() => resolve(undefined))
    return await promise
  }
}

function heard(connection: Connection | SocketError): Connection | undefined {
  return connection instanceof SocketError ? undefined : connection
}

/** Undefined where it takes longer. */
function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
