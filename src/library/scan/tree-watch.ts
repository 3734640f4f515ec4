// Watching on macOS and Windows, where one subscription covers a tree: @parcel/watcher over FSEvents and
// ReadDirectoryChangesW. Loaded only when it is used.

import { sep } from 'node:path'
import type { AsyncSubscription, Event } from '@parcel/watcher'
import type { TouchedDirectory } from './folder-scan.ts'
import type { FolderWatch, WatchEvents } from './folder-watch.ts'
import { leftOut } from './left-out.ts'

export class TreeWatch implements FolderWatch {
  readonly #events: WatchEvents
  blind: string | undefined
  #subscription: Promise<AsyncSubscription | undefined> | undefined
  #closed = false

  constructor(events: WatchEvents) {
    this.#events = events
  }

  /** Resolves once events are told. */
  get ready(): Promise<unknown> {
    return this.#subscription ?? Promise.resolve()
  }

  wholeWalk(): void {
    if (this.blind !== undefined) this.#subscription = undefined
    this.blind = undefined
  }

  entering(path: string, realPath: string): void {
    if (this.#closed || this.#subscription !== undefined || path !== '') return
    this.#subscription = this.#subscribe(realPath)
  }

  listed(): void {}

  close(): void {
    this.#closed = true
    void this.#subscription
      ?.then((subscription) => subscription?.unsubscribe())
      .catch(() => {
        // Its directories went before it: nothing is watched any more, which is what was wanted.
      })
  }

  async #subscribe(realPath: string): Promise<AsyncSubscription | undefined> {
    try {
      const { subscribe } = await import('@parcel/watcher')
      return await subscribe(realPath === '' ? '/' : realPath, (error, events) => {
        if (this.#closed) return
        if (error !== null) return this.#events.lost()
        const touched = events.flatMap((event) => touchedBy(realPath, event))
        if (touched.length > 0) this.#events.touched(touched)
      })
    } catch (error) {
      // No such package for this system, or no room for what it needs.
      const code = (error as { readonly code?: unknown }).code
      this.blind = typeof code === 'string' ? code : 'NO_WATCHER'
      return undefined
    }
  }
}

function touchedBy(realPath: string, { path, type }: Event): TouchedDirectory[] {
  if (path.length <= realPath.length) return [{ path: '', deep: false }]
  const components = path
    .slice(realPath.length)
    .split(sep)
    .filter((part) => part !== '')
  if (components.some((name) => leftOut(name) !== undefined)) return []
  const parent = { path: components.slice(0, -1).join('/'), deep: false }
  return type === 'create' ? [parent, { path: components.join('/'), deep: true }] : [parent]
}
