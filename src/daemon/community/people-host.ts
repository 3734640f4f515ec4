// What runs in the people process, joined: identity, database, turns, the switchboard with its services, the network below.
// It decides nothing that they decide. Order of closing: nothing new comes in, what is written is committed, then the database.

import type { PeopleChange } from '../../api/schemas/events.ts'
import type { Millis } from '../../base/ids.ts'
import { HpkeKeys } from '../../community/network/hpke.ts'
import { SystemCrypto } from '../../community/network/system-crypto.ts'
import type { Wall } from '../../community/service.ts'
import { Switchboard } from '../../community/switchboard.ts'
import { SystemClock } from '../../platform/clock.ts'
import { SystemRandom } from '../../platform/random.ts'
import type { LogFacts, LogLevel } from '../log.ts'
import { IdentityFile } from './identity-file.ts'
import { mePart } from './me-part.ts'
import { Outbox } from './outbox.ts'
import { openIdentity } from './own-identity.ts'
import { PeopleError, unavailable } from './people-error.ts'
import type { PeoplePlan, PeopleSettings } from './people-messages.ts'
import type { Ask, PeopleGround, PeoplePart } from './people-part.ts'
import { openCommunity } from './store/community-database.ts'
import { Turns } from './turns.ts'

export interface HostPorts {
  readonly ask: Ask
  changed(change: PeopleChange): void
  log(level: LogLevel, event: string, facts?: LogFacts): void
  /** Everything is of no use any more: the process is to end, at once. */
  failed(error: unknown): void
}

export interface PeopleHost {
  readonly port: number | undefined
  /** Answers when what it did is durable. @throws CommunityError and what else is carried */
  call(name: string, input: unknown): Promise<unknown>
  close(): Promise<void>
}

type Call = (input: unknown) => unknown

export async function openPeopleHost(plan: PeoplePlan, ports: HostPorts): Promise<PeopleHost | PeopleError> {
  const opened = openCommunity(plan.stateFolder)
  if (opened instanceof PeopleError) return opened
  const { database, setAside } = opened
  if (setAside !== undefined) ports.log('error', 'community-database-set-aside', { aside: setAside })
  const clock = new SystemClock()
  const wall: Wall = { seconds: () => Math.floor(clock.wallMs() / 1_000) }
  const tools = {
    file: new IdentityFile(plan.stateFolder),
    database,
    crypto: new SystemCrypto(),
    sealing: new HpkeKeys(),
    random: new SystemRandom(),
    wall,
  }
  let settings = plan.settings
  const parts: PeoplePart[] = []
  let changes: PeopleChange[] = []
  const turns = new Turns(database, {
    committed: () => {
      const told = changes
      changes = []
      for (const change of told) ports.changed(change)
      outbox.flush()
    },
    failed: ports.failed,
  })
  const outbox = new Outbox({ send: () => false, hangUp: () => undefined }, (device) =>
    turns.run(() => switchboard.drained(device, clock.now())),
  )
  const switchboard = new Switchboard({
    carrier: {
      send: (device, frame) => outbox.send(device, frame),
      hangUp: (device, code, blame) => outbox.hangUp(device, code, blame),
      hold: () => undefined,
    },
    standing: () => 'stranger',
  })
  try {
    const own = await openIdentity(tools)
    const ground: PeopleGround = {
      ...tools,
      own,
      clock,
      now: (): Millis => clock.now(),
      out: (service) => switchboard.out(service),
      turn: (work) => turns.run(work),
      ask: ports.ask,
      changed: (change) => void changes.push(change),
      settings: () => settings,
      log: ports.log,
    }
    parts.push(
      mePart(ground, tools, {
        network: () => ({ port: null, links: 0, relayed: 0, reachable: 'unknown' }),
        otherDevices: () => [],
        isOnline: () => false,
        isSomebody: () => false,
        nameChanged: () => undefined,
        cardChanged: () => undefined,
      }),
    )
  } catch (error) {
    database.close()
    if (error instanceof PeopleError) return error
    throw error
  }
  for (const { services } of parts) for (const service of services) switchboard.add(service)
  const calls = new Map<string, Call>(
    parts.flatMap((part) => Object.entries(part.calls) as unknown as [string, Call][]),
  )
  calls.set('changeSettings', (input) => {
    settings = input as PeopleSettings
    for (const part of parts) part.settingsChanged?.()
  })
  return {
    port: undefined,
    call: async (name, input) => {
      const call = calls.get(name)
      if (call === undefined) throw unavailable('this is not there yet')
      const output = await turns.run(() => call(input))
      await turns.durable()
      return output
    },
    close: async () => {
      for (const part of parts) await part.close?.()
      turns.commit()
      database.close()
    },
  }
}
