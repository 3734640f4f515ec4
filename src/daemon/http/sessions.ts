// Sessions of the page. A one-time code of a page link becomes a cookie, which no script sees, and a key, which the page keeps;
// each is worth nothing without the other. Of both only digests are kept, so that a session outlives the daemon's restart.
// Bounded in number and in time: 30 days without use end one.

import { randomBytes } from 'node:crypto'
import type { Holder, Keys } from './admission.ts'
import type { Credential } from './credentials.ts'
import { digestOf, newSecret, sameDigest } from './secret.ts'
import type { SecretFile } from './secret-file.ts'

/** Long enough to copy a link to another computer. */
export const LINK_MS = 5 * 60_000
const UNUSED_MS = 30 * 86_400_000
/** Browsers and private windows of one person; the one unused for longest goes first. */
const MAX_SESSIONS = 100
/** Links that wait to be opened. */
const MAX_LINKS = 20
/** How exactly the last use is known after a crash. */
const USED_WITHIN_MS = 3_600_000
const ID_BYTES = 6

interface Session {
  readonly id: string
  readonly cookie: Buffer
  readonly key: Buffer
  usedMs: number
  writtenMs: number
}

export class Sessions implements Keys {
  readonly #file: SecretFile
  readonly #wallMs: () => number
  readonly #sessions = new Map<string, Session>()
  /** Digests of codes, and until when each may be used. */
  readonly #links: { readonly code: Buffer; readonly untilMs: number }[] = []

  private constructor(file: SecretFile, wallMs: () => number) {
    this.#file = file
    this.#wallMs = wallMs
  }

  /** @throws HttpError STATE_NEWER, or the system's error */
  static async open(file: SecretFile, wallMs: () => number): Promise<Sessions> {
    const sessions = new Sessions(file, wallMs)
    const kept = await file.read()
    for (const entry of Array.isArray(kept) ? kept : []) sessions.#take(entry)
    return sessions
  }

  newLink(): { readonly code: string; readonly untilMs: number } {
    const code = newSecret()
    const untilMs = this.#wallMs() + LINK_MS
    this.#links.push({ code: digestOf(code), untilMs })
    if (this.#links.length > MAX_LINKS) this.#links.shift()
    return { code, untilMs }
  }

  /** Undefined for a code that is used, too old or none. */
  async redeem(code: string): Promise<{ readonly cookie: string; readonly key: string } | undefined> {
    const digest = digestOf(code)
    const at = this.#links.findIndex((link) => sameDigest(link.code, digest))
    const [link] = at < 0 ? [] : this.#links.splice(at, 1)
    const now = this.#wallMs()
    if (link === undefined || link.untilMs < now) return undefined
    const [cookie, key] = [newSecret(), newSecret()]
    const id = randomBytes(ID_BYTES).toString('hex')
    this.#makeRoom(now)
    this.#sessions.set(id, {
      id,
      cookie: digestOf(cookie),
      key: digestOf(key),
      usedMs: now,
      writtenMs: now,
    })
    // Who cannot be kept because the disk is full needs the page most: the session holds, and is written with the next.
    await this.#write().catch(() => {})
    return { cookie, key }
  }

  holderOf(credential: Credential): Holder | undefined {
    if (credential.kind !== 'session') return undefined
    const [cookie, key] = [digestOf(credential.cookie), digestOf(credential.key)]
    let found: Session | undefined
    for (const session of this.#sessions.values()) {
      // Both are always compared, so that the time says nothing of which one was wrong.
      if (sameDigest(session.cookie, cookie) && sameDigest(session.key, key)) found = session
    }
    const now = this.#wallMs()
    if (found === undefined || now - found.usedMs > UNUSED_MS) return undefined
    found.usedMs = now
    if (now - found.writtenMs >= USED_WITHIN_MS) {
      found.writtenMs = now
      // It is written again within the hour, and at the end.
      this.#write().catch(() => {})
    }
    return { id: `session ${found.id}`, caller: { kind: 'page' }, scope: 'control' }
  }

  /** @param holder as it was let in */
  async end({ id }: Holder): Promise<void> {
    if (this.#sessions.delete(id.replace(/^session /, ''))) await this.#write()
  }

  async close(): Promise<void> {
    const unwritten = [...this.#sessions.values()].some(({ usedMs, writtenMs }) => (usedMs ?? 0) > writtenMs)
    // What cannot be kept is when each was last used; nothing else waits for its end.
    if (unwritten) await this.#write().catch(() => {})
    await this.#file.settled()
  }

  #makeRoom(now: number): void {
    for (const [id, { usedMs }] of this.#sessions) if (now - usedMs > UNUSED_MS) this.#sessions.delete(id)
    while (this.#sessions.size >= MAX_SESSIONS) {
      const oldest = [...this.#sessions.values()].reduce((a, b) => (a.usedMs <= b.usedMs ? a : b))
      this.#sessions.delete(oldest.id)
    }
  }

  #write(): Promise<void> {
    const entries = [...this.#sessions.values()].map(({ id, cookie, key, usedMs }) => ({
      id,
      cookie: cookie.toString('hex'),
      key: key.toString('hex'),
      usedMs,
    }))
    return this.#file.write(entries)
  }

  /** What is no session of ours is passed over: nobody is let in by it. */
  #take(entry: unknown): void {
    const { id, cookie, key, usedMs } = (entry ?? {}) as Record<string, unknown>
    if (typeof id !== 'string' || !isDigest(cookie) || !isDigest(key) || typeof usedMs !== 'number') return
    const digests = { cookie: Buffer.from(cookie, 'hex'), key: Buffer.from(key, 'hex') }
    this.#sessions.set(id, { id, ...digests, usedMs, writtenMs: usedMs })
  }
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}
