// The page's one door to the network: requests to the daemon that served it, with the session's key, and nowhere else.

import { API_ROOT } from '../../../src/api/client.ts'
import { KEY_HEADER, sessionKey } from './session.ts'

/** `path` begins below the API's root, or is a whole path of ours. @throws TypeError when nobody answers */
export function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  const key = sessionKey()
  if (key !== undefined) headers.set(KEY_HEADER, key)
  return fetch(path.startsWith(API_ROOT) ? path : `${API_ROOT}${path}`, {
    ...init,
    headers,
    cache: 'no-store',
    credentials: 'same-origin',
    redirect: 'error',
  })
}
