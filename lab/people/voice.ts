// Speaks to the daemon of a state folder from inside its network, for a program outside it: calls come in as lines of JSON, answers go
// out as such. Ends when its input ends.
//   node lab/people/voice.ts STATE-FOLDER

import { createInterface } from 'node:readline'
import { ApiError } from '../../src/api/client.ts'
import type { RouteName } from '../../src/api/routes.ts'
import { CodedError } from '../../src/base/errors.ts'
import { findLink } from '../../src/cli/daemon-link.ts'

export interface Asked {
  readonly number: number
  readonly name: RouteName
  readonly input: unknown
}

export type Answered =
  | { readonly number: number; readonly output: unknown }
  /** `answered`: the daemon said no; else nobody did. */
  | { readonly number: number; readonly code: string; readonly message: string; readonly answered: boolean }

if (import.meta.main) {
  const [, , stateFolder = ''] = process.argv
  for await (const line of createInterface({ input: process.stdin })) void answer(JSON.parse(line) as Asked)

  async function answer({ number, name, input }: Asked): Promise<void> {
    let told: Answered
    try {
      const link = await findLink(stateFolder)
      if (link === undefined) told = { number, code: 'DAEMON_NOT_RUNNING', message: '', answered: false }
      // The name and its input were typed by the caller, who has the same table.
      else told = { number, output: await link.call(name, input as never) }
    } catch (error) {
      const answered = error instanceof ApiError
      const code = error instanceof CodedError ? error.code : 'LOST'
      const message = answered ? String(error.data.message) : String(error)
      told = { number, code, message, answered }
    }
    process.stdout.write(`${JSON.stringify(told)}\n`)
  }
}
