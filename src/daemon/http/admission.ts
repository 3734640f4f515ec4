// Who asks, and may they? A request's credential becomes a caller, or a refusal. Wrong secrets are counted and slowed down.

import type { IncomingMessage } from 'node:http'
import type { Caller } from '../../api/routes.ts'
import type { Scope } from '../../api/schemas/machine.ts'
import type { Guard } from '../guard.ts'
import type { BadTokens } from './bad-tokens.ts'
import { type Credential, credentialOf } from './credentials.ts'
import type { Passage } from './door.ts'
import { HttpError } from './http-error.ts'

/** Whoever holds a secret of ours. */
export interface Holder {
  /** Of this session or token: what it opened ends with it. */
  readonly id: string
  readonly caller: Caller
  readonly scope: Scope
}

/** Where secrets of one kind are known. */
export interface Keys {
  /** In a time that says nothing of how near a wrong secret came. */
  holderOf(credential: Credential): Holder | undefined
}

/** What each scope may do besides its own. */
const INCLUDES: Readonly<Record<Scope, readonly Scope[]>> = {
  control: ['control', 'read', 'metrics', 'rpc'],
  read: ['read', 'metrics'],
  metrics: ['metrics'],
  rpc: ['rpc'],
}

export class Admission {
  readonly #keys: readonly Keys[]
  readonly #bad: BadTokens
  readonly #guard: Guard

  constructor(keys: readonly Keys[], bad: BadTokens, guard: Guard) {
    this.#keys = keys
    this.#bad = bad
    this.#guard = guard
  }

  /** @throws HttpError TOKEN_MISSING, TOKEN_WRONG, TOKEN_SCOPE, TOKENS_PAUSED */
  admit(request: IncomingMessage, passage: Passage, need: Scope): Holder {
    const cookie = passage.fromOurPage ? cookieNameOf(passage) : undefined
    const credential = credentialOf(request.headers, cookie)
    if (credential === undefined) throw new HttpError('TOKEN_MISSING')
    const source = this.mayTry(credential.kind, request, passage)
    const holder = this.#holderOf(credential)
    if (holder === undefined) {
      this.tried(source, request)
      throw new HttpError('TOKEN_WRONG')
    }
    if (!INCLUDES[holder.scope].includes(need)) {
      throw new HttpError('TOKEN_SCOPE', { scope: holder.scope, needed: need })
    }
    return holder
  }

  /**
   * @param kind a forgotten password in one program is no reason to turn away the page on the same computer
   * @returns what `tried` is told if it was wrong @throws HttpError TOKENS_PAUSED
   */
  mayTry(kind: string, request: IncomingMessage, passage: Passage): string {
    const source = `${kind} ${sourceOf(request, passage)}`
    const pauseMs = this.#bad.pauseMs(source)
    if (pauseMs > 0) throw new HttpError('TOKENS_PAUSED', { seconds: Math.ceil(pauseMs / 1_000) })
    return source
  }

  tried(source: string, { socket }: IncomingMessage): void {
    this.#bad.tried(source)
    this.#guard.turnedAway('TOKEN_WRONG', socket.remoteAddress ?? '')
  }

  #holderOf(credential: Credential): Holder | undefined {
    let found: Holder | undefined
    for (const keys of this.#keys) found = keys.holderOf(credential) ?? found
    return found
  }
}

export function cookieNameOf({ by }: Passage): string {
  return `${by.secure ? '__Host-' : ''}shoal-${by.port}`
}

/** Behind a proxy every connection is the proxy's: the last address it added tells its askers apart. */
function sourceOf({ headers, socket }: IncomingMessage, { by }: Passage): string {
  const address = socket.remoteAddress ?? ''
  const forwarded = by.secure ? headers['x-forwarded-for'] : undefined
  if (typeof forwarded !== 'string') return address
  return `${address} ${forwarded.slice(-64).split(',').at(-1)?.trim() ?? ''}`
}
