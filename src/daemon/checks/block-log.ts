// Everything that was turned away by a list: what, by which, why and when; the newest kept, also over a restart.

import type { BlockEvent } from '../../api/schemas/blocking.ts'
import { KeptFile, type KeptPlace } from '../kept-file.ts'

const MAX_EVENTS = 1_000
/** Addresses are turned away in crowds. */
const KEEP_AFTER_MS = 10_000
/** Texts from outside, shown on one line. */
const MAX_CHARACTERS = 300

export class BlockLog {
  readonly #file: KeptFile<readonly BlockEvent[]>
  readonly #place: KeptPlace
  #events: BlockEvent[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(place: KeptPlace) {
    this.#place = place
    this.#file = new KeptFile(place, 'block-log.json')
  }

  /** @throws StateError, DiskError */
  async open(): Promise<void> {
    this.#events = [...((await this.#file.read()) ?? [])].slice(-MAX_EVENTS)
  }

  /** Newest first. */
  last(count: number): BlockEvent[] {
    return this.#events.slice(-count).reverse()
  }

  note(kind: BlockEvent['kind'], what: string, why: string, list: string): void {
    const cut = (text: string) => text.slice(0, MAX_CHARACTERS)
    const at = new Date(this.#place.wallMs()).toISOString()
    this.#events.push({ at, kind, what: cut(what), why: cut(why), list: cut(list) })
    if (this.#events.length > MAX_EVENTS) this.#events.shift()
    this.#timer ??= setTimeout(() => void this.keep(), KEEP_AFTER_MS)
    this.#timer.unref()
  }

  async keep(): Promise<void> {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    // What is lost of it is only to be read; the lists go on turning away.
    await this.#file.write(this.#events).catch(() => this.#place.log.write('warn', 'block-log-not-written'))
  }
}
