// A real daemon as its own process on a state folder, for labs and end-to-end tests: started, spoken to, killed, started again.
// Promise: it is on loopback only, asks nobody outside, and is ended with `stop` or `kill` whatever happened before.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InputOf, OutputOf, RouteName } from '../../src/api/routes.ts'
import { type DaemonLink, findLink } from '../../src/cli/daemon-link.ts'
import { Program } from '../netns/program.ts'
import { until } from '../netns/until.ts'

const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
const ANSWERS_WITHIN_MS = 60_000
/** SAFETY.md, G19, and a little for the process itself. */
const STOPS_WITHIN_MS = 12_000

/** Of every daemon here: nothing leaves the computer, and no port is taken that somebody has. */
export const LONELY = {
  'network.bind': '127.0.0.1',
  'network.dht': false,
  'network.lan': false,
  'network.portMapping': false,
  'server.port': 0,
} as const

export class DaemonProcess {
  readonly stateFolder: string
  /** From being started to its first answer. */
  readonly startedInMs: number
  readonly #program: Program
  readonly #link: DaemonLink

  private constructor(stateFolder: string, startedInMs: number, program: Program, link: DaemonLink) {
    this.stateFolder = stateFolder
    this.startedInMs = startedInMs
    this.#program = program
    this.#link = link
  }

  /** @param settings written before the first start; later ones are changed by calls */
  static async start(
    stateFolder: string,
    settings?: Readonly<Record<string, unknown>>,
    node: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<DaemonProcess> {
    if (settings !== undefined) {
      mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
      writeFileSync(join(stateFolder, 'config.json'), JSON.stringify({ ...LONELY, ...settings }))
    }
    const begun = performance.now()
    const command = [process.execPath, ...node, SHOAL, 'start', '--foreground', '--state-dir', stateFolder]
    const program = new Program('shoal start', command, { env: { SHOAL_DHT_ROUTER: 'none', ...environment } })
    try {
      const link = await until('it answers', () => findLink(stateFolder), {
        deadlineMs: ANSWERS_WITHIN_MS,
        everyMs: 5,
        program,
      })
      await link.call('status', {})
      return new DaemonProcess(stateFolder, performance.now() - begun, program, link)
    } catch (error) {
      await program.stop('SIGKILL')
      throw error
    }
  }

  get pid(): number {
    return this.#program.pid
  }

  get url(): string {
    return this.#link.run.url
  }

  get link(): DaemonLink {
    return this.#link
  }

  call<Name extends RouteName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    return this.#link.call(name, input)
  }

  /** As a power cut would: no handler runs. */
  async kill(): Promise<void> {
    await this.#program.stop('SIGKILL')
  }

  /** @returns its exit code */
  async stop(): Promise<number | null> {
    await this.#program.stop('SIGTERM', STOPS_WITHIN_MS)
    return (await this.#program.ended).code
  }

  /** What it said last, for a failure. */
  get tail(): string {
    return this.#program.tail()
  }
}
