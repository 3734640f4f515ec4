// Who this tab is to the daemon: the one-time code in the page link's fragment becomes a cookie (which no script sees) and a
// key that only this tab holds and sends along. Neither is worth anything without the other (SAFETY.md).

const KEY_STORE = 'shoal.key'
export const KEY_HEADER = 'x-shoal-key'

/** `#code=…` of the page link; the code is base64url or hex. */
const CODE = /^#code=([\w-]{16,256})$/

/** The code, taken out of the address so that it is neither bookmarked nor sent again. */
export function takeCode(): string | undefined {
  const code = CODE.exec(location.hash)?.[1]
  if (code !== undefined) history.replaceState(null, '', `${location.pathname}${location.search}#/`)
  return code
}

export function sessionKey(): string | undefined {
  return sessionStorage.getItem(KEY_STORE) ?? undefined
}

export function keepSessionKey(key: string): void {
  sessionStorage.setItem(KEY_STORE, key)
}

export function forgetSessionKey(): void {
  sessionStorage.removeItem(KEY_STORE)
}
