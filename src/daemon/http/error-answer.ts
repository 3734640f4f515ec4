// An error on its way out: `{"error": {...}}` with the sentence of src/api and a status. What nobody expected is a mistake of
// ours: its trace goes to the log, and only an id of it to whoever asked.

import { randomBytes } from 'node:crypto'
import { ApiError } from '../../api/client.ts'
import { type Explained, explain, mistake } from '../../api/errors.ts'
import { CodedError } from '../../base/errors.ts'
import type { Log } from '../log.ts'
import { HTTP_STATUS, HttpError } from './http-error.ts'

export interface ErrorAnswer {
  readonly status: number
  /** JSON. */
  readonly body: string
  /** The same for a person. */
  readonly text: string
}

/** Public codes whose status is not the usual one of their kind. */
const STATUS: Readonly<Record<string, number>> = {
  ...HTTP_STATUS,
  TRANSFER_UNKNOWN: 404,
  FILE_UNKNOWN: 404,
  SHARE_UNKNOWN: 404,
  FILE_NOT_FOUND: 404,
  SHARE_NOT_FOUND: 404,
  PERMISSION: 403,
  PATH_OUTSIDE: 403,
  SETTING_OWNERS: 403,
  TORRENT_ALREADY_ADDED: 409,
  TRANSFER_RUNNING: 409,
  FILE_EXISTS: 409,
  FILE_DIFFERS: 409,
  NOT_ENOUGH_SPACE: 507,
  NO_SPACE: 507,
  QUOTA: 507,
}
/** Understood, and cannot be done as it is asked. */
const UNPROCESSABLE = 422
/** Cannot be done as things are; the same may be possible later. */
const CONFLICT = 409

export function errorAnswer(error: unknown, log: Log): ErrorAnswer {
  if (error instanceof ApiError) return answer(error.status, { report: reportOf(error), exit: 1 })
  if (error instanceof CodedError) {
    const explained = explain(error)
    const { code } = explained.report
    const usual = explained.exit === 2 ? UNPROCESSABLE : CONFLICT
    return answer(Object.hasOwn(STATUS, code) ? (STATUS[code] ?? usual) : usual, explained)
  }
  const parsed = asHttpError(error)
  if (parsed !== undefined) return errorAnswer(parsed, log)
  const id = `E-${randomBytes(2).toString('hex').toUpperCase()}`
  log.write('error', 'mistake', { id, where: whereOf(error) }, { what: String(error) })
  return answer(500, mistake(id))
}

function answer(status: number, { report }: Explained): ErrorAnswer {
  const { code, message, help } = report
  const text = `${[message, help].filter((part) => part !== undefined).join('\n')}\n[${code}]\n`
  return { status, body: JSON.stringify({ error: report }), text }
}

/** A handler that asked a daemon itself hands its error on. */
function reportOf({ code, data }: ApiError): Explained['report'] {
  const help = typeof data.help === 'string' ? { help: data.help } : {}
  return { code, message: String(data.message), ...help, retry: data.retry === true }
}

/** What the framework finds before a handler is reached. */
function asHttpError(error: unknown): HttpError | undefined {
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new HttpError('BODY_TOO_LARGE')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new HttpError('BODY_NOT_JSON')
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH') return new HttpError('ROUTE_UNKNOWN')
  // Malformed JSON, keys that poison prototypes, a length that is not that of the body.
  if (statusCode === 400) return new HttpError('INPUT_INVALID', { field: 'The body' })
  return undefined
}

/** Files and lines of ours: says where, and holds nothing of the person's. */
function whereOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const ours = [...stack.matchAll(/src\/([\w/.-]+\.ts:\d+)/g)].map(([, place]) => place)
  return ours.slice(0, 5).join(' ')
}
