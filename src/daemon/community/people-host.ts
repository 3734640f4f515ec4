// What runs in the people process, joined: identity, database, turns, the switchboard with its services, the network below.
// It decides nothing that they decide. Order of closing: nothing new comes in, what is written is committed, then the database.

import type { PeopleChange } from '../../api/schemas/events.ts'
import type { Millis } from '../../base/ids.ts'
import type { DeviceId } from '../../community/ids.ts'
import { HpkeKeys } from '../../community/network/hpke.ts'
import { SystemCrypto } from '../../community/network/system-crypto.ts'
import type { Wall } from '../../community/service.ts'
import { type Standing, Switchboard } from '../../community/switchboard.ts'
import { SystemClock } from '../../platform/clock.ts'
import { SystemRandom } from '../../platform/random.ts'
import type { LogFacts, LogLevel } from '../log.ts'
import { IdentityFile } from './identity-file.ts'
import { type IdentityTools, type OwnIdentity, openIdentity } from './own-identity.ts'
import { PeopleError, unavailable } from './people-error.ts'
import type { PeoplePlan, PeopleSettings } from './people-messages.ts'
import { PeopleNet } from './people-net.ts'
import type { Ask, PeopleGround, PeoplePart } from './people-part.ts'
import { openParts } from './people-parts.ts'
import { AddressRecords } from './store/address-records.ts'
import { openCommunity } from './store/community-database.ts'
import { Turns } from './turns.ts'

export interface HostPorts {
  readonly ask: Ask
  changed(change: PeopleChange): void
  /** Who I am is another: the process is to begin anew. */
  again(): void
  log(level: LogLevel, event: string, facts?: LogFacts): void
  /** Everything is of no use any more: the process is to end, at once. */
  failed(error: unknown): void
}

type Call = (input: unknown) => unknown

const TRUST: readonly Standing[] = ['stranger', 'guest', 'member']

export class PeopleHost {
  readonly #tools: IdentityTools
  readonly #ports: HostPorts
  readonly #clock = new SystemClock()
  readonly #turns: Turns
  readonly #switchboard: Switchboard
  readonly #net: PeopleNet
  readonly #addresses: AddressRecords
  readonly #parts: readonly PeoplePart[]
  readonly #calls: ReadonlyMap<string, Call>
  #settings: PeopleSettings
  #changes: PeopleChange[] = []
  #cancelWake: () => void = () => undefined
  #closed = false

  /** Or why it cannot begin. */
  static async open(plan: PeoplePlan, ports: HostPorts): Promise<PeopleHost | PeopleError> {
    const opened = openCommunity(plan.stateFolder)
    if (opened instanceof PeopleError) return opened
    const { database, setAside } = opened
    if (setAside !== undefined) ports.log('error', 'community-database-set-aside', { aside: setAside })
    const clock = new SystemClock()
    const wall: Wall = { seconds: () => Math.floor(clock.wallMs() / 1_000) }
    const tools: IdentityTools = {
      file: new IdentityFile(plan.stateFolder),
      database,
      crypto: new SystemCrypto(),
      sealing: new HpkeKeys(),
      random: new SystemRandom(),
      wall,
    }
    try {
      const host = new PeopleHost(plan, ports, tools, await openIdentity(tools))
      const problem = await host.#net.open()
      if (problem === undefined) {
        for (const part of host.#parts) await part.networkIsThere?.()
        return host
      }
      await host.close()
      return problem
    } catch (error) {
      if (database.isOpen) database.close()
      if (error instanceof PeopleError) return error
      throw error
    }
  }

  private constructor(plan: PeoplePlan, ports: HostPorts, tools: IdentityTools, own: OwnIdentity) {
    this.#tools = tools
    this.#ports = ports
    this.#settings = plan.settings
    this.#addresses = new AddressRecords(tools.database, tools.wall)
    this.#turns = new Turns(tools.database, {
      committed: () => this.#committed(),
      failed: (error) => ports.failed(error),
    })
    const clock = this.#clock
    this.#net = new PeopleNet({
      plan,
      deviceSeed: own.deviceSeed,
      clock,
      random: tools.random,
      gate: {
        mayLink: (device) => !this.#parts.some((part) => part.blocks?.(device)),
        knows: (device) => this.#parts.some((part) => part.knows?.(device)),
        mayRelay: (from, to) => {
          for (const part of this.#parts) {
            const account = part.mayRelay?.(from, to)
            if (account !== undefined) return account
          }
          return undefined
        },
      },
      world: {
        wanted: () => this.#wanted(),
        addresses: (device) => [
          ...new Set([
            ...this.#parts.flatMap((part) => part.addresses?.(device) ?? []),
            ...this.#addresses.addresses(device),
          ]),
        ],
      },
      opened: (device, header, stream) =>
        this.#turn(() => this.#parts.some((part) => part.opened?.(device, header, stream) === true)),
      moved: () =>
        this.#turn(() => {
          for (const part of this.#parts) part.moved?.()
        }),
      linked: (link) =>
        this.#turn(() => {
          this.#addresses.seen(link.device)
          this.#switchboard.linked(link, clock.now())
        }),
      received: (device, bytes) => this.#turn(() => this.#switchboard.received(device, bytes, clock.now())),
      drained: (device) => this.#turn(() => this.#switchboard.drained(device, clock.now())),
      unlinked: (device) =>
        this.#turn(() => {
          this.#addresses.seen(device)
          this.#switchboard.unlinked(device, clock.now())
        }),
      mapped: async (port) => (await ports.ask('mapPeoplePort', { port })).addresses,
      reached: (device, addresses) => this.#turn(() => this.#addresses.learn(device, addresses)),
      log: (event, code) => ports.log('info', event, { code }),
    })
    this.#switchboard = new Switchboard({ carrier: this.#net, standing: (device) => this.#standing(device) })
    const ground: PeopleGround = {
      ...tools,
      own,
      clock,
      now: (): Millis => clock.now(),
      out: (service) => this.#switchboard.out(service),
      turn: (work) => this.#turn(work),
      ask: ports.ask,
      changed: (change) => void this.#changes.push(change),
      again: () => ports.again(),
      settings: () => this.#settings,
      log: (level, event, facts) => ports.log(level, event, facts),
    }
    this.#parts = openParts(ground, tools, {
      net: this.#net,
      switchboard: this.#switchboard,
      addresses: this.#addresses,
    })
    for (const { services } of this.#parts) for (const service of services) this.#switchboard.add(service)
    this.#calls = new Map<string, Call>([
      ...this.#parts.flatMap((part) => Object.entries(part.calls) as unknown as [string, Call][]),
      ['changeSettings', (input) => this.#changeSettings(input as PeopleSettings)],
    ])
    this.#turn(() => {
      for (const part of this.#parts) part.start?.()
    })
  }

  get port(): number | undefined {
    return this.#net.port
  }

  /** Answers when what it did is durable. @throws CommunityError and what else is carried */
  async call(name: string, input: unknown): Promise<unknown> {
    const call = this.#calls.get(name)
    if (call === undefined) throw unavailable('this is not there yet')
    try {
      return await this.#turn(() => call(input))
    } finally {
      // Also what it did before it failed.
      await this.#turns.durable()
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#cancelWake()
    await this.#net.close()
    for (const part of this.#parts) await part.close?.()
    this.#turns.commit()
    this.#tools.database.close()
  }

  #turn<T>(work: () => T): T {
    return this.#turns.run(work)
  }

  #committed(): void {
    const changes = this.#changes
    this.#changes = []
    for (const change of changes) this.#ports.changed(change)
    this.#net.flush()
    if (this.#closed) return
    for (const part of this.#parts) part.settle?.()
    this.#wakeLater()
  }

  #wakeLater(): void {
    this.#cancelWake()
    const at = this.#switchboard.deadline()
    if (at === undefined || this.#closed) return
    const clock = this.#clock
    this.#cancelWake = clock.schedule(at, () => {
      this.#turn(() => this.#switchboard.wake(clock.now()))
    })
  }

  *#wanted(): Iterable<DeviceId> {
    const given = new Set<DeviceId>()
    for (const part of this.#parts) {
      for (const device of part.wanted?.() ?? []) {
        if (given.has(device) || this.#switchboard.link(device) !== undefined) continue
        given.add(device)
        yield device
      }
    }
  }

  /** Whom we called ourselves is no stranger: it is to answer. */
  #standing(device: DeviceId): Standing {
    const called = this.#switchboard.link(device)?.outgoing === true
    const ranks = this.#parts.map((part) => TRUST.indexOf(part.standing?.(device) ?? 'stranger'))
    return TRUST[Math.max(called ? 1 : 0, ...ranks)] ?? 'stranger'
  }

  #changeSettings(settings: PeopleSettings): void {
    this.#settings = settings
    for (const part of this.#parts) part.settingsChanged?.()
  }
}
