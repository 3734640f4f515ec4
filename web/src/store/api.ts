// The typed client over the page's one door. `call('pauseTransfers', {ids})` is a request; a refusal is an ApiError with its
// sentence. Whoever calls on behalf of a person shows failures with `attempt` (store/attempt.ts).

import { table } from 'virtual:routes'
import { ApiClient, ApiError } from '../../../src/api/client.ts'
import type { InputOf, OutputOf, RouteName } from '../../../src/api/routes.ts'
import { request } from './request.ts'
import { sessionLost } from './session-lost.ts'

const client = new ApiClient(async ({ method, path, body }) => {
  const response = await request(path, {
    method,
    ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: await response.text() }
}, table)

export async function call<Name extends RouteName>(
  name: Name,
  input: InputOf<Name>,
): Promise<OutputOf<Name>> {
  try {
    return await client.call(name, input)
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) sessionLost.set(true)
    throw error
  }
}
