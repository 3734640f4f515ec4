// What the parts of the people process are given, and what they give: services for the links, answers to calls. Each part opens
// itself (`circle-part.ts`, `chat-part.ts` …); people-host.ts joins them and decides nothing that they decide.

import type { DatabaseSync } from 'node:sqlite'
import type { PeopleRouteName } from '../../api/people-routes.ts'
import type { PeopleChange } from '../../api/schemas/events.ts'
import type { BDict } from '../../base/bencode-value.ts'
import type { Millis } from '../../base/ids.ts'
import type { Clock, Random } from '../../base/ports.ts'
import type { CommunityCrypto, SealingKeys } from '../../community/crypto.ts'
import type { DeviceAddress } from '../../community/device-address.ts'
import type { DeviceId } from '../../community/ids.ts'
import type { ByteStream } from '../../community/network/byte-stream.ts'
import type { Service, ServiceOut, Wall } from '../../community/service.ts'
import type { Standing } from '../../community/switchboard.ts'
import type { LogFacts, LogLevel } from '../log.ts'
import type { OwnIdentity } from './own-identity.ts'
import type { ForwardedCalls, InnerCalls, PeopleAsks, PeopleSettings } from './people-messages.ts'

export type Ask = <Name extends keyof PeopleAsks>(
  name: Name,
  input: Parameters<PeopleAsks[Name]>[0],
) => ReturnType<PeopleAsks[Name]>

/** Of one part: those that it answers. Synchronous, or with `turn` around everything that it writes later. */
export type PartCalls = {
  readonly [Name in PeopleRouteName]?: ForwardedCalls[Name]
} & { readonly [Name in keyof InnerCalls]?: InnerCalls[Name] }

export interface PeopleGround {
  readonly own: OwnIdentity
  readonly crypto: CommunityCrypto
  readonly sealing: SealingKeys
  /** `community.db`. Written to inside `turn` only. */
  readonly database: DatabaseSync
  readonly clock: Clock
  readonly wall: Wall
  readonly random: Random
  now(): Millis
  /** Frames leave after the turn is durable. */
  out(service: string): ServiceOut
  /** Everything that changes a machine or the database happens in one (turns.ts). Inputs of services and calls are in one already. */
  turn<T>(work: () => T): T
  readonly ask: Ask
  /** To the stream of events, after the turn is durable. */
  changed(change: PeopleChange): void
  /** Who I am is another from now on: the process begins anew. */
  again(): void
  settings(): PeopleSettings
  log(level: LogLevel, event: string, facts?: LogFacts): void
}

export interface PeoplePart {
  readonly services: readonly Service[]
  readonly calls: PartCalls
  /** Once, in a turn, when all parts are there and before any link is. */
  start?(): void
  /** Once, when the network is there. */
  networkIsThere?(): Promise<void>
  /** After each turn, when it is durable: what is asynchronous begins here. */
  settle?(): void
  /** The settings are others. */
  settingsChanged?(): void
  /** Devices worth a link, those first that matter most; linked ones may be among them. */
  wanted?(): Iterable<DeviceId>
  /** Where one of them may be, beside what is known of it otherwise. */
  addresses?(device: DeviceId): readonly DeviceAddress[]
  /** Room is kept for its link. */
  knows?(device: DeviceId): boolean
  /** Two others may be carried by us: on whose account (a circle that all three are in). */
  mayRelay?(from: DeviceId, to: DeviceId): string | undefined
  /** Where this device can be called is other than before. */
  moved?(): void
  /** No link with it at all. */
  blocks?(device: DeviceId): boolean
  /** It opens a stream of bytes. @returns whether it is taken; then its events were set */
  opened?(device: DeviceId, header: BDict, stream: ByteStream): boolean
  /** How far it is trusted; the part that trusts it most counts. */
  standing?(device: DeviceId): Standing
  close?(): void | Promise<void>
}
