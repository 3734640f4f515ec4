// Which catalogues are fetched, from whom, and what has come of each. Pages are believed only when the whole makes the signed root.
// Invariants: at most one pull for each catalogue and for each device, MAX_PULLS in all; what is held of one before it is whole is
// bounded by MAX_PULL_BYTES; whoever does not answer in time is asked again later, others first.

import { after, earliest, type Millis } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import { type CatalogueHead, emptyRoot } from '../../protocol/catalogue/head.ts'
import { mayReplicate, Replica, type TakenEntry } from '../../protocol/catalogue/replica.ts'
import { CatalogueTree } from '../../protocol/catalogue/tree.ts'
import type { DeviceId } from '../ids.ts'
import { type Known, keyOf } from './catalogue-book.ts'
import type { CatalogueChange, CatalogueName, CatalogueRecords } from './catalogue-records.ts'

/** A page of 256 KiB over a slow line. */
export const PAGE_TIMEOUT_MS = 30_000
/** Who had nothing for us, or nothing right, is left alone so long. */
export const REST_MS = 60_000
const MAX_PULLS = 4
/** 50,000 entries of 300 bytes are half of it; whoever has longer ones is asked live. */
export const MAX_PULL_BYTES = 32 * 1_048_576
/** Who rests, by catalogue and device; beyond it the oldest is asked again. */
const MAX_RESTING = 4_096

export interface Pull extends CatalogueName {
  readonly head: CatalogueHead
  readonly from: DeviceId
  /** Root of the state it starts with. */
  readonly base: Uint8Array
  readonly cursor: Uint8Array | undefined
}

interface Running {
  readonly name: CatalogueName
  readonly head: CatalogueHead
  readonly from: DeviceId
  readonly base: Uint8Array
  readonly anew: boolean
  readonly replica: Replica
  readonly added: TakenEntry[]
  readonly removed: Uint8Array[]
  lengthBytes: number
  until: Millis
}

export type PullOutcome =
  | { readonly kind: 'next'; readonly pull: Pull }
  | {
      readonly kind: 'whole'
      readonly name: CatalogueName
      readonly head: CatalogueHead
      readonly change: CatalogueChange
    }
  /** Whoever sent it broke the rules. */
  | { readonly kind: 'fault'; readonly fault: string }
  | { readonly kind: 'nothing' }

export class Pulls {
  readonly #records: Pick<CatalogueRecords, 'leaves'>
  readonly #digest: Digest
  readonly #running = new Map<string, Running>()
  readonly #resting = new Map<string, Millis>()
  /** Of these the author's own state differs from what is told to be before it: they are taken from nothing. */
  readonly #anew = new Set<string>()

  constructor(records: Pick<CatalogueRecords, 'leaves'>, digest: Digest) {
    this.#records = records
    this.#digest = digest
  }

  /** Begins to fetch it from this device; undefined where that may not be now. */
  begin(known: Known, from: DeviceId, now: Millis): Pull | undefined {
    const key = keyOf(known)
    const { head, whole } = known
    if (this.#running.size >= MAX_PULLS || this.#running.has(key) || !mayReplicate(head)) return undefined
    for (const running of this.#running.values()) if (running.from === from) return undefined
    const rest = this.#resting.get(`${key} ${from}`)
    if (rest !== undefined && now < rest) return undefined
    const anew = whole === undefined || this.#anew.has(key)
    const base = anew ? emptyRoot(this.#digest) : (whole as CatalogueHead).root
    const tree = anew ? CatalogueTree.EMPTY : CatalogueTree.of(this.#records.leaves(known))
    const running: Running = {
      name: { author: known.author, audience: known.audience },
      head,
      from,
      base,
      anew,
      replica: new Replica({ from: base, tree, head }, this.#digest),
      added: [],
      removed: [],
      lengthBytes: 0,
      until: after(now, PAGE_TIMEOUT_MS),
    }
    this.#running.set(key, running)
    return pullOf(running)
  }

  /** @param page `elsewhere`: that device is not at that root now; `from-forgotten`: it is, and cannot lead there from what we have */
  page(
    name: CatalogueName,
    from: DeviceId,
    page: Uint8Array | 'elsewhere' | 'from-forgotten',
    now: Millis,
  ): PullOutcome {
    const key = keyOf(name)
    const running = this.#running.get(key)
    if (running?.from !== from) return { kind: 'nothing' }
    if (typeof page === 'string') {
      this.#running.delete(key)
      if (running.anew || page === 'elsewhere') this.#rest(key, from, now)
      else this.#anew.add(key)
      return { kind: 'nothing' }
    }
    const taken = running.replica.take(page)
    running.lengthBytes += page.length
    if (!taken.ok || running.lengthBytes > MAX_PULL_BYTES) {
      this.#running.delete(key)
      this.#rest(key, from, now)
      // A newer state than the one that was asked for has other roots: nobody's fault.
      if (taken.ok || taken.fault === 'WRONG_PAGE') return { kind: 'nothing' }
      return { kind: 'fault', fault: taken.fault }
    }
    running.added.push(...taken.added)
    running.removed.push(...taken.removed)
    if (!taken.done) {
      running.until = after(now, PAGE_TIMEOUT_MS)
      return { kind: 'next', pull: pullOf(running) }
    }
    this.#running.delete(key)
    this.#anew.delete(key)
    const { anew, added, removed, head } = running
    return { kind: 'whole', name: running.name, head, change: { anew, added, removed } }
  }

  /** Its link is gone, or it is not one of ours any more. */
  unlinked(device: DeviceId): void {
    for (const [key, { from }] of this.#running) if (from === device) this.#running.delete(key)
  }

  drop(name: CatalogueName): void {
    this.#running.delete(keyOf(name))
    this.#anew.delete(keyOf(name))
  }

  wake(now: Millis): void {
    for (const [key, { from, until }] of this.#running) {
      if (now < until) continue
      this.#running.delete(key)
      this.#rest(key, from, now)
    }
    for (const [key, until] of this.#resting) if (now >= until) this.#resting.delete(key)
  }

  deadline(): Millis | undefined {
    return earliest(...[...this.#running.values()].map(({ until }) => until), ...this.#resting.values())
  }

  #rest(key: string, from: DeviceId, now: Millis): void {
    if (this.#resting.size >= MAX_RESTING) this.#resting.delete(this.#resting.keys().next().value as string)
    this.#resting.set(`${key} ${from}`, after(now, REST_MS))
  }
}

function pullOf({ name, head, from, base, replica }: Running): Pull {
  return { ...name, head, from, base, cursor: replica.cursor }
}
