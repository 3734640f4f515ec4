// One look before something is shared: counts what would be seen, has each file scanned, and keeps findings and answers.
// Driver of finding-sheet.ts. Promises: files are only read; a file that changes while it is looked at is looked at again; once
// ended nothing of it goes on.

import path from 'node:path'
import type { OutputOf } from '../../api/routes.ts'
import { type Answer, type Finding, MAX_ANSWERS } from '../../api/schemas/review.ts'
import { toHex, utf8 } from '../../base/bytes.ts'
import { CodedError } from '../../base/errors.ts'
import type { Digest, Disk, FileStat } from '../../base/ports.ts'
import { coded } from '../transfers/transfer-row.ts'
import { type Answered, type AnswerRequest, FindingSheet } from './finding-sheet.ts'
import { LookedFiles } from './looked-files.ts'
import type { PrivateFinding, PrivateThings, ScanInput } from './private-scan.ts'
import type { RememberedAnswers } from './remembered-answers.ts'
import { ReviewError } from './review-error.ts'
import type { LookingDisk, Subject } from './subject.ts'

/** docs/design/library.md: as many as a torrent may have. */
export const MAX_REVIEW_FILES = 100_000
/** Told in one answer; whoever asks goes on from there. */
const MAX_TOLD = 1_000
/** A file that is written all the time is never the one that was looked at. */
const LOOKS_AT_A_FILE = 3
/** Names of links and special files: a person reads no more. */
const MAX_LEFT_OUT = 1_000
const ID_BYTES = 8

export interface ReviewTools {
  readonly disk: Disk
  readonly digest: Digest
  readonly things: PrivateThings
  readonly remembered: RememberedAnswers
  wallMs(): number
}

type Told = OutputOf<'review'>

/** What would be shared, as it was looked at. */
export interface Looked {
  readonly name: string
  readonly singleFile: boolean
  readonly files: readonly (ScanInput & { readonly stat: FileStat })[]
  /** Paths of those that a copy is to be made of. */
  readonly withoutPlace: ReadonlySet<string>
  /** How many are left out. */
  readonly leftOut: number
  /** Those, as they were looked at. */
  readonly keptBack: readonly (ScanInput & { readonly stat: FileStat })[]
}

export class Review {
  readonly id: string
  readonly subject: Subject
  readonly #tools: ReviewTools
  readonly #ending = new AbortController()
  #state: Told['state'] = 'counting'
  #failure: CodedError | undefined
  #files: LookedFiles
  #sheet = new FindingSheet([])
  /** Answers for classes and paths, given before there was a list of files. */
  #early: AnswerRequest[] = []
  #scanned = 0
  #done: Promise<void> = Promise.resolve()

  constructor(id: string, subject: Subject, tools: ReviewTools) {
    this.id = id
    this.subject = subject
    this.#tools = tools
    this.#files = new LookedFiles({
      name: path.basename(subject.root),
      singleFile: false,
      files: [],
      stats: [],
      leftOut: [],
    })
  }

  get state(): Told['state'] {
    return this.#state
  }

  /** Why it could not be looked at. */
  get failure(): CodedError | undefined {
    return this.#failure
  }

  get fileCount(): number {
    return this.#files.all.length
  }

  /** Files looked at, of all. */
  get progress(): number {
    return this.fileCount === 0 ? 0 : this.#scanned / this.fileCount
  }

  /** Resolves when everything was looked at, it failed, or was ended. */
  begin(): Promise<void> {
    this.#done = this.#run()
    return this.#done
  }

  /** Nothing is read for it any more when this resolves. */
  async end(): Promise<void> {
    this.#ending.abort()
    await this.#done
  }

  /** Those that changed since are looked at again, and what is found in them asked again. */
  async again(): Promise<void> {
    this.#state = 'scanning'
    this.#done = this.#lookAgain()
    await this.#done
  }

  async #lookAgain(): Promise<void> {
    const changed: ScanInput[] = []
    for (const place of this.#files.all.keys()) {
      if (this.#sheet.isLeftOut(place)) continue
      const same = await this.#files.isSame(place, this.#tools.disk)
      if (same === undefined) this.#sheet.gone(place)
      if (same !== false) continue
      this.#sheet.lookedAnew(place)
      changed.push(this.#files.file(place))
    }
    await this.#ended(async () => {
      this.#scanned -= changed.length
      await this.#scan(changed)
    })
  }

  // ── looking ──

  #run(): Promise<void> {
    return this.#ended(async () => {
      await this.#count()
      this.#state = 'scanning'
      await this.#lookAtFolders()
      await this.#scan(this.#files.all)
    })
  }

  async #ended(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#state = 'done'
    } catch (error) {
      this.#state = 'failed'
      // Whoever ended it asks no more.
      if (this.#ending.signal.aborted) return
      if (!(error instanceof CodedError)) throw error
      this.#failure = error
    }
  }

  async #count(): Promise<void> {
    const found = await this.subject.find(stopping(this.#tools.disk, this.#ending.signal))
    if (found.files.length > MAX_REVIEW_FILES)
      throw new ReviewError('REVIEW_TOO_LARGE', { files: found.files.length, limit: MAX_REVIEW_FILES })
    this.#files = new LookedFiles(found)
    this.#sheet = new FindingSheet(this.#files.all)
    this.#sheet.answer(this.#early)
    this.#early = []
  }

  async #lookAtFolders(): Promise<void> {
    const { things, wallMs } = this.#tools
    if (this.#files.singleFile) return
    const { all, name: rootName } = this.#files
    const found = things.folders(all, { nowMs: wallMs(), rootName })
    // An answer for a folder is for what lies in it now: it is asked again.
    for (const { components, finding } of found) this.#add(components, finding, undefined, undefined)
  }

  async #scan(files: readonly ScanInput[]): Promise<void> {
    const { signal } = this.#ending
    const at = new Map(this.#files.all.map((file, i) => [file.path, i]))
    let next = files
    const scan = this.#tools.things.open()
    try {
      for (let look = 1; next.length > 0 && !signal.aborted; look++) {
        const again: ScanInput[] = []
        const unanswered = new Set(next)
        for await (const { file, findings } of scan.scan(next, signal)) {
          unanswered.delete(file)
          const place = at.get(file.path) as number
          const same = await this.#files.isSame(place, this.#tools.disk)
          if (same || look === LOOKS_AT_A_FILE) {
            await this.#note(place, same ? findings : [...findings, CHANGING])
            this.#scanned++
          } else if (same === undefined) {
            this.#sheet.gone(place)
            this.#scanned++
          } else again.push(this.#files.file(place))
        }
        signal.throwIfAborted()
        // What nobody answered for was not looked into, whyever, and is never taken for harmless.
        for (const file of unanswered) {
          await this.#note(at.get(file.path) as number, [NOT_LOOKED_INTO])
          this.#scanned++
        }
        next = again
      }
    } finally {
      await scan.close()
    }
    signal.throwIfAborted()
  }

  async #note(place: number, findings: readonly PrivateFinding[]): Promise<void> {
    if (findings.length === 0) return
    const file = this.#files.file(place)
    const remembered = await this.#tools.remembered.of(file, this.subject.audience)
    for (const finding of findings) this.#add(file.components, finding, place, remembered.get(finding.class))
  }

  #add(
    components: readonly string[],
    finding: PrivateFinding,
    place: number | undefined,
    remembered: Answer | undefined,
  ): void {
    const { things, digest } = this.#tools
    const name = components.at(-1) ?? this.#files.name
    const isPlace = finding.class === 'photo-place'
    const suggested = things.suggested(finding)
    const canBeWithoutPlace = isPlace && place !== undefined && things.canBeWithoutPlace(name)
    this.#sheet.add(
      {
        id: findingId(finding.class, components, digest),
        class: finding.class,
        path: [...components],
        folder: place === undefined,
        lengthBytes: place === undefined ? 0 : this.#files.file(place).lengthBytes,
        sure: finding.sure,
        data: { ...finding.data, ...(isPlace && !canBeWithoutPlace ? { placeStays: true } : {}) },
        suggested: suggested === 'without-place' && !canBeWithoutPlace ? 'leave-out' : suggested,
        remembered,
        canBeWithoutPlace,
      },
      place,
    )
  }

  // ── answering and using ──

  /** What was answered is remembered for unchanged files. @throws ReviewError PLACE_STAYS; the other answers hold */
  async answer(requests: readonly AnswerRequest[]): Promise<Answered> {
    if (this.#state === 'counting') this.#early = [...this.#early, ...requests].slice(-MAX_ANSWERS)
    const answered = this.#sheet.answer(requests)
    await this.#remember(answered.changed)
    const one = requests.find(
      (request) => 'id' in request && answered.refused.some(({ id }) => id === request.id),
    )
    const refused = one === undefined ? undefined : answered.refused[0]
    if (refused !== undefined)
      throw new ReviewError('PLACE_STAYS', { name: refused.path.at(-1) ?? this.#files.name })
    return answered
  }

  /** Also what was answered by class before it was found. */
  async rememberAll(): Promise<void> {
    const all = this.#sheet.findings(0, this.#sheet.size)
    await this.#remember(all.filter(({ answer, remembered }) => answer !== null && !remembered))
  }

  async #remember(changed: readonly Finding[]): Promise<void> {
    if (changed.length === 0) return
    const places = new Map(this.#files.all.map(({ components }, at) => [components.join('/'), at]))
    await this.#tools.remembered.keep(
      changed.flatMap(({ folder, path: below, class: kind, answer }) => {
        const place = folder ? undefined : places.get(below.join('/'))
        const file = place === undefined ? undefined : this.#files.file(place)
        return file === undefined ? [] : [{ file, class: kind, answer }]
      }),
      this.subject.audience,
    )
  }

  openFindings(): Iterable<Finding> {
    return this.#sheet.open()
  }

  get open(): number {
    return this.#sheet.standing.open
  }

  get pathsLeftOut(): readonly (readonly string[])[] {
    return this.#sheet.pathsLeftOut
  }

  /** What would be shared as it was looked at, by the answers as they stand. */
  looked(): Looked {
    const copied = this.#sheet.withoutPlace()
    const files = this.#files.all.flatMap((file, at) =>
      this.#sheet.isLeftOut(at) ? [] : [{ ...file, stat: this.#files.stat(at), copied: copied.has(at) }],
    )
    return {
      name: this.#files.name,
      singleFile: this.#files.singleFile,
      files,
      withoutPlace: new Set(files.filter((file) => file.copied).map((file) => file.path)),
      leftOut: this.fileCount - files.length,
      keptBack: this.#files.all.flatMap((file, at) =>
        this.#sheet.isLeftOut(at) ? [{ ...file, stat: this.#files.stat(at) }] : [],
      ),
    }
  }

  told(after: number): Told {
    const { open, byClass, sharedFiles, sharedBytes } = this.#sheet.standing
    const findings = this.#sheet.findings(after, MAX_TOLD)
    return {
      ...this.#about(),
      findings,
      next: Math.min(after, this.#sheet.size) + findings.length,
      byClass: [...byClass],
      open,
      sharedFiles,
      sharedBytes,
    }
  }

  /** With those whose answer changed instead of what was found since. */
  toldOf(changed: readonly Finding[]): Told {
    return { ...this.told(this.#sheet.size), findings: changed.slice(0, MAX_TOLD) }
  }

  #about(): Pick<
    Told,
    | 'id'
    | 'state'
    | 'problem'
    | 'path'
    | 'name'
    | 'folder'
    | 'fileCount'
    | 'totalBytes'
    | 'scannedFiles'
    | 'kinds'
    | 'examples'
    | 'leftOut'
  > {
    return {
      id: this.id,
      state: this.#state,
      problem: this.#failure === undefined ? null : coded(this.#failure.code, this.#failure.data),
      path: this.subject.root,
      name: this.#files.name,
      folder: this.subject.folder,
      fileCount: this.fileCount,
      totalBytes: this.#files.kinds.reduce((sum, { totalBytes }) => sum + totalBytes, 0),
      scannedFiles: this.#scanned,
      kinds: this.#files.kinds,
      examples: [...this.#files.examples],
      leftOut: this.#files.leftOut.slice(0, MAX_LEFT_OUT),
    }
  }
}

/** Somebody writes to it all the time. */
const CHANGING: PrivateFinding = { class: 'unreadable', sure: true, data: { what: 'changing' } }

const NOT_LOOKED_INTO: PrivateFinding = { class: 'unreadable', sure: true, data: { reason: 'failed' } }

/** Stable for the same path below the root and class: what `allow` takes. */
function findingId(kind: string, components: readonly string[], digest: Digest): string {
  return toHex(digest.sha256(utf8(`${kind}\0${components.join('/')}`)).subarray(0, ID_BYTES))
}

/** Asked anything after its end it says so: a walk of a million names ends with it. */
function stopping(disk: Disk, signal: AbortSignal): LookingDisk {
  const list = (at: string): Promise<string[]> => {
    signal.throwIfAborted()
    return disk.list(at)
  }
  return {
    nameRules: disk.nameRules,
    join: (...parts) => disk.join(...parts),
    stat: (at, follow) => disk.stat(at, follow),
    list,
  }
}
