// The calls about looks before sharing (api/library-routes.ts), each handed to whoever does it.

import type { Handlers, ValidInputOf } from '../../api/routes.ts'
import type { Audience } from '../../api/schemas/primitives.ts'
import type { Digest, Disk } from '../../base/ports.ts'
import { absolute } from '../transfers/places.ts'
import type { Reviews } from './reviews.ts'
import { type Subject, subjectOfPath, subjectOfPaths } from './subject.ts'

type Mine = 'startReview' | 'review' | 'answerReview' | 'endReview'

export interface ReviewParts {
  readonly reviews: Reviews
  readonly disk: Disk
  readonly digest: Digest
  readonly stateFolder: string
  /** @throws TransferError */
  share(id: string, audience: Audience): Subject
  /** @throws LibraryError */
  folder(id: string, only: 'all' | 'proposals', audience: Audience): Promise<Subject>
}

export function reviewHandlers(parts: ReviewParts): Handlers<Mine> {
  const { reviews } = parts
  return {
    startReview: async (wish) => reviews.start(await subjectOf(wish, parts)).told(0),
    review: (request) => reviews.told(request),
    answerReview: (request) => reviews.answer(request),
    endReview: async ({ id }) => {
      await reviews.end(id)
      return {}
    },
  }
}

async function subjectOf(wish: ValidInputOf<'startReview'>, parts: ReviewParts): Promise<Subject> {
  const { audience = 'everyone' } = wish
  if ('folder' in wish) return await parts.folder(wish.folder, wish.only, audience)
  if ('share' in wish) return parts.share(wish.share, audience)
  if ('paths' in wish) return await subjectOfPaths(wish.paths.map(absolute), audience, parts.disk, parts)
  const { path, exclude = [], dataFolder } = wish
  return await subjectOfPath(
    {
      path: absolute(path),
      exclude,
      audience,
      dataFolder: dataFolder === undefined ? undefined : absolute(dataFolder),
    },
    parts.disk,
    parts,
  )
}
