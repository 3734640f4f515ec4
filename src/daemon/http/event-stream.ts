// The event stream: changes of rows as server-sent events, from where a page or program left off. One sink for each stream, no
// timer but the comment that keeps proxies from closing it, and nothing at all while nothing changes.
// Bounded: so many streams, and so much that a slow reader may leave unread before it is let go.

import type { ServerResponse } from 'node:http'
import type { Change } from '../../api/schemas/events.ts'
import type { Feed } from '../feed.ts'
import { HttpError } from './http-error.ts'

/** SAFETY.md: then close; the reader comes back with its cursor. */
export const BACKLOG_BYTES = 1_048_576
/** Under the minute after which proxies give up a silent answer. */
export const COMMENT_MS = 15_000
/** Half of the connections, so that streams never keep calls out. */
export const MAX_STREAMS = 16

export interface Cursor {
  readonly epoch: string
  readonly cursor: number
}

interface Follower {
  readonly holderId: string
  readonly response: ServerResponse
  close(): void
}

export class EventStreams {
  readonly #feed: Feed
  readonly #followers = new Set<Follower>()
  #comments: NodeJS.Timeout | undefined
  #closed = false
  /** The text of the change that was last written: every stream gets the same. */
  #last: { readonly change: Change; readonly text: string } | undefined

  constructor(feed: Feed) {
    this.#feed = feed
  }

  get size(): number {
    return this.#followers.size
  }

  /**
   * Takes the answer over.
   * @param holderId whose stream it is: it ends with their session or token
   * @throws HttpError STREAMS_TOO_MANY, DAEMON_STOPPING, before anything was written
   */
  open(since: Cursor | undefined, response: ServerResponse, holderId: string): void {
    if (this.#closed) throw new HttpError('DAEMON_STOPPING')
    if (this.#followers.size >= MAX_STREAMS) throw new HttpError('STREAMS_TOO_MANY')
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx passes on what it reads at once.
      'x-accel-buffering': 'no',
    })
    const follow = this.#feed.follow(since, (change) => this.#write(follower, this.#shared(change)))
    const follower: Follower = {
      holderId,
      response,
      close: () => {
        follow.close()
        this.#followers.delete(follower)
        if (this.#followers.size === 0) this.#stopComments()
      },
    }
    this.#followers.add(follower)
    this.#comments ??= setInterval(() => this.#comment(), COMMENT_MS)
    response.once('close', () => follower.close())
    this.#write(follower, this.#textOf(follow.first))
  }

  /** Whoever was let in so is told nothing more. */
  endOf(holderId: string): void {
    for (const follower of this.#followers) {
      if (follower.holderId !== holderId) continue
      follower.close()
      follower.response.end()
    }
  }

  /** Ends every stream: whoever followed comes back when the daemon does. */
  close(): void {
    this.#closed = true
    for (const follower of this.#followers) {
      follower.close()
      follower.response.end()
    }
    this.#stopComments()
  }

  #write(follower: Follower, text: string): void {
    const { response } = follower
    if (response.destroyed) return
    if (response.writableLength + text.length > BACKLOG_BYTES && response.writableLength > 0) {
      follower.close()
      response.destroy()
      return
    }
    response.write(text)
  }

  #comment(): void {
    for (const follower of this.#followers) this.#write(follower, ':\n\n')
  }

  #stopComments(): void {
    clearInterval(this.#comments)
    this.#comments = undefined
  }

  #shared(change: Change): string {
    if (this.#last?.change !== change) this.#last = { change, text: this.#textOf(change) }
    return this.#last.text
  }

  #textOf(change: Change): string {
    return `id: ${this.#feed.epoch}.${change.cursor}\ndata: ${JSON.stringify(change)}\n\n`
  }
}

/** `epoch.cursor` of Last-Event-ID; an epoch has no dot. Undefined for what is none: then everything begins anew. */
export function cursorOf(id: string): Cursor | undefined {
  const [, epoch, cursor] = /^([^.\s]{1,100})\.(\d{1,15})$/.exec(id) ?? []
  return epoch === undefined ? undefined : { epoch, cursor: Number(cursor) }
}
