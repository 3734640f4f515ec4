// Shoal as it stays on, by the command line alone: state folders below one temporary folder, everything on 127.0.0.1, a free
// port for each page. Promise: whatever was started in the background ends with the test.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../lab/netns/until.ts'
import { CommandLine, type Outcome, type Running, type Said } from './command-line.ts'

/** Settings of every daemon here, and of the commands beside it. */
export const ENVIRONMENT = {
  SHOAL_DHT_ROUTER: 'none',
  SHOAL_BIND: '127.0.0.1',
  SHOAL_NO_LSD: '1',
  SHOAL_NO_PORT_MAPPING: '1',
  SHOAL_SERVER_PORT: '0',
}

export class DaemonLine {
  readonly cli = new CommandLine()
  /** State folders in which something may run. */
  readonly #states = new Set<string>()

  get folder(): string {
    return this.cli.folder
  }

  /** A new state folder. */
  state(): string {
    const state = join(this.cli.place('daemon'), 'state')
    this.#states.add(state)
    return state
  }

  /** A command about the daemon of that folder. */
  run(state: string, words: readonly string[], more: Parameters<CommandLine['run']>[1] = {}): Running {
    this.#states.add(state)
    return this.cli.run([...words, '--state-dir', state], { ...more, env: { ...ENVIRONMENT, ...more.env } })
  }

  /** The same, to its end. */
  async do(state: string, ...words: readonly string[]): Promise<Outcome> {
    return await this.run(state, words).ended()
  }

  /** As a person sees it. */
  plain(state: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return this.cli.plain([...words, '--state-dir', state], { ...ENVIRONMENT, ...env })
  }

  /** In the background, as most people have it. */
  async start(state: string): Promise<Said> {
    const { code, last } = await this.do(state, 'start', '--no-open')
    if (code !== 0) throw new Error(`shoal start: ${code} ${JSON.stringify(last)}`)
    return last
  }

  /** As a service manager has it. */
  async foreground(
    state: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ running: Running; said: Said }> {
    const running = this.run(state, ['start', '--foreground'], { env })
    return { running, said: await running.said('running') }
  }

  async rows(state: string, ...filter: readonly string[]): Promise<Said[]> {
    const { code, last } = await this.do(state, 'list', ...filter)
    if (code !== 0) throw new Error(`shoal list: ${code} ${JSON.stringify(last)}`)
    return last.transfers as Said[]
  }

  /** The only transfer, once it fits. */
  async row(state: string, what: string, fits: (row: Said) => boolean): Promise<Said> {
    let seen: unknown
    return await until(
      what,
      async () => {
        const rows = await this.rows(state)
        seen = rows
        return rows.find(fits)
      },
      { deadlineMs: 60_000, everyMs: 200, describe: () => JSON.stringify(seen) },
    )
  }

  async close(): Promise<void> {
    for (const state of this.#states) {
      const pid = runningPid(state)
      if (pid === undefined) continue
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended.
      }
    }
    await this.cli.close()
  }
}

/** By the lock: the run file is there only while it answers. */
export function runningPid(state: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(join(state, 'daemon.lock'), 'utf8')) as { pid: number }).pid
  } catch {
    return undefined
  }
}

/** Whether a process of that id is there; one that only waits to be asked how it ended is not. */
export function lives(pid: number): boolean {
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return status === 0 && !stdout.startsWith('Z')
}
