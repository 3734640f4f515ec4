// What was answered at earlier looks, for files that are unchanged since. Invariant: what was shared with people who have the
// link only is asked again before everyone gets it; what was left out stays left out for all.

import type { Audience } from '../../api/schemas/primitives.ts'
import type { Answer, Finding } from '../../api/schemas/review.ts'

/** The file that an answer was about: asked again when any of it is another. */
export interface AnsweredFile {
  /** Absolute. */
  readonly path: string
  readonly lengthBytes: number
  readonly modifiedMs: number
}

export interface KeptAnswer {
  readonly file: AnsweredFile
  readonly class: Finding['class']
  /** Null: taken back. */
  readonly answer: Answer | null
}

export interface RememberedAnswers {
  of(file: AnsweredFile, audience: Audience): Promise<ReadonlyMap<Finding['class'], Answer>>
  /** Durable when it resolves. What cannot be kept is asked again. */
  keep(answers: readonly KeptAnswer[], audience: Audience): Promise<void>
}

/** @param givenFor whom it would have been shared with */
export function holds(answer: Answer, givenFor: Audience, now: Audience): boolean {
  return answer !== 'share' || givenFor === 'everyone' || now === 'link'
}

/** Where there is no library to keep them in. */
export const NOTHING_REMEMBERED: RememberedAnswers = {
  of: async () => new Map(),
  keep: async () => {},
}
