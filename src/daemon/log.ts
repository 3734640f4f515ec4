// The log as its writers see it: what happened as a stable event, with facts. Names and paths of a person's files are
// passed as `personal` and written only when the person wants them there (server.logNames).

import { CodedError } from '../base/errors.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFacts = Readonly<Record<string, string | number | boolean | null>>

export interface Log {
  write(level: LogLevel, event: string, facts?: LogFacts, personal?: LogFacts): void
}

/** For those who want none: tests, and commands that run their own engine. */
export const NO_LOG: Log = { write() {} }

/** For state that is written beside something else: that it could not be is told, and it is tried again with the next change. */
export function unwrittenTo(log: Log): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof CodedError)) throw error
    log.write('warn', 'state-not-written', { why: error.code })
  }
}
