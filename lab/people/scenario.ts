// What the people of the lab do, one step after another: make a circle, join while its founder is off, talk, give files, search, get
// what was said while they were away; then chaos, and the judgement. Each step says how long it took, or what was wrong.

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OutputOf } from '../../src/api/routes.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { decodeInvite } from '../../src/community/circle/invite-link.ts'
import { readPeopleLink } from '../../src/community/contact/people-link.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { Chaos, type ChaosResult, pairName } from './chaos.ts'
import { giveFile, shareFolder } from './file-steps.ts'
import type { Member } from './member.ts'
import { Scene, settled } from './scene.ts'
import { ARRIVES_WITHIN_MS, Talk } from './talk.ts'

export interface ScenarioPlan {
  /** Of this run, empty. */
  readonly folder: string
  readonly people: number
  readonly chaosSeconds: number
  readonly seed: number
  readonly say: (line: string) => void
}

export interface StepResult {
  readonly step: string
  readonly seconds: number
  readonly fact: string
}

export interface ScenarioResult {
  readonly steps: readonly StepResult[]
  readonly chaos: ChaosResult | undefined
  readonly messages: number
  readonly faults: readonly string[]
}

/** After the last kill and the healing of the network. */
const CONVERGES_WITHIN_MS = 180_000

export async function runScenario(plan: ScenarioPlan): Promise<ScenarioResult> {
  const scene = await Scene.make(plan.folder, plan.people)
  try {
    return await new Scenario(plan, scene).run()
  } finally {
    await scene.end()
  }
}

class Scenario {
  readonly #plan: ScenarioPlan
  readonly #talk: Talk
  readonly #steps: StepResult[] = []
  readonly #faults: string[] = []
  #chaos: ChaosResult | undefined

  constructor(plan: ScenarioPlan, scene: Scene) {
    this.#plan = plan
    this.#talk = new Talk(scene)
  }

  async run(): Promise<ScenarioResult> {
    const steps: readonly (readonly [string, () => Promise<string>])[] = [
      ['found a circle, and a keeper', () => this.#found()],
      ['join while the founder is off', () => this.#join()],
      ['rooms and messages', () => this.#speak()],
      ['direct messages', () => this.#direct()],
      ['a file in a room', () => giveFile(this.#talk, this.#plan.seed)],
      ['a shared folder is found and got', () => shareFolder(this.#talk, this.#plan.seed)],
      ['what was said is found', () => this.#search()],
      ['a message by the keeper alone', () => this.#byKeeper()],
      ['kills, and two parts of the network', () => this.#chaosStep()],
      ['everybody has the same', () => this.#converge()],
      ['nothing to read at the keeper', () => this.#keeperReads()],
    ]
    for (const [step, work] of steps) {
      const begun = performance.now()
      try {
        const fact = await work()
        const seconds = (performance.now() - begun) / 1_000
        this.#steps.push({ step, seconds, fact })
        this.#plan.say(`${step}: ${fact} (${seconds.toFixed(1)} s)`)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        this.#faults.push(`${step}: ${message}`)
        this.#plan.say(`WRONG: ${step}: ${message}`)
        // Without a circle there is nothing to go on with; the rest can be wrong by itself.
        if (this.#talk.rooms.size === 0 && step !== 'found a circle, and a keeper') break
        if (this.#talk.circle === '') break
      }
    }
    return {
      steps: this.#steps,
      chaos: this.#chaos,
      messages: this.#talk.ledger.count,
      faults: this.#faults,
    }
  }

  get #ana(): Member {
    return this.#talk.scene.member('ana')
  }

  async #found(): Promise<string> {
    const { members, keeper } = this.#talk.scene
    await this.#talk.scene.startAll()
    for (const member of members) {
      const me = await member.patiently('changeMe', { name: member.name })
      member.person = me.person
    }
    const circle = await this.#ana.patiently('newCircle', { name: 'Band' })
    this.#talk.circle = circle.id
    const invite = await this.#ana.patiently('newInvite', { id: circle.id, role: 'keeper' })
    await keeper.patiently('joinCircle', { link: invite.link ?? '' })
    const second = await this.#ana.patiently('newInvite', { id: circle.id })
    const [, ben] = members
    await ben?.patiently('joinCircle', { link: second.link ?? '' })
    await this.#talk.joined([keeper, ...(ben === undefined ? [] : [ben])])
    return `${members.length} people and a keeper behind ${new Set(members.map(({ place }) => place.kind)).size} kinds of router`
  }

  async #join(): Promise<string> {
    const { members } = this.#talk.scene
    const [, , ...others] = members
    const [, ben] = members
    if (ben === undefined) throw new Error('nobody is there to let others in')
    const invite = await this.#inviteNaming(ben, Math.max(1, others.length))
    await settled(
      'ben knows the invite',
      async () => {
        const { invites } = await ben.call('invites', { id: this.#talk.circle })
        return invites.some(({ id }) => id === invite.id) ? [] : ['not yet']
      },
      { deadlineMs: ARRIVES_WITHIN_MS },
    )
    await this.#ana.stop()
    const begun = performance.now()
    await Promise.all(others.map((member) => member.patiently('joinCircle', { link: invite.link ?? '' })))
    await this.#talk.joined(others)
    const seconds = (performance.now() - begun) / 1_000
    await this.#ana.start()
    const took = await this.#talk.sameState()
    for (const { id, name } of (await this.#ana.patiently('circle', { id: this.#talk.circle })).rooms)
      this.#talk.rooms.set(name, `room:${this.#talk.circle}:${id}`)
    return `${others.length} joined in ${seconds.toFixed(1)} s; all know all ${(took / 1_000).toFixed(1)} s after the founder was back`
  }

  /** An invite of the founder that says where another member can be called, as it does once she has heard where that is. */
  async #inviteNaming(member: Member, uses: number): Promise<OutputOf<'newInvite'>> {
    let invite = await this.#ana.patiently('newInvite', { id: this.#talk.circle, uses })
    await settled(
      `the founder has heard where ${member.name} can be called`,
      async () => {
        if (hintsOf(invite.link ?? '').some((hint) => hint.includes(member.place.outer))) return []
        await this.#ana.call('revokeInvite', { id: this.#talk.circle, invite: invite.id })
        invite = await this.#ana.call('newInvite', { id: this.#talk.circle, uses })
        return ['not yet']
      },
      { deadlineMs: ARRIVES_WITHIN_MS },
    )
    return invite
  }

  async #speak(): Promise<string> {
    const { members } = this.#talk.scene
    const room = await this.#ana.patiently('newRoom', { id: this.#talk.circle, name: 'plans' })
    this.#talk.rooms.set(room.name, `room:${this.#talk.circle}:${room.id}`)
    await this.#talk.sameState()
    for (const member of members)
      for (const [name, id] of this.#talk.rooms)
        await this.#talk.say(member, id, name, `${member.name} in ${name}`)
    const took = await this.#talk.arrived()
    return `${this.#talk.ledger.count} messages in ${this.#talk.rooms.size} rooms with everybody ${(took / 1_000).toFixed(1)} s after the last`
  }

  async #direct(): Promise<string> {
    const { members } = this.#talk.scene
    for (const [at, member] of members.entries()) {
      const other = members[(at + 1) % members.length]
      if (other === undefined || other === member) continue
      await member.patiently('addContact', { person: other.person })
      await other.patiently('addContact', { person: member.person })
    }
    // All pairs: chaos draws any of them.
    for (const one of members)
      for (const other of members)
        if (one.name < other.name) this.#talk.pairs.set(pairName(one, other), [one, other])
    const before = this.#talk.ledger.count
    for (const [at, member] of members.entries()) {
      const other = members[(at + 1) % members.length]
      if (other !== undefined && other !== member)
        await this.#talk.say(
          member,
          `direct:${other.person}`,
          pairName(member, other),
          `${member.name} to ${other.name}`,
        )
    }
    const took = await this.#talk.arrived()
    return `${this.#talk.ledger.count - before} arrived ${(took / 1_000).toFixed(1)} s after the last`
  }

  async #search(): Promise<string> {
    for (const member of this.#talk.scene.members) {
      const { total } = await member.patiently('searchMessages', {
        words: 'plans',
        circle: this.#talk.circle,
      })
      if (total < this.#talk.scene.members.length) throw new Error(`${member.name} finds ${total}`)
    }
    return `${this.#talk.scene.members.length} find what all said`
  }

  /** Sender and recipient are never on at the same time; the keeper is, and cannot read it. */
  async #byKeeper(): Promise<string> {
    const { members, keeper } = this.#talk.scene
    const sender = members[1] as Member
    const taker = members.at(-1) as Member
    const [name, id] = this.#talk.room
    await Promise.all(members.filter((member) => member !== sender).map((member) => member.stop()))
    await this.#talk.say(sender, id, name, 'said while all were off')
    await settled(
      'the keeper has it',
      async () => {
        const { messages } = await sender.call('messages', { id, limit: 5 })
        return messages.some(({ text, heldBy }) => text === 'said while all were off' && heldBy > 0)
          ? []
          : ['not yet']
      },
      { deadlineMs: ARRIVES_WITHIN_MS },
    )
    await sender.stop()
    await taker.start()
    const took = await settled(
      `${taker.name} has it from ${keeper.name}`,
      async () => {
        const { messages } = await taker.call('messages', { id, limit: 20 })
        return messages.some(({ text }) => text === 'said while all were off') ? [] : ['not yet']
      },
      { deadlineMs: ARRIVES_WITHIN_MS },
    )
    await this.#talk.scene.startAll()
    await this.#talk.arrived()
    return `${(took / 1_000).toFixed(1)} s after ${taker.name} was on`
  }

  async #chaosStep(): Promise<string> {
    const { members } = this.#talk.scene
    this.#chaos = await new Chaos({
      seconds: this.#plan.chaosSeconds,
      rooms: this.#talk.rooms,
      pairs: this.#talk.pairs,
      members,
      scene: this.#talk.scene,
      ledger: this.#talk.ledger,
      random: new SeededRandom(this.#plan.seed),
      say: this.#plan.say,
    }).run()
    const { kills, written, again, restartMs, faults } = this.#chaos
    if (faults.length > 0) throw new Error(faults.join('; '))
    const sorted = restartMs.toSorted((a, b) => a - b)
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0
    return `${kills} kills, ${written} messages, ${again} of them asked for again; answers ${Math.round(median)} ms after a start (median)`
  }

  async #converge(): Promise<string> {
    await this.#talk.scene.startAll()
    const state = await this.#talk.sameState()
    const log = await this.#talk.arrived(CONVERGES_WITHIN_MS)
    const views = await this.#talk.views()
    const hash = createHash('sha256')
    for (const { conversation, messages, member } of views)
      if (member === this.#ana.name) hash.update(`${conversation} ${messages.map(({ id }) => id).join()}\n`)
    return `${this.#talk.ledger.count} messages in ${this.#talk.rooms.size} rooms and ${this.#talk.pairs.size} pairs, ${((state + log) / 1_000).toFixed(1)} s after the end; log ${hash.digest('hex').slice(0, 16)}`
  }

  /** Looked for in every file that the keeper has; and at a member, to see that looking finds it. */
  async #keeperReads(): Promise<string> {
    const { keeper } = this.#talk.scene
    const at = await readable(keeper.stateFolder)
    if (at.length > 0) throw new Error(`${keeper.name} holds readable texts: ${at.join(', ')}`)
    if ((await readable(this.#ana.stateFolder)).length === 0)
      throw new Error('looking finds nothing at a member either')
    return 'no text in any of its files'
  }
}

function hintsOf(link: string): readonly string[] {
  return decodeInvite(readPeopleLink(link, new SystemDigest()).payload).hints
}

const TEXTS = [' in plans', 'said while all were off'].map((text) => Buffer.from(text))

async function readable(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    if (TEXTS.some((text) => bytes.includes(text))) found.push(entry.name)
  }
  return found
}
