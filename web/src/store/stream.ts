// The event stream as the page lives with it: follows from a cursor, goes on after a break with growing patience, and is
// closed while the tab is hidden. Decides nothing about what the changes mean.

import { ApiError } from '../../../src/api/client.ts'
import type { Change } from '../../../src/api/schemas/events.ts'
import { EventLines } from './event-lines.ts'
import { request } from './request.ts'

export interface Cursor {
  readonly epoch: string
  readonly cursor: number
}

export interface StreamEars {
  /** Where to go on; undefined takes everything anew first. */
  cursor(): Cursor | undefined
  /** Brings everything anew. */
  begin(): Promise<void>
  change(change: Change): void
  /** Changes arrive, or would if there were any. */
  connected(): void
  /** No answer; it is tried again by itself. */
  lost(): void
  /** The daemon does not know us: it is not tried again. */
  refused(): void
}

/** A daemon that restarts is back within a second or two; one that is gone is not asked more often than this. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
/** The daemon says something at least every 15 s; three of them unheard and the line is dead. */
const SILENCE_MS = 45_000

export class Stream {
  readonly #ears: StreamEars
  #abort: AbortController | undefined
  #pauseMs = FIRST_PAUSE_MS
  #timer: ReturnType<typeof setTimeout> | undefined
  #ended = false
  #again = false

  constructor(ears: StreamEars) {
    this.#ears = ears
  }

  start(): void {
    document.addEventListener('visibilitychange', this.#seen)
    window.addEventListener('online', this.retry)
    this.retry()
  }

  /** At once, whatever the pause was. */
  readonly retry = (): void => {
    if (this.#ended || document.hidden || this.#abort !== undefined) return
    clearTimeout(this.#timer)
    void this.#run()
  }

  /** Ends what is open; the next one begins from what `cursor()` says then. */
  again(): void {
    this.#again = true
    this.#abort?.abort()
  }

  end(): void {
    this.#ended = true
    clearTimeout(this.#timer)
    this.#abort?.abort()
    document.removeEventListener('visibilitychange', this.#seen)
    window.removeEventListener('online', this.retry)
  }

  readonly #seen = (): void => {
    if (!document.hidden) {
      this.#pauseMs = FIRST_PAUSE_MS
      this.retry()
      return
    }
    clearTimeout(this.#timer)
    this.#abort?.abort()
  }

  async #run(): Promise<void> {
    const abort = new AbortController()
    this.#abort = abort
    let answer: 'ended' | 'refused'
    try {
      answer = await this.#follow(abort)
    } catch (error) {
      // Nobody answers, or the line broke: both are "lost", and which it was helps nobody.
      answer = error instanceof ApiError && error.status === 401 ? 'refused' : 'ended'
    }
    this.#abort = undefined
    if (this.#ended) return
    if (answer === 'refused') {
      this.#ears.refused()
      return
    }
    if (abort.signal.aborted && document.hidden) return
    if (this.#again) {
      this.#again = false
      this.retry()
      return
    }
    this.#ears.lost()
    this.#timer = setTimeout(this.retry, this.#pauseMs)
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }

  async #follow(abort: AbortController): Promise<'ended' | 'refused'> {
    if (this.#ears.cursor() === undefined) await this.#ears.begin()
    const from = this.#ears.cursor()
    const response = await request('/events', {
      headers: {
        accept: 'text/event-stream',
        ...(from === undefined ? {} : { 'last-event-id': `${from.epoch}.${from.cursor}` }),
      },
      signal: abort.signal,
    })
    if (response.status === 401 || response.status === 403) return 'refused'
    if (!response.ok || response.body === null) return 'ended'
    this.#pauseMs = FIRST_PAUSE_MS
    this.#ears.connected()
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    const lines = new EventLines()
    let silence = setTimeout(() => abort.abort(), SILENCE_MS)
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return 'ended'
        clearTimeout(silence)
        silence = setTimeout(() => abort.abort(), SILENCE_MS)
        for (const { data } of lines.push(value)) this.#ears.change(JSON.parse(data) as Change)
      }
    } finally {
      clearTimeout(silence)
      abort.abort()
    }
  }
}
