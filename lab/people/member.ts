// One person of the lab: a real daemon on a computer of its own, killed and started again, and a voice beside it that speaks to it.
// Promise: whatever was started ends with `end`.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InputOf, OutputOf, RouteName } from '../../src/api/routes.ts'
import type { Place } from '../nat/world.ts'
import { Program } from '../netns/program.ts'
import { pause, until } from '../netns/until.ts'
import type { Answered } from './voice.ts'

const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
const VOICE = join(import.meta.dirname, 'voice.ts')
const ANSWERS_WITHIN_MS = 60_000
/** Ten daemons begin on two cores. */
const STARTS_WITHIN_MS = 120_000

/** What a call failed with. */
export class CallFailed extends Error {
  readonly code: string
  /** The daemon said no; otherwise it may have done it, or not. */
  readonly answered: boolean

  constructor(who: string, name: string, code: string, message: string, answered: boolean) {
    super(`${who}: ${name}: ${code} ${message}`)
    this.code = code
    this.answered = answered
  }

  /** The same call may be answered a moment later. */
  get passes(): boolean {
    return !this.answered || this.code === 'PEOPLE_UNAVAILABLE'
  }
}

export interface MemberPlan {
  readonly name: string
  readonly place: Place
  /** An empty folder of this run. */
  readonly folder: string
  readonly settings: Readonly<Record<string, unknown>>
}

export class Member {
  readonly name: string
  readonly place: Place
  readonly folder: string
  readonly stateFolder: string
  /** Of the person, once known. */
  person = ''
  starts = 0
  readonly #settings: Readonly<Record<string, unknown>>
  #daemon: Program | undefined
  /** The one that has answered. */
  #ready: Program | undefined
  #voice: Program | undefined
  #number = 0
  readonly #waiting = new Map<number, (answered: Answered) => void>()

  constructor({ name, place, folder, settings }: MemberPlan) {
    this.name = name
    this.place = place
    this.folder = join(folder, name)
    this.stateFolder = join(this.folder, 'state')
    this.#settings = settings
  }

  /** It answers. */
  get up(): boolean {
    return this.#ready !== undefined && this.#ready === this.#daemon
  }

  /** Or is on its way to. */
  get running(): boolean {
    return this.#daemon !== undefined
  }

  /** Until it answers, or is killed before. */
  async start(): Promise<void> {
    if (this.starts++ === 0) {
      await mkdir(this.stateFolder, { recursive: true, mode: 0o700 })
      await mkdir(join(this.folder, 'saved'), { recursive: true })
      const settings = { 'saving.folder': join(this.folder, 'saved'), ...this.#settings }
      await writeFile(join(this.stateFolder, 'config.json'), JSON.stringify(settings))
    }
    this.#voice ??= this.#speak()
    const daemon = new Program(
      `${this.name} (start ${this.starts})`,
      [process.execPath, SHOAL, 'start', '--foreground', '--state-dir', this.stateFolder],
      { host: this.place },
    )
    this.#daemon = daemon
    try {
      await until(`${this.name} answers`, () => this.call('me', {}).catch(notYet), {
        deadlineMs: STARTS_WITHIN_MS,
        everyMs: 200,
        program: daemon,
      })
      this.#ready = daemon
    } catch (error) {
      if (this.#daemon === daemon) throw error
    }
  }

  /** As a power cut would: no handler runs. */
  async kill(): Promise<void> {
    const daemon = this.#daemon
    this.#daemon = undefined
    await daemon?.stop('SIGKILL')
  }

  /** As a person does who goes to bed. */
  async stop(): Promise<void> {
    const daemon = this.#daemon
    this.#daemon = undefined
    await daemon?.stop('SIGTERM', 15_000)
  }

  async end(): Promise<void> {
    await this.kill()
    await this.#voice?.stop('SIGKILL')
  }

  /** @throws CallFailed */
  async call<Name extends RouteName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    const voice = this.#voice
    if (voice === undefined) throw new CallFailed(this.name, name, 'DAEMON_NOT_RUNNING', '', false)
    const number = ++this.#number
    const answered = await new Promise<Answered>((resolve) => {
      const silent = setTimeout(
        () => resolve({ number, code: 'SILENT', message: '', answered: false }),
        ANSWERS_WITHIN_MS,
      )
      this.#waiting.set(number, (told) => {
        clearTimeout(silent)
        resolve(told)
      })
      voice.write(JSON.stringify({ number, name, input }))
    })
    this.#waiting.delete(number)
    if ('code' in answered)
      throw new CallFailed(this.name, name, answered.code, answered.message, answered.answered)
    return answered.output as OutputOf<Name>
  }

  /** Again and again while its people part is being started, or started again. */
  async patiently<Name extends RouteName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    const deadline = performance.now() + ANSWERS_WITHIN_MS
    for (;;) {
      try {
        return await this.call(name, input)
      } catch (error) {
        if (!(error instanceof CallFailed) || !error.passes || performance.now() > deadline) throw error
        await pause(200)
      }
    }
  }

  get tail(): string {
    return this.#daemon?.tail() ?? `--- ${this.name} is off`
  }

  #speak(): Program {
    const voice = new Program(`voice of ${this.name}`, [process.execPath, VOICE, this.stateFolder], {
      host: this.place,
      chatter: () => true,
    })
    voice.onLine((line) => {
      const told = JSON.parse(line) as Answered
      this.#waiting.get(told.number)?.(told)
    })
    return voice
  }
}

function notYet(error: unknown): undefined {
  if (error instanceof CallFailed && error.passes) return undefined
  throw error
}
