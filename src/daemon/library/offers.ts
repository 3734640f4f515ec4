// Who can get a library folder: widened by a look that is over and answered, narrowed at once. Joins the offers of the library with
// shares (people with the link) and content torrents (everyone).
// Promises: nothing is offered that was not looked at as it is; what is narrowed is given to nobody outside when it is answered.

import path from 'node:path'
import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import type { Audience } from '../../api/schemas/primitives.ts'
import type { Disk } from '../../base/ports.ts'
import { LibraryError } from '../../library/library-error.ts'
import type { FrozenFile } from '../../library/offer-record.ts'
import { createTorrent } from '../../metainfo/create.ts'
import { type GateTools, type LookedAt, lookedAt, refuseWithoutLicence, stillFrozen } from '../review/gate.ts'
import type { Review } from '../review/review.ts'
import type { Reviews } from '../review/reviews.ts'
import { listed, type Subject } from '../review/subject.ts'
import { toolPorts } from '../tool-ports.ts'
import { surveyBelow } from '../transfers/surveying.ts'
import { folderRow } from './folder-row.ts'
import type { LibraryLink } from './library-link.ts'
import type { FolderAnswer } from './library-work.ts'

export interface FolderShares {
  /** The share of a folder's people with the link, if there is one. */
  find(folder: string): string | null
  /** Begins one of exactly the frozen files, instead of the one there was. */
  begin(folder: string, root: string): Promise<void>
  /** Given to nobody any more when it resolves, and gone. */
  end(folder: string): Promise<void>
}

export interface OfferSurroundings {
  /** @throws LibraryError LIBRARY_UNAVAILABLE */
  readonly link: () => LibraryLink
  readonly reviews: Reviews
  readonly gate: GateTools
  readonly shares: FolderShares
  readonly disk: Disk
  readonly stateFolder: string
  wallMs(): number
  /** Whether something can be offered to `circle:<id>` or `person:<id>`: this device is in it, or they are known here. */
  isInCircle(audience: string): boolean
  /** Before something more is offered to everyone. @throws CatalogueKeyError when it could not be signed */
  mayPublish(): Promise<void>
  /** When it resolves nobody is given what is not offered any more. */
  offersChanged(): Promise<void>
}

/** Called before anything becomes visible. @throws LibraryError SHARING_STOPPED when something else was said since */
export type StillMeant = () => void

type Row = OutputOf<'changeFolderAudience'>

/** Everyone holds all others; people with the link and a circle are different people, and none of them is in the other. */
function isNarrower(audience: string, before: string): boolean {
  return audience !== before && (audience === 'me' || before === 'everyone')
}

/** For whom the look was: a circle is as few people as one chooses, as those who have a link are. */
function lookedFor(audience: string): Audience {
  return audience === 'everyone' ? 'everyone' : 'link'
}

/** As many as one look takes. */
const MOST_PROPOSALS = 100_000

export class Offers {
  readonly #around: OfferSurroundings

  constructor(around: OfferSurroundings) {
    this.#around = around
  }

  row(answer: FolderAnswer): Row {
    return folderRow(answer, this.#around.shares.find(answer.folder.id))
  }

  /** @throws LibraryError, ReviewError, CreateError FILE_CHANGED */
  async change(wish: ValidInputOf<'changeFolderAudience'>, stillMeant: StillMeant): Promise<Row> {
    const { id, audience } = wish
    const link = this.#around.link()
    if (!this.#isKnown(audience)) throw new LibraryError('AUDIENCE_UNKNOWN', { audience })
    const { folder, offer } = await link.ask('folder', id)
    const before = offer?.audience ?? 'me'
    if (isNarrower(audience, before))
      return this.row(await this.#narrow(id, audience, folder.path, stillMeant))
    const licence = wish.licence ?? folder.licence
    const publisher = wish.publisher ?? folder.publisher
    refuseWithoutLicence(audience, licence)
    if (audience === before) return this.row(await link.ask('relabel', id, { audience, licence, publisher }))
    const review = this.#review(id, 'all', wish.review)
    const looked = await lookedAt(review, lookedFor(audience), this.#around.gate)
    if (audience === 'everyone') await this.#around.mayPublish()
    const { files, keptBack } = await frozenOf(review, looked)
    stillMeant()
    const made = await link.ask(
      'offer',
      { folder: id, audience, review: review.id, madeAtMs: this.#around.wallMs(), files, keptBack },
      { licence, publisher },
    )
    await this.#around.reviews.end(review.id)
    await this.#agree(id, audience, folder.path, stillMeant)
    return this.row(made)
  }

  #isKnown(audience: string): boolean {
    if (audience.startsWith('circle:') || audience.startsWith('person:'))
      return this.#around.isInCircle(audience)
    return audience === 'me' || audience === 'link' || audience === 'everyone'
  }

  async #narrow(id: string, audience: string, root: string, stillMeant: StillMeant): Promise<FolderAnswer> {
    const narrowed = await this.#around.link().ask('narrow', id, audience)
    await this.#agree(id, audience, root, stillMeant)
    return narrowed
  }

  /** Shares and content torrents follow what the library says. */
  async #agree(id: string, audience: string, root: string, stillMeant: StillMeant): Promise<void> {
    const { shares, offersChanged } = this.#around
    if (audience !== 'link') await shares.end(id)
    await offersChanged()
    if (audience !== 'link') return
    stillMeant()
    await shares.begin(id, root)
  }

  async remove(id: string): Promise<void> {
    const { link, shares, offersChanged } = this.#around
    await link().ask('removeFolder', id)
    await shares.end(id)
    await offersChanged()
  }

  /** @throws LibraryError REVIEW_NEEDED and others, ReviewError, CreateError */
  async accept({ id, review: given }: ValidInputOf<'acceptProposals'>, stillMeant: StillMeant): Promise<Row> {
    const link = this.#around.link()
    const { folder, offer } = await link.ask('folder', id)
    if (offer === undefined) throw new LibraryError('REVIEW_NEEDED', { path: folder.path })
    const review = this.#review(id, 'proposals', given)
    const looked = await lookedAt(review, lookedFor(offer.audience), this.#around.gate)
    if (offer.audience === 'everyone') await this.#around.mayPublish()
    const { files, keptBack } = await frozenOf(review, looked)
    stillMeant()
    const extended = await link.ask('extend', { folder: id, review: review.id, files, keptBack })
    await this.#around.reviews.end(review.id)
    await this.#agree(id, offer.audience, folder.path, stillMeant)
    return this.row(extended)
  }

  /** @throws LibraryError REVIEW_NEEDED, REVIEW_UNKNOWN */
  #review(folder: string, only: 'all' | 'proposals', id: string | undefined): Review {
    if (id === undefined) throw new LibraryError('REVIEW_NEEDED', { folder })
    const review = this.#around.reviews.get(id)
    const { subject } = review
    if (subject.folder !== folder || subject.only !== only)
      throw new LibraryError('REVIEW_NEEDED', { folder })
    return review
  }

  /** What a look at a folder looks at. @throws LibraryError, ShareError */
  async subject(id: string, only: 'all' | 'proposals', audience: Audience): Promise<Subject> {
    const { stateFolder } = this.#around
    const link = this.#around.link()
    const { folder } = await link.ask('folder', id)
    const root = folder.path
    const common = { root, folder: id, only, share: null, exclude: [], audience, whole: false }
    if (only === 'all')
      return { ...common, find: async (disk) => (await surveyBelow(root, [], disk, stateFolder)).source }
    return {
      ...common,
      find: async (disk) => {
        const { files } = await link.ask('proposals', id, 0, MOST_PROPOSALS)
        const sources = files.map(({ path: below, lengthBytes }) => ({
          components: below.split('/'),
          path: path.join(root, ...below.split('/')),
          lengthBytes,
        }))
        return await listed(disk, path.basename(root), false, sources)
      },
    }
  }

  /** What the share of a folder is made of: its offer as it was looked at, as far as it is still so. */
  async frozen(id: string): Promise<LookedAt> {
    const link = this.#around.link()
    const { folder, offer } = await link.ask('folder', id)
    if (offer === undefined || offer.audience === 'me')
      throw new LibraryError('REVIEW_NEEDED', { path: folder.path })
    const files = await link.ask('frozen', id)
    return await stillFrozen(folder.path, offer.review, files, this.#around.disk)
  }
}

/** What was looked at, as the library keeps it: by identity, with copies where they are shared instead. */
async function frozenOf(
  review: Review,
  looked: LookedAt,
): Promise<{ readonly files: FrozenFile[]; readonly keptBack: FrozenFile[] }> {
  const { files: seen, keptBack } = review.looked()
  const copies = new Map([...looked.originals].map(([copy, original]) => [original, copy]))
  const roots = await rootsOf(looked)
  const files = seen.map(({ path: at, components, stat }): FrozenFile => {
    const file = { path: components.join('/'), ...identityOf(stat) }
    const copy = copies.get(at)
    const made = copy === undefined ? undefined : roots.get(copy)
    return copy === undefined || made === undefined ? file : { ...file, copy: { path: copy, ...made } }
  })
  return {
    files,
    keptBack: keptBack.map(({ components, stat }) => ({ path: components.join('/'), ...identityOf(stat) })),
  }
}

/** Content ids of copies; photos are small. */
async function rootsOf(
  looked: LookedAt,
): Promise<ReadonlyMap<string, ReturnType<typeof identityOf> & { readonly root: Uint8Array }>> {
  const roots = new Map<string, ReturnType<typeof identityOf> & { readonly root: Uint8Array }>()
  if (looked.originals.size === 0) return roots
  const tools = toolPorts()
  try {
    for (const [at, file] of looked.source.files.entries()) {
      if (!looked.originals.has(file.path)) continue
      const name = path.basename(file.path)
      const source = { name, singleFile: true, files: [{ ...file, components: [name] }] }
      const { torrent } = await createTorrent(source, { version: 'v2', hints: {} }, tools, {})
      const root = torrent.metainfo.files[0]?.root
      const stat = looked.source.stats[at]
      if (root !== undefined && stat !== undefined) roots.set(file.path, { ...identityOf(stat), root })
    }
  } finally {
    await tools.close()
  }
  return roots
}

/** As the library keeps it: the inode alone. */
export function identityOf(stat: {
  readonly identity: string
  readonly lengthBytes: number
  readonly modifiedMs: number
}): { readonly lengthBytes: number; readonly modifiedMs: number; readonly inode: string } {
  const { identity, lengthBytes, modifiedMs } = stat
  return { lengthBytes, modifiedMs, inode: identity.slice(identity.indexOf(':') + 1) }
}
