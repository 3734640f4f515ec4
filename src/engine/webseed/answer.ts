// What the head of an answer means for what was asked: take the body, or why not and what follows from it.
// Promise: a body is taken only when it is said to be exactly the bytes asked for, unpacked.

import type { HttpFailed, HttpHead } from '../../base/ports.ts'
import type { Fetch, FileFetch } from './fetches.ts'

/** `now`: what Retry-After may count from is its own affair; here it is bounded and relative. */
export type Setback =
  /** That file, or every file, is not there as the torrent describes it. */
  | { readonly kind: 'missing'; readonly code: SetbackCode; readonly file: number | undefined }
  | { readonly kind: 'later'; readonly code: SetbackCode; readonly retryMs: number | undefined }
  | { readonly kind: 'never'; readonly code: SetbackCode }

export const SETBACK_CODES = [
  'NOT_FOUND',
  'FORBIDDEN',
  'LENGTH_DIFFERS',
  'RANGES_IGNORED',
  'WRONG_RANGE',
  'ENCODED',
  'TOO_MANY_REQUESTS',
  'BUSY',
  'STATUS',
  'CUT_SHORT',
  'TOO_SLOW',
  'UNREACHABLE',
  'TIMEOUT',
  'NAME_NOT_FOUND',
  'ADDRESS_REFUSED',
  'TLS',
  'REDIRECTS',
  'POISON',
] as const

export type SetbackCode = (typeof SETBACK_CODES)[number]

export interface Taking {
  /** The body goes on behind what was asked: it is cut off there. */
  readonly longer: boolean
}

/** A server that asks for more patience is not worth waiting for longer than this at a time. */
const MAX_RETRY_MS = 3_600_000
const MIN_RETRY_MS = 1_000

export function judgeHead(head: HttpHead, fetch: Fetch, wallMs: number): Taking | Setback {
  const { status } = head
  if (status === 200 || status === 206) {
    const encoding = head.headers.get('content-encoding')?.toLowerCase() ?? 'identity'
    if (encoding !== 'identity') return { kind: 'never', code: 'ENCODED' }
    if (fetch.kind === 'piece') return judgePiece(head, fetch.lengthBytes)
    if (fetch.kind === 'whole')
      return status === 200 && lengthOf(head) === fetch.lengthBytes ? { longer: false } : differs(fetch.file)
    return status === 206 ? judgeRange(head, fetch) : judgeWhole(head, fetch)
  }
  return judgeRefusal(head, fetch, wallMs)
}

function judgePiece(head: HttpHead, lengthBytes: number): Taking | Setback {
  const length = lengthOf(head)
  return length === undefined || length === lengthBytes
    ? { longer: false }
    : { kind: 'later', code: 'LENGTH_DIFFERS', retryMs: undefined }
}

/** RFC 9110, 14.4: `bytes 0-499/1234`, or `*` for a length that is not known. */
const CONTENT_RANGE = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i

function judgeRange(head: HttpHead, fetch: FileFetch): Taking | Setback {
  const match = CONTENT_RANGE.exec(head.headers.get('content-range')?.trim() ?? '')
  if (match === null) return { kind: 'never', code: 'WRONG_RANGE' }
  const [, first, last, whole] = match
  if (whole !== '*' && Number(whole) !== fetch.fileBytes) return differs(fetch.file)
  const asked = Number(first) === fetch.first && Number(last) === fetch.first + fetch.lengthBytes - 1
  const length = lengthOf(head)
  const told = length === undefined || length === fetch.lengthBytes
  return asked && told ? { longer: false } : { kind: 'never', code: 'WRONG_RANGE' }
}

/** The server sends whole files only: good for what begins where the file begins. */
function judgeWhole(head: HttpHead, fetch: FileFetch): Taking | Setback {
  // Without a length it could be anything: most pages that say sorry with status 200 end up here.
  if (lengthOf(head) !== fetch.fileBytes) return differs(fetch.file)
  return fetch.first === 0
    ? { longer: fetch.fileBytes > fetch.lengthBytes }
    : { kind: 'never', code: 'RANGES_IGNORED' }
}

function judgeRefusal(head: HttpHead, fetch: Fetch, wallMs: number): Setback {
  const file = fetch.kind === 'piece' ? undefined : fetch.file
  const retryMs = retryOf(head.headers.get('retry-after'), wallMs)
  switch (head.status) {
    case 404:
    case 410:
      return { kind: 'missing', code: 'NOT_FOUND', file }
    case 401:
    case 403:
    case 451:
      return { kind: 'missing', code: 'FORBIDDEN', file }
    case 416:
      return { kind: 'missing', code: 'LENGTH_DIFFERS', file }
    case 429:
      return { kind: 'later', code: 'TOO_MANY_REQUESTS', retryMs }
    case 503:
      return { kind: 'later', code: 'BUSY', retryMs }
    default:
      return { kind: 'later', code: 'STATUS', retryMs }
  }
}

function differs(file: number): Setback {
  return { kind: 'missing', code: 'LENGTH_DIFFERS', file }
}

function lengthOf(head: HttpHead): number | undefined {
  const text = head.headers.get('content-length')
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryOf(text: string | undefined, wallMs: number): number | undefined {
  if (text === undefined) return undefined
  const ms = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - wallMs
  return Number.isFinite(ms) ? boundedRetryMs(ms) : undefined
}

export function boundedRetryMs(ms: number): number {
  return Math.max(MIN_RETRY_MS, Math.min(MAX_RETRY_MS, ms))
}

/** The longest body of a 503 that says after how many seconds to ask again (BEP 17), as text. */
export const RETRY_BODY_BYTES = 32

/** @returns undefined when it is no number of seconds */
export function retryOfBody(text: string): number | undefined {
  const seconds = /^\s*(\d{1,9})\s*$/.exec(text)?.[1]
  return seconds === undefined ? undefined : boundedRetryMs(Number(seconds) * 1_000)
}

const UNREACHED: Readonly<Record<HttpFailed['failure'], Setback>> = {
  REFUSED: later('UNREACHABLE'),
  TIMEOUT: later('TIMEOUT'),
  NAME_NOT_FOUND: later('NAME_NOT_FOUND'),
  OTHER: later('UNREACHABLE'),
  BAD_RESPONSE: later('CUT_SHORT'),
  TOO_LARGE: later('CUT_SHORT'),
  TLS: later('TLS'),
  ADDRESS_REFUSED: { kind: 'never', code: 'ADDRESS_REFUSED' },
  REDIRECTS: { kind: 'never', code: 'REDIRECTS' },
}

function later(code: SetbackCode): Setback {
  return { kind: 'later', code, retryMs: undefined }
}

/** The exchange failed before or in the middle of the body. */
export function setbackOf(failed: HttpFailed): Setback {
  return UNREACHED[failed.failure]
}
