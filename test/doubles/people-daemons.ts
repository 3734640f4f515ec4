// People in real daemons, each a process of its own with its people process below it, on loopback and asking nobody else: killed,
// started again, searched. Everything is ended and removed with the test.

import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { DaemonProcess } from '../../lab/daemon/daemon-process.ts'
import { until } from '../../lab/netns/until.ts'
import type { InputOf, OutputOf, RouteName } from '../../src/api/routes.ts'

/** Everything here takes a second or two; a busy machine takes longer. */
export const PATIENCE_MS = 60_000
const LOOK_EVERY_MS = 50
/** Codes that say: the same again in a moment. */
const LATER: ReadonlySet<string> = new Set(['PEOPLE_UNAVAILABLE', 'KEYS_COMING'])

export type Message = OutputOf<'messages'>['messages'][number]

export class PersonDaemon {
  readonly name: string
  readonly stateFolder: string
  #running: DaemonProcess | undefined
  readonly #settings: Readonly<Record<string, unknown>>
  readonly #environment: Readonly<Record<string, string>>

  constructor(
    name: string,
    folder: string,
    settings: Readonly<Record<string, unknown>>,
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.#environment = environment
    this.name = name
    this.stateFolder = join(folder, name)
    this.#settings = { 'saving.folder': join(folder, `${name}-saved`), 'checks.scanner': 'off', ...settings }
  }

  async start(): Promise<void> {
    this.#running = await DaemonProcess.start(this.stateFolder, this.#settings, [], this.#environment)
  }

  get daemon(): DaemonProcess {
    if (this.#running === undefined) throw new Error(`${this.name} is off`)
    return this.#running
  }

  get pid(): number {
    return this.daemon.pid
  }

  call<Name extends RouteName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    return this.daemon.call(name, input)
  }

  /** Again and again while people are being started or started again, or a circle changes its keys. */
  patiently<Name extends RouteName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    return this.until(`${name} of ${this.name} is answered`, () =>
      this.call(name, input).catch((error: unknown) => {
        if (LATER.has((error as { code?: string }).code ?? '')) return undefined
        throw error
      }),
    )
  }

  /** @param describe what to show when the time is over */
  until<T>(
    what: string,
    condition: () => Promise<T | undefined | false>,
    describe?: () => string,
  ): Promise<T> {
    const patience = { deadlineMs: PATIENCE_MS, everyMs: LOOK_EVERY_MS }
    return until(what, condition, {
      ...patience,
      ...(describe === undefined ? {} : { describe }),
    }) as Promise<T>
  }

  /** By its title: it is the only child that has it. */
  async peoplePid(): Promise<number> {
    return await this.until('there is a people process', async () =>
      childrenOf(this.pid).find((pid) => titleOf(pid).startsWith('shoal people')),
    )
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    await running?.stop()
  }

  async kill(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    await running?.kill()
  }

  // ── What people do ────────────────────────────────────────────────────────────────────────────────

  async circle(): Promise<OutputOf<'circle'>> {
    const { circles } = await this.patiently('circles', {})
    return await this.patiently('circle', { id: circles[0]?.id ?? '' })
  }

  /** By an invite; resolves when it is a member and has the room. */
  async join(link: string, room = true): Promise<string> {
    const joining = await this.patiently('joinCircle', { link, name: this.name })
    await this.until(`${this.name} has joined`, async () => {
      const { joining: all, circles } = await this.patiently('circles', {})
      const now = all.find(({ id }) => id === joining.id)
      if (now?.step === 'failed') throw new Error(`joining failed: ${now.problem?.code}`)
      const circle = circles.find(({ id }) => id === joining.circle)
      return circle !== undefined && circle.role !== null && (!room || circle.rooms.length > 0)
    })
    return joining.circle
  }

  async room(): Promise<string> {
    const { id, rooms } = await this.circle()
    return `room:${id}:${rooms[0]?.id}`
  }

  say(conversation: string, text: string): Promise<Message> {
    return this.patiently('writeMessage', { id: conversation, text })
  }

  async heard(conversation: string): Promise<string[]> {
    const { messages } = await this.patiently('messages', { id: conversation, limit: 200 })
    return messages.filter(({ kind }) => kind === 'text').map(({ text }) => text)
  }

  hears(conversation: string, text: string): Promise<unknown> {
    return this.until(`${this.name} hears ${text}`, async () => {
      const found = await this.heard(conversation).catch((error: unknown) => {
        if ((error as { code?: string }).code === 'CONVERSATION_UNKNOWN') return []
        throw error
      })
      return (found as readonly string[]).includes(text)
    })
  }
}

export class People {
  readonly folder: string
  readonly #all: PersonDaemon[] = []

  private constructor(folder: string) {
    this.folder = folder
  }

  static async make(t: TestContext): Promise<People> {
    const people = new People(await mkdtemp(join(tmpdir(), 'shoal-people-')))
    t.after(async () => {
      await Promise.allSettled(people.#all.map((person) => person.kill()))
      await rm(people.folder, { recursive: true, force: true })
    })
    return people
  }

  async start(
    name: string,
    settings: Readonly<Record<string, unknown>> = {},
    environment: Readonly<Record<string, string>> = {},
  ): Promise<PersonDaemon> {
    const person = new PersonDaemon(name, this.folder, settings, environment)
    this.#all.push(person)
    await person.start()
    return person
  }

  startAll<const Names extends readonly string[]>(
    ...names: Names
  ): Promise<{ [Index in keyof Names]: PersonDaemon }> {
    return Promise.all(names.map((name) => this.start(name))) as Promise<never>
  }
}

export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((text) => text !== '')
    .map(Number)
}

function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}

/** Every file below, whole. */
export function filesBelow(folder: string): Buffer[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
}
