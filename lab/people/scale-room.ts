// A room of many members and messages, made with real keys: what a member's device that was there all along would hold.

import { randomFraction, randomInt, SeededRandom } from '../../src/base/random.ts'
import { type Content, encodeContent } from '../../src/community/chat/content.ts'
import { type Entry, signEntry } from '../../src/community/chat/entry.ts'
import { EntrySeal } from '../../src/community/chat/seal.ts'
import type { CommunityCrypto } from '../../src/community/crypto.ts'
import { type DeviceId, keyText, type PersonId, type RecordId } from '../../src/community/ids.ts'
import type { Chain, LogRecord, LogStore, StoredRecord } from '../../src/community/log/log-record.ts'
import type { PretendedCircle } from '../../test/doubles/pretended-circle.ts'

export interface Writer {
  readonly seed: Uint8Array
  readonly device: DeviceId
  readonly person: PersonId
}

export interface RoomPlan {
  readonly members: number
  readonly messages: number
  readonly seed: number
  readonly startSeconds: number
  /** Over which they were written. */
  readonly days: number
}

const ROOM = '5c'.repeat(16)
const VOCABULARY = 6_000
const MOST_WORDS = 30

export class ScaleRoom {
  readonly circle: PretendedCircle
  readonly writers: readonly Writer[]
  readonly entries: Entry[] = []
  readonly words: readonly string[]
  readonly roomId = ROOM
  readonly #crypto: CommunityCrypto
  readonly #seal: EntrySeal
  readonly #random: SeededRandom
  readonly #chains = new Map<DeviceId, { seq: number; head: RecordId | undefined; lamport: number }>()
  #time: number
  #clock = 0

  constructor(circle: PretendedCircle, plan: RoomPlan, crypto: CommunityCrypto) {
    this.circle = circle
    this.#crypto = crypto
    this.#seal = new EntrySeal(crypto)
    this.#random = new SeededRandom(plan.seed)
    this.#time = plan.startSeconds
    this.words = Array.from({ length: VOCABULARY }, (_, index) => word(index))
    this.writers = Array.from({ length: plan.members }, (_, index) => {
      const seed = crypto.sha256(new Uint8Array([1, index >> 8, index & 255]))
      const person = keyText<PersonId>(crypto.sha256(new Uint8Array([2, index >> 8, index & 255])))
      return { seed, person, device: keyText<DeviceId>(crypto.publicKey(seed)) }
    })
    this.writers.forEach(({ person, device }, index) => {
      circle.add(person, device, index === 0 ? 'owner' : 'member')
    })
    this.#write(0, { kind: 'circle', name: 'Five hundred' })
    this.#write(0, { kind: 'room', room: ROOM, name: 'General', archived: false })
    for (let index = 0; index < plan.members; index++)
      this.#write(index, { kind: 'profile', name: `${this.#word()} ${index}` })
    const step = (plan.days * 86_400) / plan.messages
    for (let index = 0; index < plan.messages; index++) {
      this.#time = Math.max(this.#time, plan.startSeconds + Math.floor(index * step))
      this.say()
    }
  }

  get now(): number {
    return this.#time
  }

  /** By somebody who writes much, more often than not; now and then about what was written before. */
  say(author = Math.floor(this.writers.length * randomFraction(this.#random) ** 2)): Entry {
    const what = randomInt(this.#random, 100)
    const before =
      this.entries.length < 600
        ? undefined
        : this.entries[this.entries.length - 1 - randomInt(this.#random, 50)]
    if (what < 4 && before !== undefined)
      return this.#write(author, { kind: 'react', target: before.id, emoji: '👍', on: true })
    return this.#write(author, {
      kind: 'text',
      room: ROOM,
      text: this.text(),
      replyTo: what < 20 ? before?.id : undefined,
      mentions: [],
    })
  }

  text(): string {
    return Array.from({ length: 1 + randomInt(this.#random, MOST_WORDS) }, () => this.#word()).join(' ')
  }

  /** As words are used: the tenth a tenth as often as the first. */
  #word(): string {
    const rank = Math.floor(Math.exp(randomFraction(this.#random) * Math.log(VOCABULARY)))
    return this.words[rank - 1] ?? 'a'
  }

  #write(author: number, content: Exclude<Content, { kind: 'unknown' }>): Entry {
    const writer = this.writers[author] as Writer
    const epoch = this.circle.epochs.at(-1)
    if (epoch?.read === undefined) throw new Error('a circle without keys')
    const chain = this.#chains.get(writer.device)
    const seq = (chain?.seq ?? 0) + 1
    const place = { circle: this.circle.id, author: writer.device, seq, epoch: epoch.id }
    const last = this.entries.at(-1)
    const entry = signEntry(
      {
        ...place,
        prev: chain?.head,
        dependencies: last === undefined || last.id === chain?.head ? [] : [last.id],
        lamport: ++this.#clock,
        time: this.#time,
        sealed: this.#seal.seal(place, epoch.read, encodeContent(content)),
      },
      writer.seed,
      this.#crypto,
    )
    this.#chains.set(writer.device, { seq, head: entry.id, lamport: entry.lamport })
    this.entries.push(entry)
    return entry
  }
}

/** All of them, to be served: what was made is not judged again. */
export class RoomStore implements LogStore {
  readonly #records = new Map<DeviceId, StoredRecord[]>()
  readonly #chains = new Map<DeviceId, Chain>()
  readonly #ids = new Map<DeviceId, RecordId[]>()

  constructor(entries: readonly Entry[]) {
    for (const entry of entries) this.append(entry)
  }

  chains(): Iterable<Chain> {
    return this.#chains.values()
  }

  append(record: LogRecord): void {
    const { author, seq, bytes, id } = record
    const records = this.#records.get(author) ?? []
    records.push({ order: (record as Entry).lamport, seq, bytes })
    this.#records.set(author, records)
    const ids = this.#ids.get(author) ?? []
    ids.push(id)
    this.#ids.set(author, ids)
    this.#chains.set(author, { author, begin: 1, seq, head: id, stopped: false, forkedAt: undefined })
  }

  records(_circle: string, author: DeviceId, after: number, limit: number): StoredRecord[] {
    return (this.#records.get(author) ?? []).slice(after, after + limit)
  }

  idAt(_circle: string, author: DeviceId, seq: number): RecordId | undefined {
    return this.#ids.get(author)?.[seq - 1]
  }

  putChain(): void {
    // Nothing of it is ever cut.
  }

  putFork(): void {
    // Its authors are honest.
  }

  fork(): undefined {
    return undefined
  }
}

/** Words that are none, each another. */
function word(index: number): string {
  const consonants = 'bdfgklmnprstvz'
  const vowels = 'aeiou'
  let rest = index + 1
  let text = ''
  while (rest > 0) {
    text += `${consonants[rest % consonants.length]}${vowels[Math.floor(rest / consonants.length) % vowels.length]}`
    rest = Math.floor(rest / (consonants.length * vowels.length))
  }
  return text.length < 4 ? `${text}${text}` : text
}
