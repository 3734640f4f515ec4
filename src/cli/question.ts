// A question that must be answered before something is done that cannot be taken back.
// Promise: without a terminal nobody is asked; the answer is then named as the flag that gives it.

import { createInterface } from 'node:readline'
import { CodedError } from '../base/errors.ts'
import type { Shell } from './command.ts'

export class QuestionError extends CodedError<'ANSWER_NEEDED' | 'ANSWERED_NO'> {}

/** @param yes the answer is given already. @throws QuestionError unless it is yes */
export async function confirm(
  question: string,
  yes: boolean,
  { input, output }: Pick<Shell, 'input' | 'output'>,
): Promise<void> {
  if (yes) return
  if (input.isTTY !== true || !output.notes.live || output.json)
    throw new QuestionError('ANSWER_NEEDED', { question: `"${question}"`, flag: '--yes' })
  output.warn(`${question} [y/N]`)
  const answer = await line(input)
  if (!/^\s*(y|yes)\s*$/i.test(answer)) throw new QuestionError('ANSWERED_NO')
}

/** Empty when the input ends without one. */
function line(input: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve) => {
    const reader = createInterface({ input })
    reader.once('line', (text) => {
      resolve(text)
      reader.close()
    })
    reader.once('close', () => resolve(''))
  })
}
