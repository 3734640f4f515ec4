// Answers pulls: one a device waits at a time, and goes when there is room; a newer one takes its place.

import type { BDict } from '../../base/bencode-value.ts'
import type { ChainShelf } from './chain-shelf.ts'
import type { Send } from './head-teller.ts'
import { anyBytes, count, PAGE_BYTES, RELAYED_PAGE_BYTES, unpackWants } from './log-frames.ts'
import { makePage } from './log-page.ts'
import type { LogPeer } from './log-peer.ts'
import type { LogStore } from './log-record.ts'

export class PageServer {
  readonly #shelf: ChainShelf
  readonly #store: LogStore
  readonly #send: Send

  constructor(shelf: ChainShelf, store: LogStore, send: Send) {
    this.#shelf = shelf
    this.#store = store
    this.#send = send
  }

  /** @throws RecordError */
  asked(peer: LogPeer, body: BDict): void {
    peer.asked = {
      number: count(body, 'n', Number.MAX_SAFE_INTEGER),
      wants: unpackWants(anyBytes(body, 'w')),
      probe: body.has('p'),
    }
    this.answer(peer)
  }

  answer(peer: LogPeer): void {
    const { asked } = peer
    if (asked === undefined) return
    const servings = asked.wants.map((want) => {
      const limit = this.#shelf.limit(want.author)
      return { ...want, until: asked.probe ? Math.min(limit, want.after + 1) : limit }
    })
    const limitBytes = peer.relayed ? RELAYED_PAGE_BYTES : PAGE_BYTES
    const { records, more } = makePage(this.#store, this.#shelf.circle, servings, limitBytes)
    if (this.#send(peer, 'page', { n: asked.number, r: records, m: more ? 1 : 0 })) peer.asked = undefined
  }
}
