// What the people of the lab do, one step after another: make a circle, join while its founder is off, talk, give files, search, get
// what was said while they were away; then chaos, and the judgement. Each step says how long it took, or what was wrong.

import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SeededRandom } from '../../src/base/random.ts'
import { pause } from '../netns/until.ts'
import { Chaos, type ChaosResult, pairName } from './chaos.ts'
import { Ledger, type View } from './ledger.ts'
import type { Member } from './member.ts'
import { Scene, settled, stateText, viewOf } from './scene.ts'

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

const FILE_BYTES = 3_000_000
const JOINS_WITHIN_MS = 180_000
const ARRIVES_WITHIN_MS = 90_000
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
  readonly #scene: Scene
  readonly #ledger = new Ledger()
  readonly #steps: StepResult[] = []
  readonly #faults: string[] = []
  readonly #rooms = new Map<string, string>()
  readonly #pairs = new Map<string, readonly [Member, Member]>()
  #circle = ''
  #chaos: ChaosResult | undefined

  constructor(plan: ScenarioPlan, scene: Scene) {
    this.#plan = plan
    this.#scene = scene
  }

  async run(): Promise<ScenarioResult> {
    const steps: readonly (readonly [string, () => Promise<string>])[] = [
      ['found a circle, and a keeper', () => this.#found()],
      ['join while the founder is off', () => this.#join()],
      ['rooms and messages', () => this.#talk()],
      ['direct messages', () => this.#direct()],
      ['a file in a room', () => this.#file()],
      ['a shared folder is found and got', () => this.#folder()],
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
        if (this.#rooms.size === 0 && step !== 'found a circle, and a keeper') break
        if (this.#circle === '') break
      }
    }
    return {
      steps: this.#steps,
      chaos: this.#chaos,
      messages: this.#ledger.count,
      faults: this.#faults,
    }
  }

  get #ana(): Member {
    return this.#scene.member('ana')
  }

  async #found(): Promise<string> {
    const { members, keeper } = this.#scene
    await this.#scene.startAll()
    for (const member of members) {
      const me = await member.patiently('changeMe', { name: member.name })
      member.person = me.person
    }
    const circle = await this.#ana.patiently('newCircle', { name: 'Band' })
    this.#circle = circle.id
    const invite = await this.#ana.patiently('newInvite', { id: circle.id, role: 'keeper' })
    await keeper.patiently('joinCircle', { link: invite.link ?? '' })
    const second = await this.#ana.patiently('newInvite', { id: circle.id })
    const [, ben] = members
    await ben?.patiently('joinCircle', { link: second.link ?? '' })
    await this.#joined([keeper, ...(ben === undefined ? [] : [ben])])
    return `${members.length} people and a keeper behind ${new Set(members.map(({ place }) => place.kind)).size} kinds of router`
  }

  async #joined(some: readonly Member[]): Promise<number> {
    return settled(
      'they joined',
      async () => {
        const wrong: string[] = []
        for (const member of some) {
          const { circles, joining } = await member.call('circles', {})
          const circle = circles.find(({ id }) => id === this.#circle)
          if (circle !== undefined && circle.role !== null && joining.every(({ step }) => step === 'joined'))
            continue
          const [step] = joining
          wrong.push(
            `${member.name} ${step?.step ?? 'nothing'} ${step?.membersFound ?? ''} ${step?.problem?.code ?? ''}`,
          )
        }
        return wrong
      },
      { deadlineMs: JOINS_WITHIN_MS },
    )
  }

  async #join(): Promise<string> {
    const { members } = this.#scene
    const [, , ...others] = members
    const invite = await this.#ana.patiently('newInvite', {
      id: this.#circle,
      uses: Math.max(1, others.length),
    })
    // Whoever lets them in must have heard of the invite.
    const [, ben] = members
    await settled(
      'ben knows the invite',
      async () => {
        const { invites } = await (ben as Member).call('invites', { id: this.#circle })
        return invites.some(({ id }) => id === invite.id) ? [] : ['not yet']
      },
      { deadlineMs: ARRIVES_WITHIN_MS },
    )
    await this.#ana.stop()
    const begun = performance.now()
    await Promise.all(others.map((member) => member.patiently('joinCircle', { link: invite.link ?? '' })))
    await this.#joined(others)
    const seconds = (performance.now() - begun) / 1_000
    await this.#ana.start()
    const took = await this.#sameState()
    for (const { id, name } of (await this.#ana.patiently('circle', { id: this.#circle })).rooms)
      this.#rooms.set(name, `room:${this.#circle}:${id}`)
    return `${others.length} joined in ${seconds.toFixed(1)} s; all know all ${(took / 1_000).toFixed(1)} s after the founder was back`
  }

  /** The same members, roles and rooms with everybody. */
  #sameState(): Promise<number> {
    const { members } = this.#scene
    return settled(
      'the same members, roles and rooms',
      async () => {
        const texts = new Map<string, string[]>()
        for (const member of members) {
          const details = await member.call('circle', { id: this.#circle })
          if (details.people.length !== members.length + 1)
            return [`${member.name} knows ${details.people.length}`]
          const text = stateText(details)
          texts.set(text, [...(texts.get(text) ?? []), member.name])
        }
        return texts.size === 1 ? [] : [...texts].map(([text, names]) => `${names.join(', ')}: ${text}`)
      },
      { deadlineMs: ARRIVES_WITHIN_MS },
    )
  }

  async #talk(): Promise<string> {
    const { members } = this.#scene
    const room = await this.#ana.patiently('newRoom', { id: this.#circle, name: 'plans' })
    this.#rooms.set(room.name, `room:${this.#circle}:${room.id}`)
    await this.#sameState()
    for (const member of members)
      for (const [name, id] of this.#rooms) await this.#say(member, id, name, `${member.name} in ${name}`)
    const took = await this.#arrived()
    return `${this.#ledger.count} messages in ${this.#rooms.size} rooms with everybody ${(took / 1_000).toFixed(1)} s after the last`
  }

  async #say(member: Member, id: string, conversation: string, text: string): Promise<void> {
    const said = this.#ledger.add({
      conversation,
      author: member.name,
      text,
      id: undefined,
      after: undefined,
    })
    const once = randomBytes(12).toString('hex')
    said.id = (await member.patiently('writeMessage', { id, text, once })).id
  }

  #arrived(deadlineMs = ARRIVES_WITHIN_MS): Promise<number> {
    return settled('everything is with everybody', async () => this.#ledger.faults(await this.#views()), {
      deadlineMs,
      everyMs: 1_000,
    })
  }

  async #views(): Promise<View[]> {
    const views: View[] = []
    for (const [name, id] of this.#rooms)
      for (const member of this.#scene.members) if (member.up) views.push(await viewOf(member, id, name))
    for (const [name, [one, other]] of this.#pairs)
      for (const [member, peer] of [
        [one, other],
        [other, one],
      ] as const)
        if (member.up) views.push(await viewOf(member, `direct:${peer.person}`, name))
    return views
  }

  async #direct(): Promise<string> {
    const { members } = this.#scene
    for (const [at, member] of members.entries()) {
      const other = members[(at + 1) % members.length]
      if (other === undefined || other === member) continue
      await member.patiently('addContact', { person: other.person })
      await other.patiently('addContact', { person: member.person })
    }
    // All pairs: chaos draws any of them.
    for (const one of members)
      for (const other of members)
        if (one.name < other.name) this.#pairs.set(pairName(one, other), [one, other])
    const before = this.#ledger.count
    for (const [at, member] of members.entries()) {
      const other = members[(at + 1) % members.length]
      if (other !== undefined && other !== member)
        await this.#say(
          member,
          `direct:${other.person}`,
          pairName(member, other),
          `${member.name} to ${other.name}`,
        )
    }
    const took = await this.#arrived()
    return `${this.#ledger.count - before} arrived ${(took / 1_000).toFixed(1)} s after the last`
  }

  /** From one behind a router to others behind theirs. */
  async #file(): Promise<string> {
    const { members, keeper } = this.#scene
    const giver = members.at(-1) as Member
    const takers = members.slice(1, 4)
    const bytes = new SeededRandom(this.#plan.seed).bytes(FILE_BYTES)
    const folder = join(giver.folder, 'own')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'concert.bin'), bytes)
    const [[, id = ''] = []] = [...this.#rooms]
    const message = await giver.patiently('offerFiles', { id, paths: [join(folder, 'concert.bin')] })
    const begun = performance.now()
    const times: string[] = []
    await Promise.all(
      takers.map(async (taker) => {
        const saveFolder = join(taker.folder, 'got')
        await settled(
          `${taker.name} has the offer`,
          async () => {
            const { messages } = await taker.call('messages', { id, limit: 50 })
            return messages.some((each) => each.id === message.id) ? [] : ['not yet']
          },
          { deadlineMs: ARRIVES_WITHIN_MS },
        )
        await taker.patiently('getMessageFile', { id, message: message.id, saveFolder })
        await settled(
          `${taker.name} (${taker.place.kind}) gets the file of ${giver.name} (${giver.place.kind})`,
          async () => {
            const { messages } = await taker.call('messages', { id, around: message.id, limit: 10 })
            const card = messages.find((each) => each.id === message.id)?.file
            return card?.state === 'got'
              ? []
              : [
                  `${card?.state} ${card?.doneBytes} of ${card?.lengthBytes}, ${card?.sources} sources ${card?.problem?.code ?? ''}`,
                ]
          },
          { deadlineMs: ARRIVES_WITHIN_MS },
        )
        await sameBytes(saveFolder, bytes)
        times.push(`${taker.name} ${((performance.now() - begun) / 1_000).toFixed(1)} s`)
      }),
    )
    if (keeper.up) await nothingOf(keeper, bytes)
    return `3 MB from ${giver.name} (${giver.place.kind}): ${times.join(', ')}`
  }

  async #folder(): Promise<string> {
    const { members } = this.#scene
    const sharer = members[2] ?? this.#ana
    const taker = members.at(-1) as Member
    const folder = join(sharer.folder, 'Recordings')
    await mkdir(folder, { recursive: true })
    const bytes = new SeededRandom(this.#plan.seed + 1).bytes(400_000)
    await writeFile(join(folder, 'zebra crossing live.flac'), bytes)
    await writeFile(join(folder, 'notes.txt'), 'what was played\n')
    const added = await sharer.patiently('addLibraryFolder', { path: folder })
    const review = await sharer.patiently('startReview', { folder: added.id, only: 'all', audience: 'link' })
    await settled(
      'the folder was looked through',
      async () => {
        const { state } = await sharer.call('review', { id: review.id, after: 0 })
        return state === 'done' ? [] : [state]
      },
      { deadlineMs: ARRIVES_WITHIN_MS },
    )
    await sharer.patiently('changeFolderAudience', {
      id: added.id,
      audience: `circle:${this.#circle}`,
      review: review.id,
    })
    const find = async (member: Member) => {
      const found = await member.call('searchOthers', { in: 'circles', words: 'zebra' })
      return found.entries.find(({ holders }) => holders.some(({ person }) => person === sharer.person))
    }
    const took = await settled(
      'everybody finds what is shared',
      async () => {
        const wrong: string[] = []
        for (const member of members)
          if (member !== sharer && (await find(member)) === undefined) wrong.push(member.name)
        return wrong
      },
      { deadlineMs: ARRIVES_WITHIN_MS },
    )
    const entry = await find(taker)
    const saveFolder = join(taker.folder, 'found')
    const outcome = await taker.patiently('getShared', {
      from: `circle:${this.#circle}`,
      contents: [{ content: entry?.content ?? '', path: 'zebra.flac' }],
      saveFolder,
    })
    if (outcome.failed.length > 0) throw new Error(JSON.stringify(outcome.failed))
    await settled(
      'it is got',
      () =>
        sameBytes(saveFolder, bytes).then(
          () => [],
          (error: Error) => [error.message],
        ),
      {
        deadlineMs: ARRIVES_WITHIN_MS,
      },
    )
    return `found by ${members.length - 1} after ${(took / 1_000).toFixed(1)} s; got by ${taker.name} from ${sharer.name}`
  }

  async #search(): Promise<string> {
    for (const member of this.#scene.members) {
      const { total } = await member.patiently('searchMessages', { words: 'plans', circle: this.#circle })
      if (total < this.#scene.members.length) throw new Error(`${member.name} finds ${total}`)
    }
    return `${this.#scene.members.length} find what all said`
  }

  /** Sender and recipient are never on at the same time; the keeper is, and cannot read it. */
  async #byKeeper(): Promise<string> {
    const { members, keeper } = this.#scene
    const sender = members[1] as Member
    const taker = members.at(-1) as Member
    const [[name = '', id = ''] = []] = [...this.#rooms]
    await Promise.all(members.filter((member) => member !== sender).map((member) => member.stop()))
    await this.#say(sender, id, name, 'said while all were off')
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
    await this.#scene.startAll()
    await this.#arrived()
    return `${(took / 1_000).toFixed(1)} s after ${taker.name} was on`
  }

  async #chaosStep(): Promise<string> {
    const { members } = this.#scene
    this.#chaos = await new Chaos({
      seconds: this.#plan.chaosSeconds,
      rooms: this.#rooms,
      members,
      scene: this.#scene,
      ledger: this.#ledger,
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
    await this.#scene.startAll()
    const state = await this.#sameState()
    const log = await this.#arrived(CONVERGES_WITHIN_MS)
    const views = await this.#views()
    const hash = createHash('sha256')
    for (const { conversation, messages, member } of views)
      if (member === this.#ana.name) hash.update(`${conversation} ${messages.map(({ id }) => id).join()}\n`)
    return `${this.#ledger.count} messages in ${this.#rooms.size} rooms and ${this.#pairs.size} pairs, ${((state + log) / 1_000).toFixed(1)} s after the end; log ${hash.digest('hex').slice(0, 16)}`
  }

  /** Looked for in every file that the keeper has. */
  async #keeperReads(): Promise<string> {
    const { keeper } = this.#scene
    await pause(0)
    const needles = ['says 1', ' in plans', 'said while all were off'].map((text) => Buffer.from(text))
    let files = 0
    for (const entry of await readdir(keeper.stateFolder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      files++
      const bytes = await readFile(join(entry.parentPath, entry.name))
      const found = needles.find((needle) => bytes.includes(needle))
      if (found !== undefined) throw new Error(`${entry.name} holds "${found}"`)
    }
    return `${files} files`
  }
}

async function sameBytes(folder: string, bytes: Uint8Array): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries)
    if (entry.isFile() && Buffer.compare(await readFile(join(entry.parentPath, entry.name)), bytes) === 0)
      return
  throw new Error(`none of ${entries.map(({ name }) => name).join(', ') || 'no files'} has the right bytes`)
}

/** Keepers hold messages, never files. */
async function nothingOf({ folder, name }: Member, bytes: Uint8Array): Promise<void> {
  const part = Buffer.from(bytes.subarray(0, 64))
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && (await readFile(join(entry.parentPath, entry.name))).includes(part))
      throw new Error(`${name} holds bytes of the file: ${entry.name}`)
}
