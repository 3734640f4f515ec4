// What passes between the daemon and the people process (IPC, structured clones: byte arrays travel as they are).

import type { PeopleRouteName } from '../../api/people-routes.ts'
import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import type { PeopleChange } from '../../api/schemas/events.ts'
import type { ErrorData } from '../../base/errors.ts'
import type { LogFacts, LogLevel } from '../log.ts'

/** What the process is started with; nothing of it changes while it runs. */
export interface PeoplePlan {
  /** Absolute: identity and database lie there. */
  readonly stateFolder: string
  /** Port to listen at (TCP and UDP); 0 for any. */
  readonly port: number
  /** Addresses to listen at; all unless given. */
  readonly hosts: readonly string[]
  /** The interface that everything leaves by, as for transfers. Never with a proxy: then there is no process. */
  readonly interface: string | undefined
  readonly settings: PeopleSettings
}

/** What may change while it runs. */
export interface PeopleSettings {
  /** Who on the local network sees this device. */
  readonly visible: 'everyone' | 'contacts' | 'off'
  /** Whether others are told that I am writing. */
  readonly typing: boolean
  /** LSD and the like may be used. */
  readonly lan: boolean
}

/** Calls of the API that the process answers under their own names. */
export type ForwardedCalls = {
  readonly [Name in PeopleRouteName]: (input: ValidInputOf<Name>) => OutputOf<Name> | Promise<OutputOf<Name>>
}

/** What only the daemon itself calls: each part adds its own. */
export interface InnerCalls {
  changeSettings(input: PeopleSettings): void
}

/** What the process asks of the daemon: each part adds its own. */
export interface PeopleAsks {
  /** BEP 44, mutable: true when at least one node stored it. */
  dhtPut(input: {
    readonly seed: Uint8Array
    readonly salt: Uint8Array
    readonly seq: number
    readonly value: Uint8Array
  }): Promise<boolean>
  /** Puts again what somebody else signed. */
  dhtPutAgain(input: {
    readonly publicKey: Uint8Array
    readonly signature: Uint8Array
    readonly salt: Uint8Array
    readonly seq: number
    readonly value: Uint8Array
  }): Promise<boolean>
  dhtGet(input: {
    readonly publicKey: Uint8Array
    readonly salt: Uint8Array
  }): Promise<
    { readonly value: Uint8Array; readonly seq: number; readonly signature: Uint8Array } | undefined
  >
}

/** An error of ours by its class and code, any other by its message. */
export interface CarriedError {
  readonly kind: string
  readonly code: string
  readonly data: ErrorData
  readonly message: string
}

export type ToPeople =
  | { readonly kind: 'start'; readonly plan: PeoplePlan }
  | { readonly kind: 'call'; readonly number: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'answer'; readonly number: number; readonly output: unknown }
  | { readonly kind: 'failure'; readonly number: number; readonly error: CarriedError }
  /** Answered at once by whoever is not stuck. */
  | { readonly kind: 'ping' }
  | { readonly kind: 'stop' }

export type FromPeople =
  | { readonly kind: 'ready'; readonly port: number | undefined }
  /** It cannot begin, and ends: its key or database is of no use. */
  | { readonly kind: 'refused'; readonly error: CarriedError }
  /** Who we are has changed: everything is opened anew. */
  | { readonly kind: 'again' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly event: string; readonly facts: LogFacts }
  | { readonly kind: 'answer'; readonly number: number; readonly output: unknown }
  | { readonly kind: 'failure'; readonly number: number; readonly error: CarriedError }
  | {
      readonly kind: 'ask'
      readonly number: number
      readonly name: keyof PeopleAsks
      readonly input: unknown
    }
  | { readonly kind: 'event'; readonly change: PeopleChange }
