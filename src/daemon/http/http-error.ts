// What the door, the routes and the calls that carry bytes refuse; each code has its status beside it and its sentence in
// src/api/errors-http.ts.

import { CodedError } from '../../base/errors.ts'

/** Codes that are thrown here, each with the HTTP status it is answered by. */
export const HTTP_STATUS = {
  HOST_MISSING: 400,
  HOST_FOREIGN: 421,
  TARGET_INVALID: 400,
  HEADER_TWICE: 400,
  METHOD_UNKNOWN: 405,
  UPGRADE_UNKNOWN: 400,
  ORIGIN_FOREIGN: 403,
  TOKEN_MISSING: 401,
  TOKEN_WRONG: 401,
  TOKEN_SCOPE: 403,
  TOKENS_PAUSED: 429,
  TOKENS_TOO_MANY: 409,
  TOKEN_UNKNOWN: 404,
  SESSION_FOR_PAGES: 403,
  CODE_USED: 401,
  ROUTE_UNKNOWN: 404,
  INPUT_INVALID: 400,
  BODY_NOT_JSON: 415,
  BODY_TOO_LARGE: 413,
  STREAMS_TOO_MANY: 503,
  DAEMON_STOPPING: 503,
  DROPS_TOO_MANY: 503,
  DROP_TOO_LARGE: 413,
  DROP_NO_SPACE: 507,
  DROP_CUT: 400,
  MEDIA_EXPIRED: 403,
  MEDIA_NOT_WHOLE: 409,
  PAGE_MISSING: 503,
  SERVER_NOT_LOCAL: 500,
  STATE_NEWER: 500,
} as const

export type HttpCode = keyof typeof HTTP_STATUS

export class HttpError extends CodedError<HttpCode> {}
