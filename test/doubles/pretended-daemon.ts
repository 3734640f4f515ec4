// A daemon's handlers and rows in memory, for tests of what is in front of them: every call answers with its own name and
// input, or with what a test puts in its place; rows change when a test says so.

import { type Caller, type Handlers, ROUTES, type RouteName } from '../../src/api/routes.ts'
import type { Change } from '../../src/api/schemas/events.ts'
import type { Totals } from '../../src/api/schemas/status.ts'
import type { TransferRow } from '../../src/api/schemas/transfer.ts'
import { SETTINGS, type SettingKey, type Settings } from '../../src/api/settings.ts'
import type { Feed } from '../../src/daemon/feed.ts'

export interface Heard {
  readonly name: RouteName
  readonly input: unknown
  readonly caller: Caller | undefined
}

export function pretendedHandlers(replaced: Partial<Handlers> = {}): { handlers: Handlers; heard: Heard[] } {
  const heard: Heard[] = []
  const names = Object.keys(ROUTES) as RouteName[]
  const handlers = Object.fromEntries(
    names.map((name) => [
      name,
      (input: unknown, caller?: Caller) => {
        heard.push({ name, input, caller })
        const handle = replaced[name] as ((input: unknown, caller?: Caller) => unknown) | undefined
        return handle === undefined ? { name, input } : handle(input, caller)
      },
    ]),
  ) as unknown as Handlers
  return { handlers, heard }
}

export class PretendedFeed implements Feed {
  readonly epoch = 'e1'
  cursor = 0
  readonly totals: Totals = {
    downBytesPerSecond: 0,
    upBytesPerSecond: 0,
    peers: 0,
    reach: 'unknown',
    sharing: { link: 0, everyone: 0 },
    pausedUntil: null,
    upLimit: null,
    downLimit: null,
    slow: false,
    freeBytes: null,
  }
  readonly held: TransferRow[] = []
  readonly asked: unknown[] = []
  readonly #sinks = new Set<(change: Change) => void>()

  get followers(): number {
    return this.#sinks.size
  }

  rows(): Iterable<TransferRow> {
    return this.held
  }

  row(id: string): TransferRow | undefined {
    return this.held.find((row) => row.id === id)
  }

  listJson(filter: string | undefined): string {
    return JSON.stringify({ epoch: this.epoch, cursor: this.cursor, transfers: this.held, filter })
  }

  follow(
    since: { readonly epoch: string; readonly cursor: number } | undefined,
    sink: (change: Change) => void,
  ): { readonly first: Change; close(): void } {
    this.asked.push(since)
    this.#sinks.add(sink)
    const known = since?.epoch === this.epoch
    const first: Change = known
      ? { cursor: this.cursor }
      : { cursor: this.cursor, reset: true, epoch: this.epoch }
    return { first, close: () => this.#sinks.delete(sink) }
  }

  change(change: Omit<Change, 'cursor'>): void {
    this.cursor++
    const made: Change = { ...change, cursor: this.cursor }
    for (const sink of this.#sinks) sink(made)
  }
}

/** Defaults, and what a test sets; a port is always a free one unless set. */
export class PretendedSettings {
  #values: Settings = { ...defaults(), 'server.port': 0 }
  readonly #chosen = new Set<string>()

  get values(): Settings {
    return this.#values
  }

  rows(): { readonly key: string; readonly from: 'default' | 'file' }[] {
    return Object.keys(SETTINGS).map((key) => ({ key, from: this.#chosen.has(key) ? 'file' : 'default' }))
  }

  set<Key extends SettingKey>(key: Key, value: Settings[Key]): this {
    this.#chosen.add(key)
    return this.preset(key, value)
  }

  /** As if it were the default. */
  preset<Key extends SettingKey>(key: Key, value: Settings[Key]): this {
    this.#values = { ...this.#values, [key]: value }
    return this
  }
}

function defaults(): Settings {
  return Object.fromEntries(
    Object.entries(SETTINGS).map(([key, { default: value }]) => [key, value]),
  ) as Settings
}
