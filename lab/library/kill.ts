// `kill -9` of a daemon whose library is at work: `npm run lab:library-kill -- [--kills 60] [--seed N] [--files 300] [--seconds N]`.
// Folders are added, scanned, offered to everyone and by link, narrowed, and everything is stopped; at a random instant it is killed
// and started again. Looked at each time: the database is sound; every answer that was given still holds; and of what is not to be
// offered a stranger sees nothing, no share is there, and nobody answers a handshake for its content.

import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { randomInt, SeededRandom } from '../../src/base/random.ts'
import { contentInfohash, parseContentId } from '../../src/metainfo/content-id.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { RawPeer } from '../../test/doubles/raw-peer.ts'
import { DaemonProcess } from '../daemon/daemon-process.ts'
import { pause, until } from '../netns/until.ts'

export interface LibraryKillOptions {
  readonly kills: number
  readonly seed: number
  /** In each of the folders. */
  readonly files: number
  readonly mostSeconds?: number
  readonly say?: (line: string) => void
}

export interface LibraryKillResult {
  readonly kills: number
  /** Changes of who gets a folder that were answered. */
  readonly answered: number
  /** Handshakes for a content of one of the folders. */
  readonly knocks: number
  /** Of them those that were answered, for a folder that everyone may get: so that a knock can be answered at all. */
  readonly welcomed: number
  readonly faults: readonly string[]
}

const FOLDERS = 3
const FILE_BYTES = 20_000
/** It is killed after so long: starting, migrating, scanning and the calls all fall into it. */
const MOST_LIFE_MS = 6_000
const LEAST_LIFE_MS = 10
/** A handshake that nobody means to answer is closed, or not answered for this long. */
const SILENCE_MS = 1_500
const AUDIENCES = ['me', 'link', 'everyone'] as const
type Audience = (typeof AUDIENCES)[number]
const LICENCE = { kind: 'own-work', id: null } as const
const PAGE = { offset: 0, limit: 50 }

/** What may be true of a folder: what was answered, and what was asked and not answered. */
interface Promised {
  readonly id: string
  may: Set<Audience>
}

export async function libraryKillLab(options: LibraryKillOptions): Promise<LibraryKillResult> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-library-kill-'))
  try {
    return await new Lab(options, folder).run()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

class Lab {
  readonly #options: LibraryKillOptions
  readonly #folder: string
  readonly #state: string
  readonly #random: SeededRandom
  readonly #promised = new Map<string, Promised>()
  readonly #faults: string[] = []
  #answered = 0
  #knocks = 0
  #welcomed = 0

  constructor(options: LibraryKillOptions, folder: string) {
    this.#options = options
    this.#folder = folder
    this.#state = join(folder, 'state')
    this.#random = new SeededRandom(options.seed)
  }

  async run(): Promise<LibraryKillResult> {
    const { kills, mostSeconds = Number.POSITIVE_INFINITY, say = () => {} } = this.#options
    const until = performance.now() + 1_000 * mostSeconds
    for (let at = 0; at < FOLDERS; at++) this.#makeFolder(at)
    let done = 0
    for (; done < kills && performance.now() < until && this.#faults.length === 0; done++) {
      await this.#live()
      this.#lookAtDatabase()
      await this.#lookAfter()
      say(
        `${done + 1} kills, ${this.#answered} answered, ${this.#knocks} knocks, ${this.#welcomed} welcomed, ${this.#faults.length} faults`,
      )
    }
    return {
      kills: done,
      answered: this.#answered,
      knocks: this.#knocks,
      welcomed: this.#welcomed,
      faults: this.#faults,
    }
  }

  #makeFolder(at: number): void {
    const folder = this.#pathOf(at)
    mkdirSync(folder, { recursive: true })
    for (let file = 0; file < this.#options.files; file++) {
      const bytes = Buffer.alloc(FILE_BYTES, `folder ${at} file ${file} `)
      writeFileSync(join(folder, `meadow ${file}.bin`), bytes)
    }
  }

  #pathOf(at: number): string {
    return join(this.#folder, 'own', `folder ${at}`)
  }

  /** One life: calls in a row, and the end at some instant of them. */
  async #live(): Promise<void> {
    const daemon = await DaemonProcess.start(this.#state, { 'saving.folder': join(this.#folder, 'saved') })
    const lifeMs = LEAST_LIFE_MS + randomInt(this.#random, MOST_LIFE_MS - LEAST_LIFE_MS)
    let over = false
    const calls = this.#calls(daemon, () => over).catch((error: unknown) => {
      // Whatever was on its way fails with the daemon.
      if (!over) this.#fault(`a call failed while it ran: ${String(error)}`)
    })
    await pause(lifeMs)
    over = true
    await daemon.kill()
    await calls
  }

  async #calls(daemon: DaemonProcess, isOver: () => boolean): Promise<void> {
    for (let at = 0; at < FOLDERS; at++) {
      const { id } = await daemon.call('addLibraryFolder', { path: this.#pathOf(at) })
      if (!this.#promised.has(id)) this.#promised.set(id, { id, may: new Set(['me']) })
    }
    while (!isOver()) {
      if (randomInt(this.#random, 5) === 0) await this.#stopAll(daemon)
      else await this.#change(daemon)
    }
  }

  async #change(daemon: DaemonProcess): Promise<void> {
    const promised = [...this.#promised.values()][randomInt(this.#random, FOLDERS)] as Promised
    const audience = AUDIENCES[randomInt(this.#random, AUDIENCES.length)] as Audience
    const review = audience === 'me' ? undefined : await this.#looked(daemon, promised.id)
    promised.may.add(audience)
    await daemon.call('changeFolderAudience', {
      id: promised.id,
      audience,
      licence: LICENCE,
      ...(review === undefined ? {} : { review }),
    })
    promised.may = new Set([audience])
    this.#answered++
  }

  async #looked(daemon: DaemonProcess, folder: string): Promise<string> {
    const { id } = await daemon.call('startReview', { folder, only: 'all' })
    await until('looked at', async () => (await daemon.call('review', { id, after: 0 })).state === 'done')
    const { byClass } = await daemon.call('review', { id, after: 0 })
    await daemon.call('answerReview', {
      id,
      answers: byClass.map(({ class: kind }) => ({ class: kind, answer: 'share' })),
    })
    return id
  }

  async #stopAll(daemon: DaemonProcess): Promise<void> {
    for (const promised of this.#promised.values()) promised.may.add('me')
    await daemon.call('stopShares', { all: true })
    for (const promised of this.#promised.values()) promised.may = new Set(['me'])
    this.#answered++
  }

  /** As it was left; a copy, so that looking changes nothing. */
  #lookAtDatabase(): void {
    const left = join(this.#state, 'library.db')
    if (!existsSync(left)) return
    const copy = join(this.#folder, 'looked-at.db')
    for (const end of ['', '-wal']) if (existsSync(left + end)) cpSync(left + end, copy + end)
    const database = new DatabaseSync(copy)
    try {
      for (const check of ['integrity_check', 'foreign_key_check'])
        for (const row of database.prepare(`PRAGMA ${check}`).all()) {
          const said = JSON.stringify(row)
          if (!said.includes('"ok"')) this.#fault(`${check}: ${said}`)
        }
    } finally {
      database.close()
    }
  }

  async #lookAfter(): Promise<void> {
    const daemon = await DaemonProcess.start(this.#state)
    try {
      const { folders, problem } = await this.#library(daemon)
      if (problem !== null) this.#fault(`the library: ${problem.code}`)
      for (const { id, may } of this.#promised.values()) {
        const folder = folders.find((one) => one.id === id)
        if (folder === undefined) this.#fault(`folder ${id}, which was answered, is gone`)
        else if (!may.has(folder.audience as Audience))
          this.#fault(`${folder.name} is for ${folder.audience}; answered or asked: ${[...may].join(', ')}`)
        else this.#promised.set(id, { id, may: new Set([folder.audience as Audience]) })
      }
      await this.#lookAsStranger(daemon, folders)
    } finally {
      await daemon.stop()
    }
  }

  async #library(daemon: DaemonProcess) {
    const { problem } = await daemon.call('library', {})
    // What the last run was told to stop is ended in the thread before anything else is answered there.
    const { folders } = await daemon.call('libraryFolders', {})
    return { folders, problem }
  }

  async #lookAsStranger(
    daemon: DaemonProcess,
    folders: readonly {
      readonly id: string
      readonly name: string
      readonly audience: string
      readonly share: string | null
    }[],
  ): Promise<void> {
    const { rows } = await daemon.call('seenBy', { audience: 'everyone', ...PAGE })
    const open = new Set(folders.filter(({ audience }) => audience === 'everyone').map(({ name }) => name))
    if (open.size === 0 && rows.length > 0) this.#fault(`strangers see ${rows.length} files of nothing`)
    const { transfers } = await daemon.call('listTransfers', {})
    const byLink = folders.filter(({ audience }) => audience === 'link')
    for (const { name } of transfers)
      if (!byLink.some((folder) => folder.name === name))
        this.#fault(`${name} is shared and its folder is not`)
    for (const { id, audience } of folders) {
      const answered = await this.#knock(daemon, id)
      if (audience === 'everyone' && answered) this.#welcomed++
      else if (answered) this.#fault('a handshake for content that is not offered was answered')
    }
  }

  /** Whoever knows a file can make its content torrent, and ask for it. @returns whether somebody answered */
  async #knock(daemon: DaemonProcess, folder: string): Promise<boolean> {
    const { files } = await daemon.call('browseLibrary', { folder, ...PAGE })
    const text = files.find(({ content }) => content !== null)?.content
    const content = text == null ? undefined : parseContentId(text)
    const { port } = await daemon.call('status', {})
    if (content === undefined || port === null) return false
    this.#knocks++
    const peer = await RawPeer.connect({ host: '127.0.0.1', port })
    peer.greet({ hash: contentInfohash(content, new SystemDigest()) })
    await Promise.race([peer.ended, pause(SILENCE_MS)])
    const answered = peer.handshake !== undefined
    peer.socket.destroy()
    return answered
  }

  #fault(what: string): void {
    this.#faults.push(`seed ${this.#options.seed}: ${what}`)
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      files: { type: 'string', default: '300' },
      seconds: { type: 'string', default: '3600' },
    },
  })
  const result = await libraryKillLab({
    kills: Number(values.kills),
    seed: Number(values.seed),
    files: Number(values.files),
    mostSeconds: Number(values.seconds),
    say: (line) => process.stdout.write(`${line}\n`),
  })
  process.stdout.write(`seed ${values.seed}: ${JSON.stringify(result)}\n`)
  process.exitCode = result.faults.length === 0 ? 0 : 1
}
