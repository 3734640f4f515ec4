// A real daemon whose people process is flooded: a good peer takes what it gives, calls are timed, and the process is looked at
// from outside: its memory, whether it died, and how soon it was back.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DaemonProcess } from '../daemon/daemon-process.ts'
import type { GoodFigures } from '../flood/messages.ts'
import { until } from '../netns/until.ts'
import type { AttackReport } from './flood-attacker.ts'
import type { Flood, Victim } from './flood-sockets.ts'

const PAYLOAD_BYTES = 64 * 1024 * 1024
const BLOCK_BYTES = 16_384
/** A good peer of ordinary speed: as fast as it goes would only measure who has the processor. */
const GOOD_BYTES_PER_SECOND = 20_000_000
const CALL_EVERY_MS = 50
const LOOK_EVERY_MS = 50
const PATIENCE_MS = 60_000

export interface DaemonFloodOutcome {
  readonly perSecond: number
  /** Of the good peer, against calm before and after. */
  readonly ratio: number
  readonly apiP95Ms: number
  readonly peopleP95Ms: number
  readonly mostRssBytes: number
  /** The process died and was there again. */
  readonly restarts: number
  readonly longestAwayMs: number
}

export class DaemonFloodScene {
  readonly #daemon: DaemonProcess
  readonly #good: ChildProcess
  readonly #attackers: ChildProcess
  readonly #victim: Victim

  private constructor(daemon: DaemonProcess, good: ChildProcess, attackers: ChildProcess, victim: Victim) {
    this.#daemon = daemon
    this.#good = good
    this.#attackers = attackers
    this.#victim = victim
  }

  static async open(folder: string, host: string, from: readonly string[]): Promise<DaemonFloodScene> {
    const path = join(folder, 'given.bin')
    mkdirSync(join(folder, 'saved'), { recursive: true })
    writeFileSync(path, Buffer.alloc(PAYLOAD_BYTES, 'what is given'))
    const daemon = await DaemonProcess.start(join(folder, 'state'), {
      'network.bind': host,
      'saving.folder': join(folder, 'saved'),
      'checks.scanner': 'off',
    })
    await patiently(() => daemon.call('changeMe', { name: 'Flooded' }))
    await patiently(() => daemon.call('newCircle', { name: 'A circle' }))
    const peoplePort = await until(
      'people listen',
      async () => (await daemon.call('me', {})).network.port ?? undefined,
      {
        deadlineMs: PATIENCE_MS,
      },
    )
    const { transfer } = await daemon.call('addShare', { path, audience: 'link', format: 'hybrid' })
    await until('it is hashed', async () => (await daemon.call('share', { id: transfer.id })).link !== null, {
      deadlineMs: PATIENCE_MS,
    })
    const { row, pieceCount, pieceLengthBytes } = await daemon.call('transfer', { id: transfer.id })
    const { listensAt } = await daemon.call('network', {})
    const listenPort = listensAt?.split(':').at(-1) ?? ''
    const blocks = (pieceLengthBytes ?? BLOCK_BYTES) / BLOCK_BYTES
    const words = [host, listenPort, row.infohashV1, pieceCount, '', GOOD_BYTES_PER_SECOND, blocks].map(
      String,
    )
    const good = fork(join(import.meta.dirname, '..', 'flood', 'good-peer.ts'), words)
    await once(good, 'message')
    const attackers = fork(join(import.meta.dirname, 'flood-attacker.ts'))
    return new DaemonFloodScene(daemon, good, attackers, { at: { host, port: peoplePort }, from })
  }

  async measure(flood: Flood, seconds: number): Promise<DaemonFloodOutcome> {
    const before = await this.#taken(seconds * 1_000)
    this.#attackers.send({ kind: 'begin', name: flood.name, victim: this.#victim })
    await once(this.#attackers, 'message')
    const begun = performance.now()
    const watching = this.#watch(seconds * 1_000)
    const [during, api, people, process] = await Promise.all([
      this.#taken(seconds * 1_000),
      this.#calls(seconds * 1_000, () => this.#daemon.call('status', {})),
      this.#calls(seconds * 1_000, () => this.#daemon.call('circles', {})),
      watching,
    ])
    const lastedMs = performance.now() - begun
    this.#attackers.send({ kind: 'end' })
    const [report] = (await once(this.#attackers, 'message')) as [AttackReport]
    await pause(500)
    const after = await this.#taken(seconds * 1_000)
    return {
      perSecond: (report.count * 1_000) / lastedMs,
      ratio: (2 * during) / (before + after),
      apiP95Ms: p95(api),
      peopleP95Ms: p95(people),
      ...process,
    }
  }

  /** Bytes per second that the good peer takes. */
  async #taken(ms: number): Promise<number> {
    const from = { ...(await this.#figures()), at: performance.now() }
    await pause(ms)
    const to = await this.#figures()
    return (1_000 * (to.takenBytes - from.takenBytes)) / (performance.now() - from.at)
  }

  async #figures(): Promise<GoodFigures> {
    this.#good.send({})
    const [figures] = (await once(this.#good, 'message')) as [GoodFigures]
    return figures
  }

  /** How long each took; a refusal while the people process is away is an answer, too. */
  async #calls(ms: number, call: () => Promise<unknown>): Promise<number[]> {
    const end = performance.now() + ms
    const times: number[] = []
    while (performance.now() < end) {
      const begun = performance.now()
      await call().catch(unavailable)
      times.push(performance.now() - begun)
      await pause(CALL_EVERY_MS)
    }
    return times
  }

  async #watch(ms: number): Promise<Pick<DaemonFloodOutcome, 'mostRssBytes' | 'restarts' | 'longestAwayMs'>> {
    const end = performance.now() + ms
    let [mostRssBytes, restarts, longestAwayMs] = [0, 0, 0]
    let pid = peoplePid(this.#daemon.pid)
    let awaySince: number | undefined
    while (performance.now() < end) {
      const now = peoplePid(this.#daemon.pid)
      if (now === undefined) awaySince ??= performance.now()
      else {
        if (awaySince !== undefined) longestAwayMs = Math.max(longestAwayMs, performance.now() - awaySince)
        awaySince = undefined
        if (pid !== undefined && pid !== now) restarts++
        pid = now
        mostRssBytes = Math.max(mostRssBytes, rssOf(now))
      }
      await pause(LOOK_EVERY_MS)
    }
    return { mostRssBytes, restarts, longestAwayMs }
  }

  /** Killed as the system would when it has no memory left. @returns until it answers again, ms */
  async killPeople(): Promise<number> {
    const pid = peoplePid(this.#daemon.pid)
    if (pid === undefined) throw new Error('there is no people process')
    const begun = performance.now()
    process.kill(pid, 'SIGKILL')
    await until('it is another one', () => ![undefined, pid].includes(peoplePid(this.#daemon.pid)), {
      deadlineMs: PATIENCE_MS,
    })
    await patiently(() => this.#daemon.call('circles', {}))
    return performance.now() - begun
  }

  async close(): Promise<void> {
    for (const child of [this.#good, this.#attackers]) {
      child.disconnect()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
    await this.#daemon.stop()
  }
}

function unavailable(error: unknown): void {
  if ((error as { code?: string }).code !== 'PEOPLE_UNAVAILABLE') throw error
}

function patiently<T>(call: () => Promise<T>): Promise<T> {
  const once = async (): Promise<{ readonly answer: T } | undefined> => {
    try {
      return { answer: await call() }
    } catch (error) {
      unavailable(error)
      return undefined
    }
  }
  return until('people answer', once, { deadlineMs: PATIENCE_MS }).then(({ answer }) => answer)
}

/** The child that has that title. */
function peoplePid(parent: number): number | undefined {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ')
  return children.map(Number).find((pid) => pid > 0 && titleOf(pid).startsWith('shoal people'))
}

function titleOf(pid: number): string {
  return textOf(`/proc/${pid}/cmdline`)
}

function rssOf(pid: number): number {
  return 1_024 * Number(/^VmRSS:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}

function p95(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0
}
