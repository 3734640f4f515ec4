// The typed client of the API, for page and command line: a call by name becomes a request, an answer a value or an ApiError.
// It makes no socket: whoever uses it brings the transport (fetch in the page, node:http at the command line).

import { CodedError } from '../base/errors.ts'
import type { InputOf, OutputOf, Route, RouteName } from './routes.ts'

export const API_ROOT = '/api/v1'

/** The error that the daemon answered with; `data` holds its sentence as `message` and `help`. */
export class ApiError extends CodedError<string> {
  readonly status: number

  constructor(
    status: number,
    error: { code: string; message: string; help?: string | undefined; retry: boolean },
  ) {
    super(error.code, { message: error.message, help: error.help, retry: error.retry })
    this.status = status
  }
}

export interface ApiRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** JSON; undefined has none. */
  readonly body: string | undefined
}

export interface ApiResponse {
  readonly status: number
  readonly body: string
}

export type Send = (request: ApiRequest) => Promise<ApiResponse>

/** Only what making a request needs: the page leaves schemas out of its bundle. */
export type RouteTable = { readonly [Name in RouteName]: Pick<Route, 'method' | 'path'> }

export class ApiClient {
  readonly #send: Send
  readonly #routes: RouteTable

  constructor(send: Send, routes: RouteTable) {
    this.#send = send
    this.#routes = routes
  }

  /** @throws ApiError, and whatever the transport fails with */
  async call<Name extends RouteName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    const { status, body } = await this.#send(requestOf(this.#routes[name], input))
    return answerOf(status, body) as OutputOf<Name>
  }
}

/** Also of the calls that carry bytes, which are not in the table. @throws ApiError */
export function answerOf(status: number, body: string): unknown {
  const answer: unknown = JSON.parse(body)
  if (status >= 400) throw new ApiError(status, errorIn(answer))
  return answer
}

export function requestOf({ method, path }: Pick<Route, 'method' | 'path'>, input: unknown): ApiRequest {
  const rest = new Map(Object.entries(input ?? {}).filter(([, value]) => value !== undefined))
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest.get(name)
    rest.delete(name)
    return encodeURIComponent(String(value))
  })
  if (method === 'GET' || method === 'DELETE') {
    const query = [...rest].map(
      ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`,
    )
    const asked = query.length === 0 ? '' : `?${query.join('&')}`
    return { method, path: `${API_ROOT}${filled}${asked}`, body: undefined }
  }
  return { method, path: `${API_ROOT}${filled}`, body: JSON.stringify(Object.fromEntries(rest)) }
}

function errorIn(answer: unknown): { code: string; message: string; help?: string; retry: boolean } {
  const { error } = (answer ?? {}) as {
    error?: { code?: unknown; message?: unknown; help?: unknown; retry?: unknown }
  }
  return {
    code: typeof error?.code === 'string' ? error.code : 'BAD_RESPONSE',
    message: typeof error?.message === 'string' ? error.message : 'The daemon answered with something else.',
    ...(typeof error?.help === 'string' ? { help: error.help } : {}),
    retry: error?.retry === true,
  }
}
