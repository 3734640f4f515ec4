// The one map from a stable error code to what a person and a script are told: sentence, remedy, exit code.
// Order of a sentence (INTERFACE.md B4): what happened, to what; then, as `help`, what is untouched and what to do.
// Everybody who shows an error (command line, daemon, page) comes through `explain`; nobody else words one.

import type { CodedError } from '../base/errors.ts'
import { ApiError } from './client.ts'
import { type ErrorEntry, type ErrorTable, type ExitCode, say } from './error-entry.ts'
import { CHECK_ERRORS } from './errors-checks.ts'
import { DAEMON_ERRORS } from './errors-daemon.ts'
import { DEMO_ERRORS } from './errors-demo.ts'
import { FILE_ERRORS } from './errors-files.ts'
import { HTTP_ERRORS } from './errors-http.ts'
import { IMPORT_ERRORS } from './errors-import.ts'
import { LIBRARY_ERRORS } from './errors-library.ts'
import { LIFE_ERRORS } from './errors-life.ts'
import { MACHINE_ERRORS } from './errors-machine.ts'
import { PEOPLE_ERRORS } from './errors-people.ts'
import { RPC_ERRORS } from './errors-rpc.ts'
import { SCAN_ERRORS } from './errors-scan.ts'
import { SHARE_PAGE_ERRORS } from './errors-share-page.ts'
import { ERROR_ALIASES } from './errors-system.ts'
import { TORRENT_ERRORS } from './errors-torrent.ts'
import { TRANSFER_ERRORS } from './errors-transfer.ts'
import { USE_ERRORS } from './errors-use.ts'

/** `{error: ...}` of --json and of the HTTP API. Fields are added, never renamed. */
export interface ErrorReport {
  readonly code: string
  readonly message: string
  readonly help?: string
  readonly retry: boolean
}

export interface Explained {
  readonly report: ErrorReport
  readonly exit: ExitCode
}

const TABLE: ErrorTable = {
  ...USE_ERRORS,
  ...TORRENT_ERRORS,
  ...FILE_ERRORS,
  ...TRANSFER_ERRORS,
  ...DEMO_ERRORS,
  ...LIFE_ERRORS,
  ...IMPORT_ERRORS,
  ...DAEMON_ERRORS,
  ...RPC_ERRORS,
  ...HTTP_ERRORS,
  ...MACHINE_ERRORS,
  ...SHARE_PAGE_ERRORS,
  ...LIBRARY_ERRORS,
  ...CHECK_ERRORS,
  ...SCAN_ERRORS,
  ...PEOPLE_ERRORS,
}

export function explain(error: CodedError): Explained {
  if (error instanceof ApiError) return passedOn(error)
  const { data } = error
  const code = publicCode(error.name, error.code)
  const entry = entryFor(code)
  if (entry === undefined) return { report: { code, message: unworded(error), retry: false }, exit: 1 }
  const message = say(entry.message, data)
  const retry = entry.retry ?? false
  const help = entry.help === undefined ? {} : { help: say(entry.help, data) }
  return { report: { code, message, ...help, retry }, exit: entry.exit }
}

/** The daemon has worded it already, with facts that only it has. */
function passedOn({ code, data }: ApiError): Explained {
  const { message, help, retry } = data
  const report = {
    code,
    message: typeof message === 'string' ? message : code,
    ...(typeof help === 'string' ? { help } : {}),
    retry: retry === true,
  }
  return { report, exit: entryFor(code)?.exit ?? 1 }
}

/** The code that people and scripts see for the code of a class: nearly always the same. */
export function publicCode(className: string, code: string): string {
  const key = `${className}.${code}`
  return (Object.hasOwn(ERROR_ALIASES, key) ? ERROR_ALIASES[key] : undefined) ?? code
}

/** What the map holds for a public code, if anything. */
export function entryFor(code: string): ErrorEntry | undefined {
  return Object.hasOwn(TABLE, code) ? TABLE[code] : undefined
}

/** A code nobody has worded yet still gets an honest sentence: its own words and its facts. */
function unworded(error: CodedError): string {
  const facts = Object.entries(error.data)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`)
  const words = error.code.toLowerCase().replaceAll('_', ' ')
  return `This did not work: ${words}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}.`
}

/** An error nobody expected. `id` finds the same mistake again in a report; it says nothing about the person. */
export function mistake(id: string): Explained {
  const message = `Shoal made a mistake (${id}).`
  const help = 'Your files are untouched. With SHOAL_TRACE=1 the same command shows where it happened.'
  return { report: { code: 'INTERNAL', message, help, retry: false }, exit: 1 }
}
