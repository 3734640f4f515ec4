// Looking around in what a device offers to everyone, and searching it: questions and answers over a link.
//
// Frames. ask {q number, w words, o offset, l limit}; hits {q, n total, h signed head, l [{e entry, p path}]}; busy {q}.
//
// Promises: a result is an entry, its way to the root and the signed head, checked against the key that the device told on its
// own link (checkHit): nobody invents one for somebody else, and what is not proven is no result. Strangers see entries without
// folders and without times, and only so many a minute.

import { after, earliest, type Millis } from '../../base/ids.ts'
import { EVERYONE } from '../../protocol/catalogue/audience.ts'
import type { CatalogueEntry } from '../../protocol/catalogue/entry.ts'
import { checkHit } from '../../protocol/catalogue/hit.ts'
import {
  MAX_CATALOGUE_ENTRIES,
  MAX_ENTRY_BYTES,
  MAX_HEAD_BYTES,
  MAX_PATH_STEPS,
  PATH_STEP_BYTES,
} from '../../protocol/catalogue/limits.ts'
import { Allowance } from '../allowance.ts'
import { CommunityError } from '../community-error.ts'
import type { CommunityCrypto } from '../crypto.ts'
import type { DeviceId } from '../ids.ts'
import type { RecordFields } from '../record-fields.ts'
import type { ServiceOut, Wall } from '../service.ts'
import {
  KNOWN_QUERIES_A_SECOND,
  KNOWN_QUERIES_AT_ONCE,
  MAX_ANSWER_BYTES,
  MAX_HITS,
  MAX_QUESTIONS,
  MAX_WORDS_BYTES,
  QUESTION_MS,
  STRANGER_QUERIES_A_SECOND,
  STRANGER_QUERIES_AT_ONCE,
} from './limits.ts'

export interface Question {
  /** Empty for all of it. */
  readonly words: string
  readonly offset: number
  readonly limit: number
}

/** One page of my own public catalogue. */
export interface PublicPage {
  /** Signed, as everybody gets it; undefined while nothing was ever offered. */
  readonly head: Uint8Array | undefined
  readonly total: number
  readonly hits: readonly { readonly entry: Uint8Array; readonly path: Uint8Array }[]
}

/** What was proven of an answer. */
export interface Found {
  readonly entries: readonly CatalogueEntry[]
  readonly total: number
  /** Results that were not what they pretended: of an honest device there are none. */
  readonly refused: number
}

export interface BrowseGround {
  readonly out: ServiceOut
  readonly crypto: CommunityCrypto
  readonly wall: Wall
  isKnown(device: DeviceId): boolean
  /** The key that signs its catalogue, as it told on its link; undefined: it offers nothing. */
  authorOf(device: DeviceId): Uint8Array | undefined
  /** One page of mine, to be answered by looked(). */
  look(number: number, question: Question): void
  /** A device answered with what it could not prove. */
  lied(device: DeviceId): void
}

interface Asked {
  readonly device: DeviceId
  readonly until: Millis
  readonly answer: (found: Found | CommunityError) => void
}

interface Looking {
  readonly device: DeviceId
  readonly number: number
}

const MAX_NUMBER = 0xffff_ffff
/** Around each result. */
const HIT_FRAME_BYTES = 24

export class Browse {
  readonly #ground: BrowseGround
  readonly #allowances = new Map<DeviceId, Allowance>()
  readonly #asked = new Map<number, Asked>()
  readonly #looking = new Map<number, Looking>()
  #number = 0

  constructor(ground: BrowseGround) {
    this.#ground = ground
  }

  // ── asking ──

  /** Answered once: with what was proven, or DEVICE_GONE. */
  ask(device: DeviceId, question: Question, now: Millis, answer: Asked['answer']): void {
    const gone = new CommunityError('DEVICE_GONE', { device })
    const open = [...this.#asked.values()].filter((asked) => asked.device === device).length
    const number = this.#number++ % MAX_NUMBER
    const { words, offset, limit } = question
    const body = { l: Math.min(limit, MAX_HITS), o: offset, q: number, w: words }
    if (open >= MAX_QUESTIONS || !this.#ground.out.send(device, 'ask', body)) answer(gone)
    else this.#asked.set(number, { device, until: after(now, QUESTION_MS), answer })
  }

  /** @returns whether it is one of its frames */
  received(from: DeviceId, kind: string, fields: RecordFields, now: Millis): boolean {
    if (kind === 'ask') this.#askCame(from, fields, now)
    else if (kind === 'hits') this.#hitsCame(from, fields)
    else if (kind === 'busy') this.#busyCame(from, fields)
    else return false
    return true
  }

  unlinked(device: DeviceId): void {
    this.#allowances.delete(device)
    for (const [number, asked] of this.#asked) if (asked.device === device) this.#give(number, gone(device))
    for (const [number, looking] of this.#looking) if (looking.device === device) this.#looking.delete(number)
  }

  wake(now: Millis): void {
    for (const [number, { device, until }] of this.#asked) if (until <= now) this.#give(number, gone(device))
  }

  deadline(): Millis | undefined {
    return earliest(...[...this.#asked.values()].map(({ until }) => until))
  }

  // ── answering ──

  /** Of look(). */
  looked(number: number, { head, total, hits }: PublicPage): void {
    const looking = this.#looking.get(number)
    if (looking === undefined) return
    this.#looking.delete(number)
    let left = MAX_ANSWER_BYTES
    const told: { e: Uint8Array; p: Uint8Array }[] = []
    for (const { entry, path } of hits.slice(0, MAX_HITS)) {
      left -= entry.length + path.length + HIT_FRAME_BYTES
      if (left < 0) break
      told.push({ e: entry, p: path })
    }
    const found = head === undefined ? { n: 0, l: [] } : { h: head, l: told, n: total }
    this.#ground.out.send(looking.device, 'hits', { ...found, q: looking.number })
  }

  #askCame(from: DeviceId, fields: RecordFields, now: Millis): void {
    const number = fields.int('q', 0, MAX_NUMBER)
    const words = fields.text('w', MAX_WORDS_BYTES)
    const offset = fields.int('o', 0, MAX_CATALOGUE_ENTRIES)
    const limit = fields.int('l', 1, MAX_HITS)
    fields.end()
    const open = [...this.#looking.values()].filter(({ device }) => device === from).length
    if (open >= MAX_QUESTIONS || !this.#allowance(from, now).take(1, now)) {
      this.#ground.out.send(from, 'busy', { q: number })
      return
    }
    const own = this.#number++
    this.#looking.set(own, { device: from, number })
    this.#ground.look(own, { words, offset, limit })
  }

  #hitsCame(from: DeviceId, fields: RecordFields): void {
    const number = fields.int('q', 0, MAX_NUMBER)
    const total = fields.int('n', 0, MAX_CATALOGUE_ENTRIES)
    const head = fields.has('h') ? fields.bytesWithin('h', 1, MAX_HEAD_BYTES) : undefined
    const hits = fields.listOfRecords('l', MAX_HITS, (hit) => ({
      entry: hit.bytesWithin('e', 1, MAX_ENTRY_BYTES),
      path: hit.bytesWithin('p', 0, MAX_PATH_STEPS * PATH_STEP_BYTES),
    }))
    fields.end()
    // An answer to nothing, or to what another device was asked.
    if (this.#asked.get(number)?.device !== from) return
    const { crypto, wall } = this.#ground
    const author = this.#ground.authorOf(from)
    const wanted = { audience: EVERYONE, now: wall.seconds() }
    const entries: CatalogueEntry[] = []
    if (head !== undefined && author !== undefined)
      for (const hit of hits) {
        const checked = checkHit({ ...hit, head }, { ...wanted, author }, crypto, crypto)
        if (checked.ok) entries.push(checked.entry)
      }
    const refused = hits.length - entries.length
    this.#give(number, { entries, total: Math.max(0, total - refused), refused })
    if (refused > 0) this.#ground.lied(from)
  }

  #busyCame(from: DeviceId, fields: RecordFields): void {
    const number = fields.int('q', 0, MAX_NUMBER)
    fields.end()
    if (this.#asked.get(number)?.device === from) this.#give(number, gone(from))
  }

  #give(number: number, found: Found | CommunityError): void {
    const asked = this.#asked.get(number)
    this.#asked.delete(number)
    asked?.answer(found)
  }

  #allowance(device: DeviceId, now: Millis): Allowance {
    const known = this.#allowances.get(device)
    if (known !== undefined) return known
    const made = this.#ground.isKnown(device)
      ? new Allowance(KNOWN_QUERIES_A_SECOND, KNOWN_QUERIES_AT_ONCE, now)
      : new Allowance(STRANGER_QUERIES_A_SECOND, STRANGER_QUERIES_AT_ONCE, now)
    this.#allowances.set(device, made)
    return made
  }
}

function gone(device: DeviceId): CommunityError {
  return new CommunityError('DEVICE_GONE', { device })
}
