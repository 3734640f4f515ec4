// People who write, edit, react and take back in rooms and to one another while their daemons are killed and started again at random,
// and while the network is in two parts for a time. Everything that was asked for is in the ledger.

import { randomBytes } from 'node:crypto'
import { randomInt, type SeededRandom } from '../../src/base/random.ts'
import { pause } from '../netns/until.ts'
import type { Ledger, Said } from './ledger.ts'
import { CallFailed, type Member } from './member.ts'
import type { Scene } from './scene.ts'

export interface ChaosPlan {
  readonly seconds: number
  /** Conversation ids by their names in the ledger. */
  readonly rooms: ReadonlyMap<string, string>
  /** Who writes to whom directly, by the names of these conversations. */
  readonly pairs: ReadonlyMap<string, readonly [Member, Member]>
  readonly members: readonly Member[]
  readonly scene: Scene
  readonly ledger: Ledger
  readonly random: SeededRandom
  readonly say: (line: string) => void
}

export interface ChaosResult {
  readonly kills: number
  readonly written: number
  /** Asked for and not answered in the life of the daemon; asked for again afterwards. */
  readonly again: number
  readonly restartMs: readonly number[]
  readonly faults: readonly string[]
}

const WRITERS = 3
const LEAST_PAUSE_MS = 100
const MOST_PAUSE_MS = 700
/** On average. */
const KILL_EVERY_MS = 4_000
const MOST_DOWN = 3
const LEAST_OFF_MS = 200
const MOST_OFF_MS = 6_000
/** Of the whole time, in two parts from here to there. */
const PARTED = [0.45, 0.65] as const
const SAY_EVERY_MS = 15_000
const ONCE_BYTES = 12
const EMOJI = ['👍', '🎉', '❤️']

/** What has no answer yet: to be asked for again, with the same number, when its author is up. */
interface Open {
  readonly member: Member
  readonly id: string
  readonly once: string
  readonly said: Said
}

export class Chaos {
  readonly #plan: ChaosPlan
  readonly #end: number
  readonly #open: Open[] = []
  readonly #faults: string[] = []
  readonly #restartMs: number[] = []
  #kills = 0
  #written = 0
  #again = 0
  #count = 0

  constructor(plan: ChaosPlan) {
    this.#plan = plan
    this.#end = performance.now() + plan.seconds * 1_000
  }

  async run(): Promise<ChaosResult> {
    await Promise.all([
      ...Array.from({ length: WRITERS }, () => this.#whileRunning(() => this.#act())),
      this.#killer(),
      this.#parting(),
      this.#reporter(),
    ])
    const { scene, members } = this.#plan
    await scene.startAll()
    for (const open of this.#open.splice(0)) if (members.includes(open.member)) await this.#write(open)
    return {
      kills: this.#kills,
      written: this.#written,
      again: this.#again,
      restartMs: this.#restartMs,
      faults: this.#faults,
    }
  }

  get #running(): boolean {
    return performance.now() < this.#end && this.#faults.length === 0
  }

  #below(count: number): number {
    return randomInt(this.#plan.random, count)
  }

  #any<T>(all: readonly T[]): T | undefined {
    return all[this.#below(Math.max(1, all.length))]
  }

  async #whileRunning(work: () => Promise<void>): Promise<void> {
    while (this.#running) {
      await work().catch((error: unknown) => {
        // Killed while it was asked, or not quite up again.
        if (error instanceof CallFailed && error.passes) return
        this.#faults.push(error instanceof Error ? error.message : String(error))
      })
      await pause(LEAST_PAUSE_MS + this.#below(MOST_PAUSE_MS - LEAST_PAUSE_MS))
    }
  }

  async #act(): Promise<void> {
    const { rooms, members } = this.#plan
    const member = this.#any(members.filter(({ up }) => up))
    if (member === undefined) return
    const again = this.#open.findIndex((open) => open.member === member)
    const [open] = again < 0 ? [] : this.#open.splice(again, 1)
    if (open !== undefined) {
      this.#again++
      return this.#write(open)
    }
    const dice = this.#below(100)
    if (dice < 70) {
      const [name, id] = this.#any([...rooms]) ?? ['', '']
      return this.#say(member, id, name)
    }
    if (dice < 82) {
      const [name, [one, other]] = this.#any(
        [...this.#plan.pairs].filter(([, pair]) => pair.includes(member)),
      ) ?? ['', []]
      const peer = one === member ? other : one
      if (peer !== undefined) await this.#say(member, `direct:${peer.person}`, name)
      return
    }
    const own = this.#any(
      this.#plan.ledger.answered.filter(
        ({ author, conversation, deleted }) =>
          author === member.name && rooms.has(conversation) && deleted === 'no',
      ),
    )
    const id = rooms.get(own?.conversation ?? '')
    if (own?.id === undefined || id === undefined) return
    if (dice < 90) return this.#edit(member, own, { id, message: own.id })
    if (dice < 94) return this.#delete(member, own, { id, message: own.id })
    await member.call('react', { id, message: own.id, emoji: this.#any(EMOJI) ?? '👍', on: true })
  }

  async #say(member: Member, id: string, conversation: string): Promise<void> {
    const seen = await member.call('messages', { id, limit: 1 })
    const text = `${member.name} says ${++this.#count} ${this.#plan.random.uint32().toString(36)}`
    const said = this.#plan.ledger.add({
      conversation,
      author: member.name,
      text,
      id: undefined,
      after: seen.messages.findLast(({ kind }) => kind === 'text')?.id,
    })
    await this.#write({ member, id, once: randomBytes(ONCE_BYTES).toString('hex'), said })
  }

  async #write(open: Open): Promise<void> {
    const { member, id, once, said } = open
    try {
      const message = await member.call('writeMessage', { id, text: said.texts[0] ?? '', once })
      said.id = message.id
      this.#written++
    } catch (error) {
      if (!(error instanceof CallFailed) || !error.passes) throw error
      this.#open.push(open)
    }
  }

  async #edit(member: Member, said: Said, at: { id: string; message: string }): Promise<void> {
    const text = `${said.texts[0]?.split(', edited')[0]}, edited ${++this.#count}`
    said.texts.push(text)
    const message = await member.call('editMessage', { ...at, text })
    // One that was not answered before may have come, and this one came after it.
    if (message.text === text) said.texts = [text]
    else this.#faults.push(`an edit of ${member.name} was answered with another text: ${message.text}`)
  }

  async #delete(member: Member, said: Said, at: { id: string; message: string }): Promise<void> {
    said.deleted = 'perhaps'
    const message = await member.call('deleteMessage', at)
    if (message.deleted === 'author') said.deleted = 'yes'
    else this.#faults.push(`what ${member.name} took back was answered as not taken back`)
  }

  async #killer(): Promise<void> {
    const starting = new Set<Promise<void>>()
    for (let waitMs = KILL_EVERY_MS / 2; ; waitMs = this.#below(2 * KILL_EVERY_MS)) {
      await pause(waitMs)
      if (!this.#running) break
      // Also while it starts.
      const running = this.#plan.scene.everybody.filter((member) => member.running)
      const victim = this.#any(running)
      if (victim === undefined || this.#plan.scene.everybody.length - running.length >= MOST_DOWN) continue
      await victim.kill()
      this.#kills++
      const offMs = LEAST_OFF_MS + this.#below(MOST_OFF_MS - LEAST_OFF_MS)
      const start = this.#startLater(victim, offMs).catch((error: unknown) => {
        this.#faults.push(
          `${victim.name} did not start again: ${error instanceof Error ? error.message : error}`,
        )
      })
      starting.add(start)
      void start.finally(() => starting.delete(start))
    }
    await Promise.all(starting)
  }

  async #startLater(victim: Member, offMs: number): Promise<void> {
    await pause(offMs)
    const begun = performance.now()
    await victim.start()
    if (victim.up) this.#restartMs.push(performance.now() - begun)
  }

  /** Half of them reach one another and nobody else, and the others, too. */
  async #parting(): Promise<void> {
    const { seconds, scene, say } = this.#plan
    const [from, to] = PARTED
    if (!(await this.#until(from * seconds))) return
    const away = scene.everybody.filter((_, at) => at % 2 === 0).map(({ place }) => place)
    await scene.world.part(away)
    say(`two parts: ${away.map(({ name }) => name).join(', ')} | the others`)
    await this.#until((to - from) * seconds)
    await scene.world.heal(away)
    say('one network again')
  }

  /** @returns whether it still runs */
  async #until(seconds: number): Promise<boolean> {
    const end = performance.now() + seconds * 1_000
    while (this.#running && performance.now() < end) await pause(100)
    return this.#running
  }

  async #reporter(): Promise<void> {
    for (let next = performance.now() + SAY_EVERY_MS; this.#running; await pause(200)) {
      if (performance.now() < next) continue
      next += SAY_EVERY_MS
      this.#plan.say(
        `  ${this.#written} written, ${this.#kills} kills, ${this.#open.length} without an answer yet`,
      )
    }
  }
}

export function pairName(one: Member, other: Member): string {
  return [one.name, other.name].toSorted().join(' and ')
}
