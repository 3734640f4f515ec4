// From paths that a person names to what a message offers of them: looked at and answered like every share, hashed, and frozen.
// Promise: nothing is in it but what came through the gate, as it was looked at.

import path from 'node:path'
import type { Digest, Disk } from '../../base/ports.ts'
import { type FileOffer, type OfferedPath, offerFits } from '../../community/chat/file-offer.ts'
import { CommunityError, RecordError } from '../../community/community-error.ts'
import type { LooseFile } from '../../library/loose-offers.ts'
import { kindOf } from '../../library/names/kinds.ts'
import { identityOf } from '../library/offers.ts'
import { type GateTools, type LookedAt, lookedAt } from '../review/gate.ts'
import type { Reviews } from '../review/reviews.ts'
import { type Subject, subjectOfPath, subjectOfPaths } from '../review/subject.ts'
import { hashLooked } from '../share-content.ts'
import { toolPorts } from '../tool-ports.ts'
import type { OfferLists } from './offer-lists.ts'

export interface OfferedPathsGround {
  readonly reviews: Reviews
  readonly gate: GateTools
  readonly disk: Disk
  readonly digest: Digest
  readonly stateFolder: string
  readonly lists: Pick<OfferLists, 'write'>
}

export interface PreparedOffer {
  readonly offer: FileOffer
  readonly files: readonly LooseFile[]
  /** Of more than a message holds. */
  readonly list: LooseFile | undefined
}

/** Of a name with more beside it. */
const MAX_NAME_CHARACTERS = 80

export class OfferedPaths {
  readonly #ground: OfferedPathsGround

  constructor(ground: OfferedPathsGround) {
    this.#ground = ground
  }

  /**
   * @param review a look at exactly these paths that was answered; without one they are looked at now
   * @throws ReviewError SHARE_NEEDS_ANSWER, with one look at all of them, and whatever keeps it from being shared; CommunityError TOO_MANY
   */
  async prepare(paths: readonly string[], review: string | undefined): Promise<PreparedOffer> {
    const looked = await this.#looked(
      paths.map((each) => path.resolve(each)),
      review,
    )
    const files = await this.#hashed(looked, paths.length === 1)
    await this.#ground.reviews.end(looked.review)
    const offer = offerOf(files, looked.source, paths.length)
    if (offer.what.kind !== 'list' || offerFits(offer)) return { offer, files, list: undefined }
    const list = await this.#listed(offer.what.items)
    const { root, lengthBytes } = list
    return { offer: { ...offer, what: { kind: 'listed', list: { root, lengthBytes } } }, files, list }
  }

  async #listed(items: readonly OfferedPath[]): Promise<LooseFile> {
    try {
      return await this.#ground.lists.write(items)
    } catch (error) {
      if (error instanceof RecordError) throw new CommunityError('TOO_MANY', { what: 'files' })
      throw error
    }
  }

  async #looked(paths: readonly string[], id: string | undefined): Promise<LookedAt> {
    const { reviews, gate, disk, digest, stateFolder } = this.#ground
    const given = id === undefined ? undefined : reviews.get(id)
    if (given !== undefined && isOf(given.subject, paths)) return await lookedAt(given, 'link', gate)
    const [root = ''] = paths
    const wish = { path: root, exclude: [], dataFolder: undefined, audience: 'link' as const }
    const subject =
      paths.length === 1
        ? await subjectOfPath(wish, disk, { digest, stateFolder })
        : await subjectOfPaths(paths, 'link', disk, { stateFolder })
    const review = await reviews.look(subject, [], new AbortController().signal)
    return await lookedAt(review, 'link', gate)
  }

  /** With threads of its own, for as long as it takes. */
  async #hashed(looked: LookedAt, one: boolean): Promise<LooseFile[]> {
    const ports = toolPorts()
    try {
      const choices = { trackers: [], format: 'v2' as const }
      const watch = { progress: () => undefined, cancelled: () => false }
      const { metainfo } = await hashLooked(looked, choices, ports, watch)
      const { source } = looked
      const below = source.singleFile ? 0 : 1
      const roots = new Map(metainfo.files.map((file) => [file.path.slice(below).join('/'), file]))
      return source.files.flatMap((file, at) => {
        const known =
          roots.get(file.components.join('/')) ?? (source.singleFile ? metainfo.files[0] : undefined)
        const stat = source.stats[at]
        // Nothing of an empty file can be offered by its content, and nobody misses it.
        if (known?.root === undefined || stat === undefined || known.lengthBytes === 0) return []
        const name = source.singleFile ? source.name : (file.components.at(-1) as string)
        // The name of a folder stands above all; of several things each keeps its own.
        const above = one && !source.singleFile ? [source.name] : []
        const folders = source.singleFile ? [] : [...above, ...file.components.slice(0, -1)]
        return [{ path: file.path, ...identityOf(stat), root: known.root, folder: folders.join('/'), name }]
      })
    } finally {
      await ports.close()
    }
  }
}

function isOf({ root, paths }: Subject, asked: readonly string[]): boolean {
  const seen = paths ?? [root]
  return seen.length === asked.length && seen.every((each, at) => each === asked[at])
}

/** @throws CommunityError TOO_MANY for no file at all */
function offerOf(
  files: readonly LooseFile[],
  { name: top, singleFile }: Pick<LookedAt['source'], 'name' | 'singleFile'>,
  paths: number,
): FileOffer {
  const lengthBytes = files.reduce((sum, file) => sum + file.lengthBytes, 0)
  const [first] = files
  if (first === undefined) throw new CommunityError('TOO_MANY', { what: 'files', count: 0 })
  if (singleFile)
    return {
      name: first.name,
      kind: kindOf(first.name, undefined),
      files: 1,
      lengthBytes,
      what: { kind: 'file', root: first.root },
    }
  const one = paths === 1
  const items = files.map(({ folder, name, root, lengthBytes }): OfferedPath => {
    const whole = folder === '' ? name : `${folder}/${name}`
    return { path: one ? whole.slice(top.length + 1) : whole, root, lengthBytes }
  })
  const name = one ? top : `${top.slice(0, MAX_NAME_CHARACTERS)} + ${paths - 1}`
  return { name, kind: 'folder', files: files.length, lengthBytes, what: { kind: 'list', items } }
}
