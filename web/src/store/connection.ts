// The one place where the page and the daemon meet: session, first list, stream, and what every change means to the store.

import type { Change } from '../../../src/api/schemas/events.ts'
import type { Status, Totals } from '../../../src/api/schemas/status.ts'
import { call } from './api.ts'
import { request } from './request.ts'
import { Rows } from './rows.ts'
import { forgetSessionKey, keepSessionKey, sessionKey, takeCode } from './session.ts'
import { sessionLost } from './session-lost.ts'
import { Signal } from './signal.ts'
import { type Cursor, Stream } from './stream.ts'

export type Connection =
  | { readonly kind: 'starting' }
  /** The daemon does not know this tab: a link from `shoal page` is needed. */
  | { readonly kind: 'no-session' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly sinceMs: number }

export type Notice = NonNullable<Change['notices']>[number]
export type PeopleChange = NonNullable<Change['people']>[number]

export const connection = new Signal<Connection>({ kind: 'starting' })
export const rows = new Rows()
/** Undefined until the daemon has answered once. */
export const totals = new Signal<Totals | undefined>(undefined)
export const status = new Signal<Status | undefined>(undefined)

const noticeListeners = new Set<(notices: readonly Notice[]) => void>()

/** Arrivals, failures, and settings or tokens that another tab or program changed. */
export function onNotices(listener: (notices: readonly Notice[]) => void): () => void {
  noticeListeners.add(listener)
  return () => noticeListeners.delete(listener)
}

const peopleListeners = new Set<(changes: readonly PeopleChange[]) => void>()

/** What changed about people; there is no cursor for these, so whoever listens asks anew when `connection` becomes live. */
export function onPeople(listener: (changes: readonly PeopleChange[]) => void): () => void {
  peopleListeners.add(listener)
  return () => peopleListeners.delete(listener)
}

let cursor: Cursor | undefined

/** How far this page is. */
export function currentCursor(): Cursor | undefined {
  return cursor
}

const stream = new Stream({
  cursor: () => cursor,
  async begin() {
    const [list, now] = await Promise.all([call('listTransfers', {}), call('status', {})])
    rows.replace(list.transfers)
    status.set(now)
    totals.set(now.totals)
    cursor = { epoch: list.epoch, cursor: list.cursor }
  },
  change(change) {
    if (change.reset === true && change.transfers === undefined) {
      // Too far behind, or another daemon: the list is asked for anew, and the stream begins from there.
      cursor = undefined
      stream.again()
      return
    }
    const epoch = change.epoch ?? cursor?.epoch ?? ''
    // Another run of the daemon: what only the status call knows is another's.
    if (cursor !== undefined && epoch !== cursor.epoch) void refreshStatus().catch(notAnswered)
    cursor = { epoch, cursor: change.cursor }
    rows.apply(change)
    if (change.totals !== undefined && totals.value !== undefined) {
      totals.set({ ...totals.value, ...change.totals } as Totals)
    }
    if (change.notices !== undefined) for (const listener of [...noticeListeners]) listener(change.notices)
    if (change.people !== undefined) for (const listener of [...peopleListeners]) listener(change.people)
  },
  connected() {
    connection.set({ kind: 'live' })
  },
  lost() {
    if (connection.value.kind !== 'lost') connection.set({ kind: 'lost', sinceMs: Date.now() })
  },
  refused() {
    sessionLost.set(true)
  },
})

sessionLost.subscribe(() => {
  if (!sessionLost.value) return
  forgetSessionKey()
  stream.end()
  connection.set({ kind: 'no-session' })
})

/** The stream is lost then as well, and says so. */
function notAnswered(): void {}

/** What the status call knows and the stream does not tell. */
export async function refreshStatus(): Promise<void> {
  status.set(await call('status', {}))
}

export function retryNow(): void {
  stream.retry()
}

export async function connect(): Promise<void> {
  const code = takeCode()
  if (code !== undefined && !(await exchange(code)) && sessionKey() === undefined) {
    sessionLost.set(true)
    return
  }
  if (sessionKey() === undefined) {
    sessionLost.set(true)
    return
  }
  stream.start()
}

/** The one-time code for a cookie and a key. False: the code is used or too old. */
async function exchange(code: string): Promise<boolean> {
  try {
    const response = await request('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    })
    const answer: unknown = response.ok ? await response.json() : undefined
    const key = (answer as { key?: unknown } | undefined)?.key
    if (typeof key !== 'string') return false
    keepSessionKey(key)
    return true
  } catch {
    // Nobody answers: without a key of an earlier session there is nothing to go on with, and the caller says so.
    return false
  }
}
