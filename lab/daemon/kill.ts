// `kill -9` of a daemon under load: `npm run lab:kill -- [--kills 100] [--seed N] [--size 48M] [--up 12M] [--seconds N]`. It
// downloads from real sharers while calls add, change, pause and remove transfers; at a random moment it is killed and started again.
// Looked at each time: every transfer and every choice that was answered is there; no state was set aside; what was
// received is here but for the larger of 16 MiB or 5 s a transfer (SAFETY.md, G3); it answers within 2 s. At the end and whenever one is
// finished its files are compared byte by byte.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { TransferRow } from '../../src/api/schemas/transfer.ts'
import { randomInt, SeededRandom } from '../../src/base/random.ts'
import { RATE, SIZE } from '../../src/cli/readers.ts'
import { MIB, type Scene, SceneMaker, sceneChoices } from '../crash/scene.ts'
import { Sharer } from '../crash/sharer.ts'
import { pause, until } from '../netns/until.ts'
import { DaemonProcess } from './daemon-process.ts'
import { Promises } from './promises.ts'

export interface KillOptions {
  readonly kills: number
  readonly seed: number
  readonly lengthBytes: number
  readonly upBytesPerSecond: number
  readonly mostSeconds?: number
  readonly say?: (line: string) => void
}

export interface KillResult {
  readonly kills: number
  readonly calls: number
  readonly finished: number
  /** From being started again to the first answer. */
  readonly restartMs: readonly number[]
  /** Received and not there afterwards, as a share of what may be lost; the worst of all transfers at each kill. */
  readonly lost: readonly number[]
  readonly faults: readonly string[]
}

/** SAFETY.md, G3. */
const MAY_LOSE_BYTES = 16 * MIB
const MAY_LOSE_MS = 5_000
/** A daemon lives this long before it is killed: starting, opening and downloading all fall into it. */
const LEAST_LIFE_MS = 20
const MOST_LIFE_MS = 4_000
const OPENS_WITHIN_MS = 30_000
const FINISHES_WITHIN_MS = 120_000
/** Links to nothing, for calls that need no bytes. */
const IDLE_TRANSFERS = 12
const TAGS = ['one', 'two', 'three']

export async function killLab(options: KillOptions): Promise<KillResult> {
  const maker = await SceneMaker.open()
  const sharers: Sharer[] = []
  try {
    const choices = sceneChoices(options.lengthBytes, MIB / 4).filter(({ select }) => select === undefined)
    const scenes: Scene[] = []
    for (const choice of choices) {
      const scene = await maker.make(choice, options.seed)
      scenes.push(scene)
      sharers.push(await Sharer.start(scene, options.upBytesPerSecond))
    }
    return await new Lab(options, maker.folder, scenes, sharers).run()
  } finally {
    await Promise.all(sharers.map((sharer) => sharer.stop()))
    await maker.remove()
  }
}

class Lab {
  readonly #options: KillOptions
  readonly #folder: string
  readonly #scenes: readonly Scene[]
  readonly #sharers: readonly Sharer[]
  readonly #random: SeededRandom
  readonly #promises = new Promises()
  readonly #faults: string[] = []
  readonly #restartMs: number[] = []
  readonly #lost: number[] = []
  /** Of each download what was here whenever it was looked at in this life, the last look last. */
  readonly #seen = new Map<string, { readonly atMs: number; readonly doneBytes: number }[]>()
  /** Asked to be removed with their files, and not answered: any part of them may be gone. */
  readonly #leaving = new Set<string>()
  /** What was here of each when this life began. */
  readonly #here = new Map<string, number>()
  readonly #scenesById = new Map<string, Scene>()
  #daemon: DaemonProcess | undefined
  #calls = 0
  #finished = 0
  #killed = false

  constructor(options: KillOptions, folder: string, scenes: readonly Scene[], sharers: readonly Sharer[]) {
    this.#options = options
    this.#folder = folder
    this.#scenes = scenes
    this.#sharers = sharers
    this.#random = new SeededRandom(options.seed)
  }

  async run(): Promise<KillResult> {
    const { kills, mostSeconds } = this.#options
    const begun = performance.now()
    let done = 0
    this.#daemon = await DaemonProcess.start(join(this.#folder, 'state'), {
      'saving.folder': join(this.#folder, 'got'),
      // None waits for its turn: what such a one has on disk is looked at when its turn comes.
      'saving.maxActive': 100,
    })
    try {
      while (done < kills && (mostSeconds === undefined || performance.now() - begun < mostSeconds * 1_000)) {
        await this.#liveAndDie()
        done++
        this.#options.say?.(this.#line(done))
        if (this.#faults.length > 0) break
      }
      if (this.#faults.length === 0) await this.#finishAll()
    } finally {
      await this.#daemon.stop()
    }
    return {
      kills: done,
      calls: this.#calls,
      finished: this.#finished,
      restartMs: this.#restartMs,
      lost: this.#lost,
      faults: this.#faults,
    }
  }

  #below(count: number): number {
    return randomInt(this.#random, count)
  }

  get #running(): DaemonProcess {
    if (this.#daemon === undefined) throw new Error('no daemon')
    return this.#daemon
  }

  async #liveAndDie(): Promise<void> {
    this.#killed = false
    const lifeMs = LEAST_LIFE_MS + this.#below(MOST_LIFE_MS - LEAST_LIFE_MS)
    const callers = [this.#call(), this.#look()]
    await pause(lifeMs)
    this.#killed = true
    await this.#running.kill()
    await Promise.all(callers)
    this.#daemon = await DaemonProcess.start(join(this.#folder, 'state'))
    this.#restartMs.push(this.#running.startedInMs)
    await this.#inspect()
  }

  /** Calls one after another, until the daemon is gone. */
  async #call(): Promise<void> {
    while (!this.#killed) {
      try {
        await this.#someCall()
        this.#calls++
      } catch (error) {
        if (this.#killed) return
        this.#faults.push(`a call failed: ${error instanceof Error ? error.message : error}`)
        return
      }
    }
  }

  async #someCall(): Promise<void> {
    const ids = this.#promises.ids
    const missing = this.#scenes.findIndex((scene) => ![...this.#scenesById.values()].includes(scene))
    if (missing >= 0) return await this.#addScene(missing)
    const id = ids[this.#below(Math.max(1, ids.length))]
    const dice = this.#below(10)
    if (id === undefined || (dice < 2 && ids.length < this.#scenes.length + IDLE_TRANSFERS))
      return await this.#addIdle()
    if (dice < 7) return await this.#change(id)
    if (dice < 9) return await this.#pauseOrResume(id)
    if (!this.#scenesById.has(id)) await this.#remove(id)
  }

  async #addScene(at: number): Promise<void> {
    const scene = this.#scenes[at] as Scene
    const id = idOf(scene)
    await this.#promises.during(
      [id],
      () =>
        this.#running.call('addTransfer', {
          source: { torrent: readFileSync(scene.torrentPath).toString('base64') },
          saveFolder: join(this.#folder, 'got', `scene-${at}`),
          peers: [this.#sharers[at]?.address ?? ''],
        }),
      () => {
        this.#promises.added(id, false)
        this.#scenesById.set(id, scene)
      },
    )
  }

  async #addIdle(): Promise<void> {
    const id = Array.from({ length: 5 }, () => this.#random.uint32().toString(16).padStart(8, '0')).join('')
    const paused = this.#below(2) === 0
    await this.#promises.during(
      [id],
      () => this.#running.call('addTransfer', { source: { link: `magnet:?xt=urn:btih:${id}` }, paused }),
      () => this.#promises.added(id, paused),
    )
  }

  async #change(id: string): Promise<void> {
    const tag = TAGS[this.#below(TAGS.length)] ?? ''
    const changes = [
      { addTags: [tag] },
      { removeTags: [tag] },
      { upLimit: 1_000 * (1 + this.#below(1_000)) },
      { downLimit: this.#below(2) === 0 ? null : 50_000_000 + this.#below(1_000) },
      { sequential: this.#below(2) === 0 },
    ]
    const change = changes[this.#below(changes.length)] ?? {}
    await this.#promises.during(
      [id],
      () => this.#running.call('changeTransfers', { ids: [id], change }),
      () => this.#promises.changed(id, change),
    )
  }

  async #pauseOrResume(id: string): Promise<void> {
    // What downloads is paused rarely, so that something is under way.
    const rest = this.#below(this.#scenesById.has(id) ? 6 : 2) === 0
    await this.#promises.during(
      [id],
      () => this.#running.call(rest ? 'pauseTransfers' : 'resumeTransfers', { ids: [id] }),
      () => this.#promises.paused(id, rest),
    )
  }

  async #remove(id: string): Promise<void> {
    await this.#promises.during(
      [id],
      () => this.#running.call('removeTransfers', { ids: [id], data: 'delete' }),
      () => this.#promises.removed(id),
    )
  }

  /** What a person would see last. Also takes away what is finished, after a look at its bytes, so that it comes again. */
  async #look(): Promise<void> {
    try {
      while (!this.#killed) {
        const { transfers } = await this.#running.call('listTransfers', {})
        for (const row of transfers) await this.#noteRow(row)
        await pause(100)
      }
    } catch (error) {
      if (!this.#killed)
        this.#faults.push(`looking failed: ${error instanceof Error ? error.message : error}`)
    }
  }

  async #noteRow(row: TransferRow): Promise<void> {
    const scene = this.#scenesById.get(row.id)
    if (scene === undefined || ['opening', 'queued', 'checking'].includes(row.state)) return
    const looks = this.#seen.get(row.id) ?? []
    looks.push({ atMs: performance.now(), doneBytes: row.doneBytes })
    this.#seen.set(row.id, looks)
    if (row.state !== 'giving' || row.doneBytes < row.wantedBytes || row.finishedAt === null) return
    this.#finished++
    this.#compare(scene, row.saveFolder)
    this.#leaving.add(row.id)
    await this.#promises.during(
      [row.id],
      () => this.#running.call('removeTransfers', { ids: [row.id], data: 'delete' }),
      () => {
        this.#promises.removed(row.id)
        this.#forget(row.id)
      },
    )
  }

  #forget(id: string): void {
    this.#seen.delete(id)
    this.#here.delete(id)
    this.#leaving.delete(id)
    this.#scenesById.delete(id)
  }

  #compare({ metainfo, sourceFolder, choice }: Scene, saveFolder: string): void {
    for (const { path, pad } of metainfo.files) {
      if (pad) continue
      const ours = readFileSync(join(saveFolder, ...path))
      if (!ours.equals(readFileSync(join(sourceFolder, ...path))))
        this.#faults.push(`${choice.name}: ${path.join('/')} has other bytes`)
    }
  }

  async #inspect(): Promise<void> {
    const aside = readdirSync(join(this.#folder, 'state'), { recursive: true }).filter((name) =>
      String(name).includes('.corrupt'),
    )
    if (aside.length > 0) this.#faults.push(`set aside: ${aside.join(', ')}`)
    const first = (await this.#running.call('listTransfers', {})).transfers
    this.#faults.push(...this.#promises.broken(first))
    for (const id of [...this.#scenesById.keys()]) if (!this.#promises.ids.includes(id)) this.#forget(id)
    for (const row of first) this.#knowScene(row.id)
    const opened = await until('all are open', () => this.#openRows(), {
      deadlineMs: OPENS_WITHIN_MS,
      describe: () => this.#running.tail,
    })
    let worst = 0
    for (const row of opened) {
      if (row.state === 'failed') this.#faults.push(`${row.name} failed: ${row.problem?.code}`)
      const looks = this.#seen.get(row.id) ?? []
      const last = looks.at(-1)
      if (last === undefined || this.#leaving.has(row.id)) continue
      const earlier = looks.findLast(({ atMs }) => atMs <= last.atMs - MAY_LOSE_MS)
      // It may have begun after the daemon did, and less than five seconds ago.
      const recent = last.doneBytes - (earlier?.doneBytes ?? this.#here.get(row.id) ?? 0)
      const mayLose = Math.max(MAY_LOSE_BYTES, recent)
      const lost = last.doneBytes - row.doneBytes
      worst = Math.max(worst, lost / mayLose)
      if (lost > mayLose) this.#faults.push(`${row.name} lost ${lost} bytes of ${last.doneBytes}`)
    }
    this.#seen.clear()
    this.#leaving.clear()
    this.#here.clear()
    for (const row of opened) this.#here.set(row.id, row.doneBytes)
    this.#lost.push(worst)
  }

  /** One whose adding was on its way when the daemon was killed. */
  #knowScene(id: string): void {
    const scene = this.#scenes.find((one) => idOf(one) === id)
    if (scene !== undefined) this.#scenesById.set(id, scene)
  }

  async #openRows(): Promise<TransferRow[] | undefined> {
    const { transfers } = await this.#running.call('listTransfers', {})
    const busy = transfers.some(({ state }) => ['opening', 'queued', 'checking'].includes(state))
    return busy ? undefined : transfers
  }

  async #finishAll(): Promise<void> {
    const ids = [...this.#scenesById.keys()]
    if (ids.length === 0) return
    await this.#running.call('changeTransfers', { ids, change: { downLimit: null } })
    await this.#running.call('resumeTransfers', { ids })
    const done = await until(
      'all are finished',
      async () => {
        const { transfers } = await this.#running.call('listTransfers', {})
        const ours = transfers.filter(({ id }) => ids.includes(id))
        return ours.every(({ finishedAt }) => finishedAt !== null) ? ours : undefined
      },
      { deadlineMs: FINISHES_WITHIN_MS, everyMs: 200, describe: () => this.#running.tail },
    )
    for (const row of done) {
      this.#finished++
      this.#compare(this.#scenesById.get(row.id) as Scene, row.saveFolder)
    }
  }

  #line(kill: number): string {
    const restart = this.#restartMs.at(-1) ?? 0
    const lost = Math.round(100 * (this.#lost.at(-1) ?? 0))
    return `${kill}. answers again after ${Math.round(restart)} ms; lost at most ${lost} % of what may be; ${this.#calls} calls, ${this.#finished} finished; ${this.#promises.ids.length} transfers${this.#faults.length === 0 ? '' : ` WRONG: ${this.#faults.join('; ')}`}`
  }
}

/** As the API names it. */
function idOf({ metainfo }: Scene): string {
  return (metainfo.infohashV1 ?? metainfo.infohashV2 ?? '').slice(0, 40)
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '100' },
      seed: { type: 'string' },
      size: { type: 'string', default: '48M' },
      up: { type: 'string', default: '12M' },
      seconds: { type: 'string' },
    },
  })
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed)
  console.log(`seed ${seed}`)
  const result = await killLab({
    kills: Number(values.kills),
    seed,
    lengthBytes: Number(SIZE.read(values.size)),
    upBytesPerSecond: Number(RATE.read(values.up)),
    ...(values.seconds === undefined ? {} : { mostSeconds: Number(values.seconds) }),
    say: console.log,
  })
  const sorted = result.restartMs.toSorted((a, b) => a - b)
  const at = (share: number): number => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  console.log(
    `${result.kills} kills, ${result.calls} calls, ${result.finished} finished; answers again after ${at(0.5)} ms (median), ${at(0.95)} (95 %), ${at(1)} (worst); lost at most ${Math.round(100 * Math.max(0, ...result.lost))} % of what may be`,
  )
  for (const fault of result.faults) console.log(`WRONG: ${fault}`)
  if (result.faults.length > 0 || at(1) > 2_000) process.exitCode = 1
}
