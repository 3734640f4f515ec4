// The one door to being visible: from a look that is over and answered to exactly the files that may be shared. Everything that
// is offered, through whatever way it came, is made of what comes out here; the types say so.
// Promise: what comes out was looked at byte for byte (length, times, inode), is answered, and is for no more people than that.

import path from 'node:path'
import type { Licence } from '../../api/schemas/library.ts'
import type { Audience } from '../../api/schemas/primitives.ts'
import { type Disk, DiskError, type FileStat } from '../../base/ports.ts'
import { LibraryError } from '../../library/library-error.ts'
import type { FrozenFile } from '../../library/offer-record.ts'
import type { SourceFile } from '../../metainfo/create-plan.ts'
import { kindsOf, type ShareSurvey } from '../share-survey.ts'
import { checkUnchanged } from '../source-files.ts'
import type { PrivateThings } from './private-scan.ts'
import type { Review } from './review.ts'
import { ReviewError } from './review-error.ts'

declare const looked: unique symbol

/** May be shared. Made in this file only. */
export interface LookedAt extends ShareSurvey {
  readonly [looked]: true
  readonly review: string
  readonly audience: Audience
  /** Absolute paths of what was looked at, where a copy of it is shared instead: by the copy's path. */
  readonly originals: ReadonlyMap<string, string>
  /** The folder of such copies; null where there are none. */
  readonly copies: string | null
}

export interface GateTools {
  readonly disk: Disk
  readonly things: Pick<PrivateThings, 'withoutPlace'>
  readonly stateFolder: string
}

/** Copies without place lie below it in the state folder, a folder for each look. */
export const COPIES_FOLDER = 'without-place'
/** A person is told of so many by name. */
const NAMED_FILES = 3

/**
 * Whether it may be used for these people, now.
 * @throws what it failed with; LibraryError REVIEW_UNFINISHED, REVIEW_NEEDED; ReviewError SHARE_NEEDS_ANSWER
 */
export function refuseUnlessAnswered(review: Review, audience: Audience): void {
  if (review.failure !== undefined) throw review.failure
  if (review.state !== 'done') throw new LibraryError('REVIEW_UNFINISHED', { state: review.state })
  if (audience === 'everyone' && review.subject.audience !== 'everyone')
    throw new LibraryError('REVIEW_NEEDED', { audience })
  if (review.open > 0) throw needsAnswer(review)
}

/** What a person is told of it. */
export function needsAnswer(review: Review): ReviewError {
  const names = new Set<string>()
  for (const { path: below } of review.openFindings()) {
    names.add(below.at(-1) ?? path.basename(review.subject.root))
    if (names.size === NAMED_FILES) break
  }
  return new ReviewError('SHARE_NEEDS_ANSWER', {
    count: review.open,
    files: [...names].join(', '),
    review: review.id,
  })
}

/** What everyone may get needs a right to it. @throws LibraryError LICENCE_NEEDED */
export function refuseWithoutLicence(audience: string, licence: Licence | null | undefined): void {
  if (audience === 'everyone' && (licence === undefined || licence === null || licence.kind === 'not-sure'))
    throw new LibraryError('LICENCE_NEEDED')
}

/**
 * The files that may be shared, with copies made of those that are to say no place.
 * @throws as refuseUnlessAnswered(); CreateError FILE_CHANGED when one is not what was looked at; ReviewError PLACE_STAYS,
 * SHARE_WHOLE_ONLY, NOTHING_LEFT_TO_SHARE
 */
export async function lookedAt(review: Review, audience: Audience, tools: GateTools): Promise<LookedAt> {
  refuseUnlessAnswered(review, audience)
  const { name, singleFile, files, withoutPlace, leftOut } = review.looked()
  if (review.subject.whole && (leftOut > 0 || withoutPlace.size > 0))
    throw new ReviewError('SHARE_WHOLE_ONLY', { name })
  const totalBytes = files.reduce((sum, file) => sum + file.lengthBytes, 0)
  if (totalBytes === 0) throw new ReviewError('NOTHING_LEFT_TO_SHARE', { name })
  const source = {
    name,
    singleFile,
    leftOut: [],
    files: files.map(
      ({ path: at, components, lengthBytes }): SourceFile => ({ path: at, components, lengthBytes }),
    ),
    stats: files.map(({ stat }) => stat),
  }
  await checkUnchanged(tools.disk, source)
  const { copies, originals, ...changed } =
    withoutPlace.size === 0
      ? { ...source, copies: null, originals: new Map<string, string>() }
      : await withCopies(review, source, withoutPlace, tools)
  await review.rememberAll()
  const out: Omit<LookedAt, typeof looked> = {
    root: review.subject.root,
    source: changed,
    totalBytes: changed.files.reduce((sum, file) => sum + file.lengthBytes, 0),
    kinds: kindsOf(changed.files.map(({ components }) => components)),
    review: review.id,
    audience,
    originals,
    copies,
  }
  return out as LookedAt
}

/**
 * What a library folder offers, as the person answered it: files that are not what was looked at are not among them.
 * @throws ReviewError NOTHING_LEFT_TO_SHARE
 */
export async function stillFrozen(
  root: string,
  review: string,
  frozen: readonly FrozenFile[],
  disk: Pick<Disk, 'stat'>,
): Promise<LookedAt> {
  const files: SourceFile[] = []
  const stats: FileStat[] = []
  const originals = new Map<string, string>()
  for (const file of frozen) {
    const original = path.join(root, ...file.path.split('/'))
    const { path: at, ...before } = file.copy ?? { ...file, path: original }
    const stat = await disk.stat(at)
    if (stat?.kind !== 'file' || !isStill(stat, before)) continue
    files.push({ components: file.path.split('/'), path: at, lengthBytes: stat.lengthBytes })
    stats.push(stat)
    if (file.copy !== undefined) originals.set(at, original)
  }
  const name = path.basename(root)
  const totalBytes = files.reduce((sum, file) => sum + file.lengthBytes, 0)
  if (totalBytes === 0) throw new ReviewError('NOTHING_LEFT_TO_SHARE', { name })
  const out: Omit<LookedAt, typeof looked> = {
    root,
    source: { name, singleFile: false, files, stats, leftOut: [] },
    totalBytes,
    kinds: kindsOf(files.map(({ components }) => components)),
    review,
    audience: 'link',
    originals,
    copies: null,
  }
  return out as LookedAt
}

function isStill(
  { identity, lengthBytes, modifiedMs }: FileStat,
  before: { readonly lengthBytes: number; readonly modifiedMs: number; readonly inode: string },
): boolean {
  const same = lengthBytes === before.lengthBytes && modifiedMs === before.modifiedMs
  return same && identity.slice(identity.indexOf(':') + 1) === before.inode
}

/** For the demo, whose computers are all pretended on this one: nobody else ever sees it, so nobody needs to be asked. */
export function seenByNobody(survey: ShareSurvey): LookedAt {
  const out: Omit<LookedAt, typeof looked> = {
    ...survey,
    review: '',
    audience: 'link',
    originals: new Map(),
    copies: null,
  }
  return out as LookedAt
}

interface Source {
  readonly files: readonly SourceFile[]
  readonly stats: readonly FileStat[]
}

async function withCopies<Given extends Source>(
  review: Review,
  source: Given,
  wanted: ReadonlySet<string>,
  { disk, things, stateFolder }: GateTools,
): Promise<Given & { copies: string; originals: Map<string, string> }> {
  const copies = disk.join(stateFolder, COPIES_FOLDER, review.id)
  await disk.makeDirectory(copies)
  const originals = new Map<string, string>()
  const files: SourceFile[] = []
  const stats: FileStat[] = []
  for (const [at, file] of source.files.entries()) {
    if (!wanted.has(file.path)) {
      files.push(file)
      stats.push(source.stats[at] as FileStat)
      continue
    }
    const name = file.components.at(-1) as string
    const copy = disk.join(copies, `${at}${path.extname(name)}`)
    await removeIfThere(disk, copy)
    if (!(await things.withoutPlace(file.path, copy))) throw new ReviewError('PLACE_STAYS', { name })
    const stat = await disk.stat(copy)
    if (stat?.kind !== 'file') throw new ReviewError('PLACE_STAYS', { name })
    files.push({ ...file, path: copy, lengthBytes: stat.lengthBytes })
    stats.push(stat)
    originals.set(copy, file.path)
  }
  // What was copied is what was looked at.
  await checkUnchanged(disk, { ...source, name: '', singleFile: false, leftOut: [] })
  return { ...source, files, stats, copies, originals }
}

/** Of an earlier try. */
async function removeIfThere(disk: Disk, at: string): Promise<void> {
  await disk.remove(at).catch((error: unknown) => {
    if (!(error instanceof DiskError) || error.code !== 'ENOENT') throw error
  })
}

/** Copies that no share has any more go: before anything is shared, so that none is on its way. */
export async function removeStrayCopies(
  disk: Disk,
  stateFolder: string,
  kept: ReadonlySet<string>,
): Promise<void> {
  const all = disk.join(stateFolder, COPIES_FOLDER)
  if ((await disk.stat(all))?.kind !== 'directory') return
  for (const name of await disk.list(all)) if (!kept.has(name)) await removeCopies(disk, disk.join(all, name))
}

/** Of one share. */
export async function removeCopies(disk: Disk, folder: string): Promise<void> {
  if ((await disk.stat(folder))?.kind !== 'directory') return
  for (const name of await disk.list(folder)) await removeIfThere(disk, disk.join(folder, name))
  await disk.removeDirectory(folder)
}
