// The log as its writers see it: what happened as a stable event, with facts. Names and paths of a person's files are
// passed as `personal` and written only when the person wants them there (server.logNames).

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFacts = Readonly<Record<string, string | number | boolean | null>>

export interface Log {
  write(level: LogLevel, event: string, facts?: LogFacts, personal?: LogFacts): void
}

/** For those who want none: tests, and commands that run their own engine. */
export const NO_LOG: Log = { write() {} }
