// A code of the part that talks with people, as a sentence: why something is closed, off or did not work.

import { say } from '../../../../src/api/error-entry.ts'
import { PEOPLE_ERRORS } from '../../../../src/api/errors-people.ts'
import { explainProblem } from '../../../../src/api/problem-sentence.ts'
import type { Coded } from '../../../../src/api/schemas/primitives.ts'

/** @returns foreign text where the code came with some */
export function codedSentence({ code, data }: Coded): string {
  const entry = Object.hasOwn(PEOPLE_ERRORS, code) ? PEOPLE_ERRORS[code] : undefined
  if (entry === undefined) {
    const { cause, remedy } = explainProblem({ code, data })
    return `${cause.charAt(0).toUpperCase()}${cause.slice(1)}.${remedy === undefined ? '' : ` ${remedy}`}`
  }
  const { message, help } = entry
  return help === undefined ? say(message, data) : `${say(message, data)} ${say(help, data)}`
}
