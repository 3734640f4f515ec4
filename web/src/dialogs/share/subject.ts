// What the review step is about, and what its button does: something new, a share that is to reach more people, a library folder,
// or what waits as proposals in one. Promise: nothing becomes visible but by `carryOut`, with the review that was answered.

import { explainProblem } from '../../../../src/api/problem-sentence.ts'
import type { LibraryFolder } from '../../../../src/api/schemas/library.ts'
import type { Audience } from '../../../../src/api/schemas/primitives.ts'
import type { Review, ReviewRequest } from '../../../../src/api/schemas/review.ts'
import type { ShareFacts } from '../../../../src/api/schemas/share.ts'
import type { TreeFile } from '../../files/file-tree.ts'
import { call } from '../../store/api.ts'
import { isNamed } from '../../ui/audience-choice.tsx'
import { type LicenceChoice, licencePart, reached } from './licence-choice.ts'
import { type More, shareRequest, type Who } from './share-plan.ts'

export type Subject =
  /** `copied`: from the browser, to Shoal's own folder. */
  | { readonly kind: 'path'; readonly path: string; readonly copied: boolean }
  | { readonly kind: 'share'; readonly facts: ShareFacts }
  | { readonly kind: 'folder'; readonly folder: LibraryFolder; readonly who: Who }
  | { readonly kind: 'proposals'; readonly folder: LibraryFolder }
  | { readonly kind: 'send'; readonly path: string; readonly copied: boolean; readonly target: SendTarget }

/** Whom something is sent to, with the name to be said of it. */
export type SendTarget =
  | { readonly kind: 'to'; readonly to: `${'person' | 'device' | 'circle'}:${string}`; readonly name: string }
  | { readonly kind: 'conversation'; readonly id: string; readonly name: string }

export function pathOf(subject: Subject): string {
  switch (subject.kind) {
    case 'path':
    case 'send':
      return subject.path
    case 'share':
      return subject.facts.transfer.path
    case 'folder':
    case 'proposals':
      return subject.folder.path
  }
}

/** Whoever is named is as near as who has the link. */
export function lookedAtFor(who: Who): Audience {
  return who === 'everyone' ? 'everyone' : 'link'
}

/** For whom it is looked at: an answer that was given for people with the link does not hold for everyone. */
export function reviewRequest(subject: Subject, audience: Audience): ReviewRequest {
  switch (subject.kind) {
    case 'path':
    case 'send':
      return { path: subject.path, audience }
    case 'share':
      return { share: subject.facts.transfer.id, audience }
    case 'folder':
      return { folder: subject.folder.id, only: 'all', audience }
    case 'proposals':
      return { folder: subject.folder.id, only: 'proposals', audience }
  }
}

export interface Contents {
  readonly kind: 'file' | 'folder' | 'torrent'
  readonly fileCount: number
  readonly totalBytes: number
  readonly kinds: Review['kinds'] | undefined
  /** As many as can be shown. */
  readonly files: readonly TreeFile[]
  readonly leftOut: readonly string[]
}

const PROPOSALS_PAGE = 200
/** As many as a survey lists. */
const MOST_LISTED = 1_000

export async function contentsOf(subject: Subject): Promise<Contents> {
  if (subject.kind === 'proposals') return await proposalsOf(subject.folder.id)
  const { kind, fileCount, totalBytes, files, leftOut } = await call('survey', { path: pathOf(subject) })
  return { kind, fileCount, totalBytes, kinds: undefined, files: treeFilesOf(files), leftOut }
}

async function proposalsOf(id: string): Promise<Contents> {
  const files: { readonly path: readonly string[]; readonly lengthBytes: number }[] = []
  for (;;) {
    const page = await call('folderProposals', { id, offset: files.length, limit: PROPOSALS_PAGE })
    files.push(...page.files)
    if (page.files.length === 0 || files.length >= Math.min(page.total, MOST_LISTED)) {
      const { total, totalBytes } = page
      return {
        kind: 'folder',
        fileCount: total,
        totalBytes,
        kinds: undefined,
        files: treeFilesOf(files),
        leftOut: [],
      }
    }
  }
}

function treeFilesOf(
  files: readonly { readonly path: readonly string[]; readonly lengthBytes: number }[],
): readonly TreeFile[] {
  return files.map(({ path, lengthBytes }, index) => ({ index, path, lengthBytes, kind: '' }))
}

export interface Plan {
  readonly who: Who
  readonly licence: LicenceChoice
  readonly more: More
  readonly review: string
}

/** @returns what was made of a path or share. @throws ApiError */
export async function carryOut(subject: Subject, plan: Plan): Promise<ShareFacts | undefined> {
  const { review, licence, more } = plan
  const who = reached(plan.who, licence)
  const part = licencePart(who, licence)
  switch (subject.kind) {
    case 'path': {
      if (isNamed(who)) {
        await call('send', { to: who, paths: [subject.path], review })
        return undefined
      }
      const request = shareRequest({ path: subject.path, who, more }, Date.now())
      return await call('addShare', { ...request, ...part, review })
    }
    case 'send': {
      const paths = [subject.path]
      const { target } = subject
      if (target.kind === 'to') await call('send', { to: target.to, paths, review })
      else await call('offerFiles', { id: target.id, paths, review })
      return undefined
    }
    case 'share': {
      // A share is a link; of persons and circles there are offers instead.
      const audience = lookedAtFor(who)
      return await call('changeAudience', { id: subject.facts.transfer.id, audience, ...part, review })
    }
    case 'folder':
      await call('changeFolderAudience', { id: subject.folder.id, audience: who, ...part, review })
      return undefined
    case 'proposals':
      await call('acceptProposals', { id: subject.folder.id, review })
      return undefined
  }
}

/** Why a review could not look at anything. */
export function problemOf({ problem }: Review): string | undefined {
  if (problem === null) return undefined
  const { cause, remedy } = explainProblem(problem)
  return [
    `${cause.charAt(0).toUpperCase()}${cause.slice(1)}.`,
    ...(remedy === undefined ? [] : [remedy]),
  ].join(' ')
}
