// Everything one test started and wrote. Promise: `close` ends all of it, newest first, whatever state it is in.

import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host, Lan } from '../../lab/netns/lan.ts'
import { Program, type ProgramOptions } from '../../lab/netns/program.ts'

export class Scene {
  readonly directory: string
  readonly lan: Lan
  readonly #programs: Program[] = []
  readonly #endings: (() => Promise<unknown>)[] = []
  #folders = 0

  constructor(directory: string, lan: Lan) {
    this.directory = directory
    this.lan = lan
  }

  /** A computer on the network, for one client. */
  async host(name: string): Promise<Host> {
    const host = await this.lan.host(name)
    this.defer(async () => host.leave())
    return host
  }

  /** A new empty folder. */
  async folder(name: string): Promise<string> {
    this.#folders++
    const path = join(this.directory, `${this.#folders}-${name}`)
    await mkdir(path)
    return path
  }

  start(name: string, command: readonly string[], options: ProgramOptions = {}): Program {
    const program = new Program(name, command, options)
    this.#programs.push(program)
    this.defer(() => program.stop('SIGKILL'))
    return program
  }

  /** Runs `ending` when the test is over. */
  defer(ending: () => Promise<unknown>): void {
    this.#endings.push(ending)
  }

  /** What the programs printed last. */
  tails(): string {
    return this.#programs.map((program) => program.tail()).join('\n')
  }

  async close(): Promise<void> {
    for (const ending of this.#endings.reverse()) await ending()
    await rm(this.directory, { recursive: true, force: true })
  }
}
