// Answers of earlier looks, kept in the library; where there is none they are asked again.

import type { Audience } from '../../api/schemas/primitives.ts'
import type { Answer, Finding } from '../../api/schemas/review.ts'
import { LibraryError } from '../../library/library-error.ts'
import {
  type AnsweredFile,
  holds,
  type KeptAnswer,
  type RememberedAnswers,
} from '../review/remembered-answers.ts'
import type { LibraryLink } from './library-link.ts'

export class LibraryAnswers implements RememberedAnswers {
  readonly #link: () => LibraryLink | undefined
  readonly #wallMs: () => number

  constructor(link: () => LibraryLink | undefined, wallMs: () => number) {
    this.#link = link
    this.#wallMs = wallMs
  }

  async of(file: AnsweredFile, audience: Audience): Promise<ReadonlyMap<Finding['class'], Answer>> {
    const { path, lengthBytes, modifiedMs } = file
    const rows = await orNothing(
      async () => await this.#link()?.ask('answersOf', { path, lengthBytes, modifiedMs }),
    )
    return new Map(
      (rows ?? [])
        .filter(({ answer, audience: given }) => holds(answer as Answer, given as Audience, audience))
        .map(({ class: kind, answer }) => [kind as Finding['class'], answer as Answer]),
    )
  }

  async keep(answers: readonly KeptAnswer[], audience: Audience): Promise<void> {
    if (answers.length === 0) return
    const plain = answers.map(({ file: { path, lengthBytes, modifiedMs }, class: kind, answer }) => ({
      file: { path, lengthBytes, modifiedMs },
      class: kind,
      answer,
    }))
    await orNothing(async () => await this.#link()?.ask('keepAnswers', plain, audience, this.#wallMs()))
  }
}

/** Without a library every answer is for this look only. */
async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof LibraryError) return undefined
    throw error
  }
}
