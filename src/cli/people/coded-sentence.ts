// What is wrong with a circle, an offer or a joining, in the sentence that its code has everywhere.

import { explain } from '../../api/errors.ts'
import type { OutputOf } from '../../api/routes.ts'
import { CodedError } from '../../base/errors.ts'

export type CodedProblem = NonNullable<OutputOf<'circles'>['joining'][number]['problem']>

/** As an error of this command; thrown where it is the end of what was asked. */
export class PeopleProblem extends CodedError {}

export function codedError({ code, data }: CodedProblem): PeopleProblem {
  return new PeopleProblem(code, data)
}

export function codedSentence(problem: CodedProblem): string {
  const { message, help } = explain(codedError(problem)).report
  return help === undefined ? message : `${message} ${help}`
}
