// One download from beginning to end, through as many kills as are drawn, with a look at everything after each.
// Promise: whatever it finds wrong becomes a sentence in `faults` that names the torrent, the moment and the bytes.

import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { randomInt, type SeededRandom } from '../../src/base/random.ts'
import { fingerprint } from '../../test/interop/fixtures.ts'
import { type Audit, audit } from './audit.ts'
import { drawMoment, type Life, live, type Moment } from './getter.ts'
import { MIB, type Scene } from './scene.ts'
import type { Sharer } from './sharer.ts'

/** TRANSFER.md, Storage guarantees: at most the larger of 16 MiB or what came in 5 s may come again. */
const ALLOWED_BYTES = 16 * MIB
const ALLOWED_MS = 5_000
/** Given by the sharer to its connection, and not yet read by the getter when it was killed. */
const ON_THE_WAY_BYTES = 2 * MIB
/** With a sharer that is there, something comes before this. */
const STARVED_MS = 6_000
/** A getter that is let live must be done by then. */
const FULL_LIFE_MS = 300_000

export interface Kill {
  readonly torrent: string
  readonly moment: Moment
  readonly livedMs: number
  readonly receivedBytes: number
  readonly repeatedBytes: number
  readonly allowedBytes: number
  readonly checkedBytes: number
  readonly recordedPieces: number
  readonly torn: boolean
}

export interface DownloadOptions {
  readonly scene: Scene
  readonly sharer: Sharer
  /** Empty or absent. */
  readonly folder: string
  readonly random: SeededRandom
  /** Whether another kill may be made. Asked before each life. */
  readonly mayKill: () => boolean
  readonly killed: (kill: Kill) => void
  readonly fault: (sentence: string) => void
}

export class Download {
  readonly #options: DownloadOptions
  readonly #saveFolder: string
  readonly #stateFolder: string
  #before: Audit = { recordedBytes: 0, pieces: 0, tornBytes: 0, wrong: [] }
  #given = 0

  constructor(options: DownloadOptions) {
    this.#options = options
    this.#saveFolder = join(options.folder, 'saved')
    this.#stateFolder = join(options.folder, 'state')
  }

  async run(): Promise<void> {
    const { folder, mayKill, random, sharer } = this.#options
    await mkdir(folder, { recursive: true })
    this.#given = await sharer.given()
    while (!(await this.#live(mayKill() ? drawMoment(random) : undefined))) {}
    await this.#compare()
    await this.#again('an earlier run')
    // What the part store holds is known to the journal only.
    const losable = this.#options.scene.choice.select === undefined
    if (losable && mayKill() && randomInt(random, 4) === 0) await this.#withoutJournal()
    await rm(folder, { recursive: true })
  }

  /** @returns whether it came to its end */
  async #live(moment: Moment | undefined): Promise<boolean> {
    const { scene, sharer } = this.#options
    const life = await this.#run(moment)
    const given = await sharer.given()
    const after = await audit(scene, this.#saveFolder, this.#stateFolder)
    for (const sentence of after.wrong) this.#fault(moment, `recorded, but ${sentence}`)
    if (life.checkedBytes > 0)
      this.#fault(moment, `${life.checkedBytes} bytes were hashed again at its start`)
    if (life.killed && moment !== undefined) this.#count(moment, life, given, after)
    else if (life.ending.code !== 0 || !life.saidDone) throw new Error(`it did not end well: ${life.tail}`)
    this.#before = after
    this.#given = given
    return !life.killed
  }

  #count(moment: Moment, life: Life, given: number, after: Audit): void {
    const { scene, sharer } = this.#options
    const receivedBytes = given - this.#given
    const repeatedBytes = Math.max(0, this.#before.recordedBytes + receivedBytes - after.recordedBytes)
    const lately = sharer.sentBetween(life.diedAtMs - ALLOWED_MS, life.diedAtMs)
    const allowedBytes = Math.max(ALLOWED_BYTES, lately) + ON_THE_WAY_BYTES
    if (repeatedBytes > allowedBytes) {
      this.#fault(moment, `${repeatedBytes} bytes must come again, ${allowedBytes} are allowed`)
    }
    if (receivedBytes === 0 && life.livedMs > STARVED_MS) {
      this.#fault(moment, `nothing came in ${Math.round(life.livedMs)} ms\n${life.tail}`)
    }
    if (after.recordedBytes < this.#before.recordedBytes) {
      this.#fault(moment, `${this.#before.recordedBytes - after.recordedBytes} recorded bytes were forgotten`)
    }
    this.#options.killed({
      torrent: scene.choice.name,
      moment,
      livedMs: life.livedMs,
      receivedBytes,
      repeatedBytes,
      allowedBytes,
      checkedBytes: life.checkedBytes,
      recordedPieces: after.pieces,
      torn: after.tornBytes > 0,
    })
  }

  /** What is whole stays whole and costs nothing. */
  async #again(what: string): Promise<void> {
    const { sharer } = this.#options
    const life = await this.#run(undefined)
    if (life.ending.code !== 0 || !life.saidDone) throw new Error(`after ${what}: ${life.tail}`)
    const given = await sharer.given()
    if (given !== this.#given) this.#fault(undefined, `${given - this.#given} bytes came again after ${what}`)
    this.#given = given
  }

  /** The state folder is lost: whole files are found, hashed and believed, also through kills. */
  async #withoutJournal(): Promise<void> {
    const { scene, random, mayKill } = this.#options
    await rm(this.#stateFolder, { recursive: true })
    while (mayKill()) {
      const life = await this.#run('checking')
      if (!life.killed) break
      const after = await audit(scene, this.#saveFolder, this.#stateFolder)
      for (const sentence of after.wrong) this.#fault('checking', `recorded, but ${sentence}`)
      this.#options.killed({
        torrent: scene.choice.name,
        moment: 'checking',
        livedMs: life.livedMs,
        receivedBytes: 0,
        repeatedBytes: 0,
        allowedBytes: 0,
        checkedBytes: life.checkedBytes,
        recordedPieces: after.pieces,
        torn: after.tornBytes > 0,
      })
      if (randomInt(random, 2) === 0) break
    }
    await this.#again('the journal was lost')
    await this.#compare()
  }

  #run(kill: Moment | undefined): Promise<Life> {
    const { scene, sharer, random } = this.#options
    const wantedBytes = scene.metainfo.files
      .filter((file) => scene.wanted[file.index])
      .reduce((sum, file) => sum + file.lengthBytes, 0)
    return live({
      words: this.#words(),
      kill,
      oneFile: this.#drawFile(),
      random,
      transferMs: (wantedBytes * 1_000) / sharer.upBytesPerSecond,
      mostMs: FULL_LIFE_MS,
    })
  }

  #words(): string[] {
    const { scene, sharer } = this.#options
    const source =
      scene.choice.source === 'link' ? [sharer.magnet] : [scene.torrentPath, '--peer', sharer.address]
    const select = scene.choice.select === undefined ? [] : ['--select', scene.choice.select]
    const fixed = ['--json', '--bind', '127.0.0.1', '--no-lsd', '--no-pex', '--state-dir', this.#stateFolder]
    return [...source, ...select, '-o', this.#saveFolder, ...fixed]
  }

  #drawFile(): string {
    const { scene, random } = this.#options
    const wanted = scene.metainfo.files.filter((file) => scene.wanted[file.index] && file.lengthBytes > 0)
    return join(this.#saveFolder, ...(wanted[randomInt(random, wanted.length)]?.path ?? []))
  }

  /** Every wanted file has its name and content; no other has one, and nothing unfinished is left. */
  async #compare(): Promise<void> {
    const { scene } = this.#options
    const expected = new Map<string, string>()
    const source = await fingerprint(scene.sourceFolder)
    for (const file of scene.metainfo.files) {
      if (!scene.wanted[file.index]) continue
      const name = `/${file.path.join('/')}`
      expected.set(name, source.get(name) ?? 'not shared')
    }
    const found = await fingerprint(this.#saveFolder)
    for (const [name, hash] of expected) {
      if (found.get(name) !== hash)
        this.#fault(undefined, `${name} is ${found.has(name) ? 'wrong' : 'missing'}`)
    }
    for (const name of found.keys()) {
      // Bytes of files that are not wanted, in pieces that are.
      const store = scene.choice.select !== undefined && /^\/\.shoal-\w+\.parts$/.test(name)
      if (!expected.has(name) && !store) this.#fault(undefined, `${name} should not be there`)
    }
    if (existsSync(this.#stateFolder)) {
      const left = (await readdir(join(this.#stateFolder, 'torrents'))).filter((name) => /corrupt/.test(name))
      if (left.length > 0) this.#fault(undefined, `a journal was taken for corrupt: ${left.join(', ')}`)
    }
  }

  #fault(moment: Moment | undefined, what: string): void {
    const when = moment === undefined ? 'at the end' : `killed at ${moment}`
    this.#options.fault(`${this.#options.scene.choice.name}, ${when}: ${what}`)
  }
}
