// From what a person named to what can be offered: looked at, answered, hashed; its row shows how far, or what it waits for.
// Promise: until it comes out here nothing of it is visible to anybody; what waits for an answer waits across restarts.

import path from 'node:path'
import type { ValidInputOf } from '../../api/routes.ts'
import { CodedError } from '../../base/errors.ts'
import { CreateError } from '../../metainfo/create.ts'
import type { Torrent as Content } from '../../metainfo/metainfo.ts'
import { type GateTools, type LookedAt, lookedAt } from '../review/gate.ts'
import type { Review } from '../review/review.ts'
import type { Reviews } from '../review/reviews.ts'
import { subjectOfPath } from '../review/subject.ts'
import { diskPathsOf, hashLooked, readDescribed } from '../share-content.ts'
import { type ToolPorts, toolPorts } from '../tool-ports.ts'
import type { HashingWish, TransferRecord } from './record.ts'
import { WANTED_PRIORITY } from './selection.ts'
import { isTorrentFile } from './surveying.ts'
import type { Transfer } from './transfer.ts'
import { coded } from './transfer-row.ts'

export type ShareWish = ValidInputOf<'addShare'>

export interface HashingSurroundings {
  readonly reviews: Reviews
  readonly gate: GateTools
  readonly tools: Pick<ToolPorts, 'disk' | 'digest'>
  readonly stateFolder: string
  wallMs(): number
  touch(id: string): void
  /** The frozen files of a library folder. */
  frozen(folder: string): Promise<LookedAt>
  /** It can be offered now. @param justHashed false where its bytes are to be checked against it first */
  ready(
    before: Transfer,
    content: Content,
    found: Partial<TransferRecord>,
    justHashed: boolean,
  ): Promise<void>
}

/** A folder in which somebody works changes now and then; one that never rests cannot be shared. */
const LOOKS = 3

export class ShareHashing {
  readonly #around: HashingSurroundings
  /** By the id that a share has meanwhile. */
  readonly #working = new Map<string, AbortController>()
  /** One share after the other: the disk is no faster for two. */
  #lookTurn: Promise<unknown> = Promise.resolve()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(around: HashingSurroundings) {
    this.#around = around
  }

  isWorking(transfer: Transfer): boolean {
    return this.#working.has(transfer.id)
  }

  /** Begins what its record says, now or after the others. */
  async begin(transfer: Transfer): Promise<void> {
    const ending = new AbortController()
    this.cancel(transfer)
    this.#working.set(transfer.id, ending)
    transfer.activity = { kind: 'hashing', progress: 0 }
    transfer.problem = null
    this.#around.touch(transfer.id)
    try {
      await this.#work(transfer, ending.signal)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      if (ending.signal.aborted) return
      transfer.problem = coded(error.code, error.data)
      transfer.report(transfer.problem)
    } finally {
      if (this.#working.get(transfer.id) === ending) {
        this.#working.delete(transfer.id)
        transfer.activity = { kind: 'none' }
        this.#around.touch(transfer.id)
      }
    }
  }

  cancel({ id }: Transfer): void {
    this.#working.get(id)?.abort()
    this.#working.delete(id)
  }

  /** The daemon ends: what is on its way is begun anew at the next start. */
  async cancelAll(): Promise<void> {
    for (const ending of this.#working.values()) ending.abort()
    // Their own failures are told where they were begun.
    await Promise.allSettled([this.#lookTurn, this.#turn])
  }

  async #work(transfer: Transfer, signal: AbortSignal): Promise<void> {
    const request = transfer.record.hashing
    if (request === null) return
    const { libraryFolder } = transfer.record
    const looked =
      libraryFolder === null
        ? await this.#looked(transfer, request, signal)
        : await this.#around.frozen(libraryFolder)
    if (signal.aborted) return
    const turn = this.#turn.then(async () => {
      if (!signal.aborted) await this.#hash(transfer, request, looked, signal)
    })
    this.#turn = turn.catch(() => undefined)
    await turn
    if (!signal.aborted) await this.#around.reviews.end(looked.review)
  }

  /** @throws ReviewError SHARE_NEEDS_ANSWER, and whatever keeps it from being shared */
  async #looked(transfer: Transfer, request: HashingWish, signal: AbortSignal): Promise<LookedAt> {
    const { reviews } = this.#around
    const given = request.review === undefined ? undefined : reviews.find(request.review)
    const review = given ?? (await this.#look(request, signal))
    for (let look = 1; ; look++) {
      try {
        const looked = await lookedAt(review, request.audience, this.#around.gate)
        if (!signal.aborted) await keepPaths(transfer, review)
        return looked
      } catch (error) {
        const changed = error instanceof CreateError && error.code === 'FILE_CHANGED'
        if (!changed || look === LOOKS || signal.aborted) throw error
        await reviews.lookAgain(review)
      }
    }
  }

  async #look(request: HashingWish, signal: AbortSignal): Promise<Review> {
    const { reviews, tools, stateFolder } = this.#around
    const { path: root, exclude = [], dataFolder, audience, allow = [], leavesOut } = request
    const wish = { path: root, exclude, dataFolder, audience }
    const turn = this.#lookTurn.then(async () => {
      const subject = await subjectOfPath(wish, tools.disk, { digest: tools.digest, stateFolder })
      return await reviews.look(subject, allow, signal, leavesOut)
    })
    this.#lookTurn = turn.catch(() => undefined)
    return await turn
  }

  async #hash(transfer: Transfer, request: ShareWish, looked: LookedAt, signal: AbortSignal): Promise<void> {
    const about = {
      looked: { review: looked.review, audience: looked.audience, at: this.#around.wallMs() },
      copies: looked.copies === null ? null : path.basename(looked.copies),
    }
    if (await isTorrentFile(request.path, this.#around.tools.disk)) {
      const { content, priorities, saveFolder } = await this.#described(request, looked)
      if (!signal.aborted)
        await this.#around.ready(
          transfer,
          content,
          { ...about, priorities, saveFolder, journalFolder: saveFolder },
          false,
        )
      return
    }
    // Threads of its own, for as long as it takes.
    const ports = toolPorts()
    try {
      const format = request.format ?? 'hybrid'
      const { trackers = [], webSeeds = [], comment } = request
      const content = await hashLooked(looked, { trackers, webSeeds, comment, format }, ports, {
        progress: (done, total) => {
          transfer.activity = { kind: 'hashing', progress: total === 0 ? 0 : done / total }
        },
        cancelled: () => signal.aborted,
      })
      if (signal.aborted) return
      const paths = diskPathsOf(looked, content.metainfo, path.dirname(looked.root), format)
      const diskPaths = paths.some((each) => each !== undefined) ? paths.map((each) => each ?? null) : null
      await this.#around.ready(transfer, content, { ...about, diskPaths }, true)
    } finally {
      await ports.close()
    }
  }

  /** What a torrent file describes, as far as it was looked at. */
  async #described(
    request: ShareWish,
    looked: LookedAt,
  ): Promise<{ readonly content: Content; readonly priorities: number[]; readonly saveFolder: string }> {
    const { tools, stateFolder } = this.#around
    const saveFolder = request.dataFolder ?? path.dirname(request.path)
    const { content } = await readDescribed(request.path, saveFolder, tools, stateFolder)
    const seen = new Set(looked.source.files.map((file) => file.path))
    const priorities = content.metainfo.files.map((file) =>
      seen.has(path.join(saveFolder, ...file.path)) ? WANTED_PRIORITY : 0,
    )
    return { content, priorities, saveFolder }
  }
}

/** Answers may have changed since it was asked for; looked at again after the next start, they hold. */
async function keepPaths(transfer: Transfer, { pathsLeftOut }: Review): Promise<void> {
  const { hashing } = transfer.record
  if (hashing === null || JSON.stringify(pathsLeftOut) === JSON.stringify(hashing.leavesOut ?? [])) return
  await transfer.update({ hashing: { ...hashing, leavesOut: pathsLeftOut } })
}
