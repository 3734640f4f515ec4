// The story of the demo: a real swarm of four processes on this computer, in which the one that has the file leaves as soon
// as one copy of every piece is out, and the others finish from each other. It prints nothing; DemoWatch is told.
// Promises: the sharer never leaves too early; the result is checked by a hash that the engine has no part in; whatever
// happens, no process and no file of it is left.

import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { NodeDisk } from '../../platform/disk.ts'
import { surveyShare } from '../share-survey.ts'
import { CAST, type FishName, GETTERS, ratesFor, SHARER } from './cast.ts'
import { DemoError } from './demo-error.ts'
import { FILM_BYTES, makeFilm } from './film.ts'
import { fingerprint } from './fingerprint.ts'
import type { FishReport } from './fish-messages.ts'
import { Scene, type SceneView } from './scene.ts'
import { Stage } from './stage.ts'
import { type Sharing, Troupe } from './troupe.ts'

export interface DemoOptions {
  /** What the sharer has, absolute; undefined for a film that is made. */
  readonly path: string | undefined
  readonly temporaryFolder: string
  /** The person's own state, which is refused as a source like by `share`; nothing is kept there. */
  readonly stateFolder: string
  readonly signal: AbortSignal
  readonly watch: DemoWatch
}

export interface DemoWatch {
  /** What it is about, before anything is done. */
  opening(about: { readonly name: string; readonly film: boolean; readonly totalBytes: number }): void
  /** The sharer makes its film, then hashes. */
  preparing(doing: 'film' | 'hashes', doneBytes: number, totalBytes: number): void
  sharing(facts: SharingFacts): void
  /** Up to ten times a second, and whenever something decisive happened. */
  changed(view: SceneView, seconds: number): void
  /** The sharer's process has ended. */
  sharerLeft(view: SceneView, seconds: number): void
  whole(name: FishName, seconds: number): void
  /** Everybody says that they have it; now it is checked. */
  checking(): void
}

export interface SharingFacts {
  readonly pieces: number
  readonly pieceLengthBytes: number
  readonly fish: readonly { readonly name: FishName; readonly pid: number; readonly port: number }[]
}

export interface DemoResult {
  readonly totalBytes: number
  readonly hashesRight: number
  readonly hashes: number
  /** From the first order to get until the last byte was in place. */
  readonly seconds: number
  readonly takenBytes: number
  readonly givenBySharerBytes: number
  /** Of all that was taken, the part that the sharer did not give: 0 … 1. */
  readonly fromEachOtherShare: number
  /** Of the file; of a folder, over the hashes of its files. */
  readonly sha256: string
}

const SHOW_MS = 100
const FILM_NAME = 'film'

/** @throws DemoError, ShareError, CreateError */
export function runDemo(options: DemoOptions): Promise<DemoResult> {
  return new Demo(options).run()
}

class Demo {
  readonly #options: DemoOptions
  readonly #disk = new NodeDisk()
  readonly #troupe: Troupe
  readonly #whole = new Set<FishName>()
  #totalBytes = 0
  #scene: Scene | undefined
  #shownAt = 0
  #beganAt = 0

  constructor(options: DemoOptions) {
    this.#options = options
    this.#troupe = new Troupe(options.signal, {
      hashing: (doneBytes) => options.watch.preparing('hashes', doneBytes, this.#totalBytes),
      reported: (name, report) => this.#reported(name, report),
    })
  }

  async run(): Promise<DemoResult> {
    const { path: given, temporaryFolder, watch } = this.#options
    this.#totalBytes = given === undefined ? FILM_BYTES : await this.#survey(given)
    const copies = given === undefined ? CAST.length : GETTERS.length
    const neededBytes = copies * this.#totalBytes
    const stage = await Stage.set({ temporaryFolder, neededBytes, disk: this.#disk })
    try {
      const name = given === undefined ? FILM_NAME : path.basename(given)
      watch.opening({ name, film: given === undefined, totalBytes: this.#totalBytes })
      await this.#troupe.start(stage)
      const original = given ?? (await this.#makeFilm(stage))
      await this.#troupe.ready()
      const { waitingBytesPerSecond } = ratesFor(this.#totalBytes)
      const sharing = await this.#troupe.share(SHARER, original, waitingBytesPerSecond)
      const scene = this.#begin(sharing)
      await this.#get(sharing, stage)
      const seconds = await this.#finish(scene)
      return await this.#check(scene, stage, original, seconds)
    } finally {
      await this.#troupe.end()
      await stage.clear()
    }
  }

  /** The same refusals as for a real share. */
  async #survey(given: string): Promise<number> {
    const { totalBytes } = await surveyShare({
      given,
      folder: path.dirname(given),
      stateFolder: this.#options.stateFolder,
      excluded: () => false,
      disk: this.#disk,
    })
    return totalBytes
  }

  async #makeFilm(stage: Stage): Promise<string> {
    const { signal, watch } = this.#options
    const film = path.join(await stage.place(SHARER), FILM_NAME)
    const whole = await makeFilm(film, FILM_BYTES, {
      progress: (doneBytes) => watch.preparing('film', doneBytes, FILM_BYTES),
      cancelled: () => signal.aborted,
    })
    if (!whole) throw new DemoError('INTERRUPTED', { name: 'the demo' })
    return film
  }

  #begin({ pieces, pieceLengthBytes }: Sharing): Scene {
    const scene = new Scene(this.#totalBytes, pieces)
    this.#scene = scene
    const fish = CAST.map((name) => ({ name, pid: this.#troupe.pid(name), port: this.#troupe.port(name) }))
    this.#options.watch.sharing({ pieces, pieceLengthBytes, fish })
    return scene
  }

  /**
   * One after the other joins, told the addresses of those who joined before: they would learn them from the sharer
   * too (PEX), but its first message comes after up to five seconds, half of the show.
   */
  async #get({ magnet }: Sharing, stage: Stage): Promise<void> {
    const { sharerBytesPerSecond, besideSharerBytesPerSecond: upBytesPerSecond } = ratesFor(this.#totalBytes)
    const peers: string[] = []
    this.#beganAt = performance.now()
    for (const name of GETTERS) {
      const folder = await stage.place(name)
      await this.#troupe.get(name, { magnet, folder, peers: [...peers], upBytesPerSecond })
      peers.push(`127.0.0.1:${this.#troupe.port(name)}`)
    }
    this.#troupe.give(SHARER, sharerBytesPerSecond)
  }

  /** @returns seconds until the last one had everything. */
  async #finish(scene: Scene): Promise<number> {
    const { watch } = this.#options
    await this.#troupe.until(() => scene.copyIsOut)
    scene.left(SHARER, await this.#troupe.dismiss(SHARER))
    watch.sharerLeft(scene.view(), this.#seconds)
    const { amongGettersBytesPerSecond } = ratesFor(this.#totalBytes)
    for (const name of GETTERS) this.#troupe.give(name, amongGettersBytesPerSecond)
    await this.#troupe.until(() => scene.allWhole)
    const seconds = this.#seconds
    watch.changed(scene.view(), seconds)
    // They give nothing more; their further reports say nothing new.
    this.#scene = undefined
    return seconds
  }

  async #check(scene: Scene, stage: Stage, original: string, seconds: number): Promise<DemoResult> {
    this.#options.watch.checking()
    const [sha256, ...found] = await Promise.all([
      fingerprint(original),
      ...GETTERS.map((name) => this.#fingerprintOf(name, stage)),
    ])
    const wrong = GETTERS.filter((_, i) => found[i] !== sha256)
    if (sha256 === undefined || wrong.length > 0) {
      throw new DemoError('DEMO_HASH_WRONG', { names: wrong.join(', ') })
    }
    return {
      totalBytes: this.#totalBytes,
      hashesRight: GETTERS.length - wrong.length,
      hashes: GETTERS.length,
      seconds,
      takenBytes: scene.takenBytes,
      givenBySharerBytes: scene.givenBySharerBytes,
      fromEachOtherShare: scene.fromEachOtherShare,
      sha256,
    }
  }

  /** Of the one thing that the getter's folder should hold; its name may have been cleaned. */
  async #fingerprintOf(name: FishName, stage: Stage): Promise<string | undefined> {
    const folder = await stage.place(name)
    const [only, another] = await readdir(folder)
    return only === undefined || another !== undefined ? undefined : fingerprint(path.join(folder, only))
  }

  #reported(name: FishName, report: FishReport): boolean {
    const { watch } = this.#options
    const scene = this.#scene
    if (scene === undefined) return false
    const takenBefore = scene.takenBytes
    scene.heard(name, report)
    const news = scene.whole.filter((whole) => !this.#whole.has(whole))
    for (const whole of news) {
      this.#whole.add(whole)
      watch.whole(whole, this.#seconds)
    }
    const now = performance.now()
    if (news.length > 0 || now - this.#shownAt >= SHOW_MS) {
      this.#shownAt = now
      watch.changed(scene.view(), this.#seconds)
    }
    return news.length > 0 || scene.takenBytes !== takenBefore
  }

  get #seconds(): number {
    return (performance.now() - this.#beganAt) / 1_000
  }
}
