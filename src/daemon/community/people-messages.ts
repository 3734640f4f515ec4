// What passes between the daemon and the people process (IPC, structured clones: byte arrays travel as they are).

import type { PeopleRouteName } from '../../api/people-routes.ts'
import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import type { PeopleChange } from '../../api/schemas/events.ts'
import type { SendOffer } from '../../api/schemas/people.ts'
import type { ErrorData } from '../../base/errors.ts'
import type { FileOffer } from '../../community/chat/file-offer.ts'
import type { PublicPage, Question } from '../../community/nearby/browse.ts'
import type { OwnPublic } from '../../community/nearby/near-service.ts'
import type { OfferItem } from '../../community/nearby/send-offer.ts'
import type { LogFacts, LogLevel } from '../log.ts'
import type { ChatInnerCalls } from './chat-part.ts'
import type { Ticket } from './direct-ticket.ts'

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

/** A circle, or two persons, as the engine needs it: what contents are called there, and who may have them. */
export interface RealmFacts {
  /** `circle:<id>`, or `person:<id>` of the other one. */
  readonly realm: string
  /** Access secret of the epoch that is written with; undefined while none is known: then nothing is given or got. */
  readonly secret: Uint8Array | undefined
  /** Live devices of members who hold files, but for this one. */
  readonly devices: readonly { readonly device: string; readonly linked: boolean }[]
}

/** A catalogue of mine as the library has it, durable there. */
export interface OwnCatalogueState {
  readonly audience: string
  readonly seq: number
  readonly count: number
  readonly root: Uint8Array
  /** Seconds since 1970. */
  readonly issued: number
  readonly expires: number
}

/** A local socket of the daemon, for one byte stream: the first 32 bytes are the word. */
export interface BridgeEnd {
  readonly path: string
  readonly word: Uint8Array
}

/** Engine to engine: what the other side's daemon says to it. */
export interface DirectAnswer {
  /** Undefined where it cannot be called, or was given one. */
  readonly ticket: Ticket | undefined
  /** Where it is seen over the link; undefined through a relay. */
  readonly seen: string | undefined
}

/** One offer as the engine needs it. */
export interface SendOfferFacts {
  readonly id: string
  readonly incoming: boolean
  readonly person: string | null
  readonly device: string
  readonly state: SendOffer['state']
  /** Undefined of what came in until it was told, after the yes. */
  readonly offer: FileOffer | undefined
  /** 32 random bytes that these two devices know. */
  readonly secret: Uint8Array | undefined
}

/** What only the daemon itself calls: each part adds its own. */
export interface InnerCalls extends ChatInnerCalls {
  changeSettings(input: PeopleSettings): void
  /** What is offered to everyone is another: those nearby are told. */
  publicChanged(input: Record<string, never>): void
  /**
   * Where the engine of a device nearby gives what is offered to everyone: at the hosts where it is seen over its link.
   * Undefined where it is not near; no port: it offers nothing now.
   */
  nearbyEngine(input: {
    readonly device: string
  }): { readonly hosts: readonly string[]; readonly port: number | undefined } | undefined
  /** Files that were looked at, to all devices of a person or to one device; nothing moves before their yes. */
  sendOfferOut(input: {
    /** `person:…` or `device:…`. */
    readonly to: string
    readonly offer: FileOffer
    /** What is shown of it. */
    readonly items: readonly OfferItem[]
    readonly totalBytes: number
    readonly note: string
  }): readonly SendOffer[]
  /** @throws CommunityError OFFER_UNKNOWN */
  sendOfferFacts(input: { readonly id: string }): SendOfferFacts
  /** A yes; `offerReady` follows when the list of files is here. @throws CommunityError OFFER_UNKNOWN */
  acceptSendOffer(input: { readonly id: string }): SendOffer
  /** How far one that came in is, and how it ends. */
  offerProgress(input: {
    readonly id: string
    readonly doneBytes: number
    readonly bytesPerSecond: number
    readonly ended?: 'done' | 'failed'
    readonly problem?: { readonly code: string; readonly data: Readonly<Record<string, string>> }
    readonly saved?: readonly string[]
  }): SendOffer
  /** All circles that I am a member of, and whom I deal with. */
  realms(input: Record<string, never>): readonly RealmFacts[]
  /** False where that device is not linked straight, or does not take it. */
  openBytes(input: {
    readonly realm: string
    readonly device: string
    readonly end: BridgeEnd
  }): Promise<boolean>
  /**
   * Asks a device for a ticket, or gives it one of ours to call by. Undefined where it is not linked, or wants none.
   * Nothing of it is kept.
   */
  askDirect(input: {
    readonly realm: string
    readonly device: string
    readonly ticket: Ticket | undefined
  }): Promise<DirectAnswer | undefined>
  /** Devices known to have it, those that are linked first. */
  holdersOf(input: { readonly realm: string; readonly content: string }): readonly string[]
  catalogueStates(input: { readonly states: readonly OwnCatalogueState[] }): void
  /** A copy that was to be kept is here and offered, or could not be got. */
  keptEnded(input: {
    readonly circle: string
    readonly content: string
    readonly outcome: 'kept' | 'failed'
  }): void
}

/** What the process asks of the daemon: each part adds its own. */
export interface PeopleAsks {
  /** What is offered to everyone, and by which key its catalogue is signed; undefined: nothing. */
  publicState(input: Record<string, never>): Promise<OwnPublic | undefined>
  /** One page of that catalogue, with its signed head. */
  publicPage(input: Question): Promise<PublicPage>
  /** Both said yes and the list is here: the bytes of an offer may move, between these two devices alone. */
  offerReady(input: SendOfferFacts): Promise<void>
  /** Declined, withdrawn, expired, done or failed: they may not any more. */
  offerEnded(input: { readonly id: string }): Promise<void>
  /** Secrets, members or links of circles are others: all of them. */
  realmsChanged(input: { readonly realms: readonly RealmFacts[] }): Promise<void>
  /** A device of this realm opened a byte stream; undefined: it is not wanted. */
  bytesCame(input: { readonly realm: string; readonly device: string }): Promise<BridgeEnd | undefined>
  /** A device of this realm asks for a ticket, or gives one. @returns ours; undefined where there is none to give */
  directAsked(input: {
    readonly realm: string
    readonly device: string
    readonly ticket: Ticket | undefined
    readonly seen: string | undefined
  }): Promise<Ticket | undefined>
  /** Of my own catalogue: what leads from a root to its present state. */
  cataloguePage(input: {
    readonly audience: string
    readonly from: Uint8Array
    readonly after: Uint8Array | undefined
  }): Promise<Uint8Array | undefined>
  /** Which of these contents lie on this computer. */
  contentsHere(input: { readonly contents: readonly string[] }): Promise<readonly string[]>
  /** Fetches a copy to be kept, and offers it; ends with keptEnded. */
  keepCopy(input: {
    readonly circle: string
    readonly content: string
    readonly name: string
    readonly folders: readonly string[]
  }): Promise<void>
  dropCopy(input: { readonly circle: string; readonly content: string }): Promise<void>
  /** The router is to hold this port of the people process open; where that can be reached outside, as far as it is known. */
  mapPeoplePort(input: { readonly port: number }): Promise<{ readonly addresses: readonly string[] }>
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
