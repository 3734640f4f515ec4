// What a request shows to say who asks: a token as Bearer or as the password of Basic, or a session's cookie with its key.
// Bounded: Node's limit for all headers together is what can come in.

import type { IncomingHttpHeaders } from 'node:http'

export type Credential =
  | { readonly kind: 'bearer' | 'basic'; readonly secret: string }
  | { readonly kind: 'session'; readonly cookie: string; readonly key: string }

/** Header with which the page shows that it holds the session, and not only its cookie. */
export const SESSION_KEY_HEADER = 'x-shoal-key'

/** @param cookieName undefined where cookies count for nothing */
export function credentialOf(
  headers: IncomingHttpHeaders,
  cookieName: string | undefined,
): Credential | undefined {
  const { authorization } = headers
  if (authorization !== undefined) {
    const [, scheme = '', rest = ''] = /^([A-Za-z]+) +([^ ]+)$/.exec(authorization) ?? []
    if (scheme.toLowerCase() === 'bearer') return { kind: 'bearer', secret: rest }
    if (scheme.toLowerCase() === 'basic') return { kind: 'basic', secret: passwordOf(rest) }
    // Another scheme, or none: a wrong secret, never no secret.
    return { kind: 'bearer', secret: '' }
  }
  const key = headers[SESSION_KEY_HEADER]
  if (cookieName === undefined || typeof key !== 'string') return undefined
  const cookie = cookieOf(headers.cookie ?? '', cookieName)
  return cookie === undefined ? undefined : { kind: 'session', cookie, key }
}

/** RFC 7617: what follows the first colon; the name before it is not looked at. */
function passwordOf(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  return text.slice(text.indexOf(':') + 1)
}

/** Only when there is exactly one of that name: a second one was put there by somebody else. */
function cookieOf(header: string, name: string): string | undefined {
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  return values.length === 1 ? values[0] : undefined
}
