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

/** What a file's bytes become on the daemon's side, told while they go: fetch does not say how far it is. */
export function upload(
  path: string,
  file: Blob,
  { progress, signal }: { readonly progress: (sentBytes: number) => void; readonly signal: AbortSignal },
): Promise<{ readonly status: number; readonly body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
  const sending = new XMLHttpRequest()
  sending.open('PUT', `${API_ROOT}${path}`)
  const key = sessionKey()
  if (key !== undefined) sending.setRequestHeader(KEY_HEADER, key)
  sending.setRequestHeader('content-type', 'application/octet-stream')
  sending.upload.addEventListener('progress', ({ loaded }) => progress(loaded))
  sending.addEventListener('load', () => resolve({ status: sending.status, body: sending.responseText }))
  sending.addEventListener('error', () => reject(new TypeError('no answer')))
  sending.addEventListener('abort', () => reject(signal.reason))
  signal.addEventListener('abort', () => sending.abort(), { once: true })
  sending.send(file)
  return promise
}
