// A question that must be answered before something is done that cannot be taken back.
// Promise: without a terminal nobody is asked; the answer is then named as the flag that gives it.

import { createInterface, type Interface } from 'node:readline'
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
  if (!canAsk({ input, output }))
    throw new QuestionError('ANSWER_NEEDED', { question: `"${question}"`, flag: '--yes' })
  output.warn(`${question} [y/N]`)
  const answer = await line(input)
  if (!/^\s*(y|yes)\s*$/i.test(answer)) throw new QuestionError('ANSWERED_NO')
}

/** Whether somebody is there who can answer. */
export function canAsk({ input, output }: Pick<Shell, 'input' | 'output'>): boolean {
  return input.isTTY === true && output.notes.live && !output.json
}

/** Several questions one after another; end() gives the terminal back. */
export class Asking {
  readonly #output: Shell['output']
  readonly #reader: Interface
  readonly #lines: AsyncIterator<string>

  /** @param stop who is interrupted answers nothing more */
  constructor({ input, output }: Pick<Shell, 'input' | 'output'>, stop: AbortSignal) {
    this.#output = output
    this.#reader = createInterface({ input, signal: stop })
    this.#lines = this.#reader[Symbol.asyncIterator]()
  }

  /** Undefined when the input ends without an answer. */
  async ask(question: string): Promise<string | undefined> {
    this.#output.warn(question)
    const { value, done } = await this.#lines.next()
    return done === true ? undefined : value.trim()
  }

  end(): void {
    this.#reader.close()
  }
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
