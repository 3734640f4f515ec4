// Tokens of programs: each with a name, a scope and when it was last used; of its secret only a digest is kept.
// Bounded; a token that is removed lets nobody in from that moment.

import { randomBytes } from 'node:crypto'
import { type Scope, TokenRow } from '../../api/schemas/machine.ts'
import type { Holder, Keys } from './admission.ts'
import type { Credential } from './credentials.ts'
import { HttpError } from './http-error.ts'
import { digestOf, newSecret, sameDigest } from './secret.ts'
import type { SecretFile } from './secret-file.ts'

/** More than anybody has programs; all of them are compared with each request. */
const MAX_TOKENS = 100
const ID_BYTES = 6
/** How exactly the last use is known after a crash. */
const USED_WITHIN_MS = 3_600_000

interface Token {
  readonly row: TokenRow
  readonly digest: Buffer
  readonly holder: Holder
  usedMs: number | undefined
  writtenMs: number
}

export class Tokens implements Keys {
  readonly #file: SecretFile
  readonly #wallMs: () => number
  readonly #tokens = new Map<string, Token>()

  private constructor(file: SecretFile, wallMs: () => number) {
    this.#file = file
    this.#wallMs = wallMs
  }

  /** @throws HttpError STATE_NEWER, or the system's error */
  static async open(file: SecretFile, wallMs: () => number): Promise<Tokens> {
    const tokens = new Tokens(file, wallMs)
    const kept = await file.read()
    for (const entry of Array.isArray(kept) ? kept : []) tokens.#take(entry)
    return tokens
  }

  rows(): TokenRow[] {
    return [...this.#tokens.values()].map(rowOf)
  }

  holderOf(credential: Credential): Holder | undefined {
    if (credential.kind === 'session') return undefined
    const digest = digestOf(credential.secret)
    let found: Token | undefined
    for (const token of this.#tokens.values()) if (sameDigest(token.digest, digest)) found = token
    if (found !== undefined) this.#used(found)
    return found?.holder
  }

  /** @throws HttpError TOKENS_TOO_MANY, or the system's error */
  async add(name: string, scope: Scope): Promise<{ readonly token: TokenRow; readonly secret: string }> {
    if (this.#tokens.size >= MAX_TOKENS) throw new HttpError('TOKENS_TOO_MANY', { limit: MAX_TOKENS })
    const id = randomBytes(ID_BYTES).toString('hex')
    const secret = newSecret()
    const row: TokenRow = {
      id,
      name,
      scope,
      createdAt: new Date(this.#wallMs()).toISOString(),
      lastUsedAt: null,
    }
    this.#keep(row, digestOf(secret))
    try {
      await this.#write()
    } catch (error) {
      this.#tokens.delete(id)
      throw error
    }
    return { token: row, secret }
  }

  /** @throws HttpError TOKEN_UNKNOWN, or the system's error: then it is gone until the next start only */
  async remove(id: string): Promise<void> {
    if (!this.#tokens.delete(id)) throw new HttpError('TOKEN_UNKNOWN')
    await this.#write()
  }

  /** With when each was last used. */
  async close(): Promise<void> {
    const unwritten = [...this.#tokens.values()].some(({ usedMs, writtenMs }) => (usedMs ?? 0) > writtenMs)
    // What cannot be kept is when each was last used; nothing else waits for its end.
    if (unwritten) await this.#write().catch(() => {})
    await this.#file.settled()
  }

  #used(token: Token): void {
    token.usedMs = this.#wallMs()
    if (token.usedMs - token.writtenMs < USED_WITHIN_MS) return
    token.writtenMs = token.usedMs
    // It is written again within the hour, and at the end.
    this.#write().catch(() => {})
  }

  #write(): Promise<void> {
    const entries = [...this.#tokens.values()].map((token) => ({
      ...rowOf(token),
      digest: token.digest.toString('hex'),
    }))
    return this.#file.write(entries)
  }

  /** What is no token of ours is passed over: nobody is let in by it. */
  #take(entry: unknown): void {
    const row = TokenRow.safeParse(entry)
    const { digest } = (entry ?? {}) as { digest?: unknown }
    if (!row.success || typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) return
    this.#keep(row.data, Buffer.from(digest, 'hex'))
  }

  #keep(row: TokenRow, digest: Buffer): void {
    const holder: Holder = {
      id: `token ${row.id}`,
      caller: { kind: 'program', scope: row.scope },
      scope: row.scope,
    }
    const usedMs = row.lastUsedAt === null ? undefined : Date.parse(row.lastUsedAt)
    this.#tokens.set(row.id, { row, digest, holder, usedMs, writtenMs: usedMs ?? 0 })
  }
}

function rowOf({ row, usedMs }: Token): TokenRow {
  return { ...row, lastUsedAt: usedMs === undefined ? null : new Date(usedMs).toISOString() }
}
