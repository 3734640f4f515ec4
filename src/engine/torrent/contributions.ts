// From whom and to whom: payload bytes by peer, also of those that left, and how many different ones took any.
// Invariant: at most KEPT entries for those that left, the largest ones; what the others gave and took is summed, so that
// nothing that was counted is lost. Whoever comes back under the same address goes on with its entry.

/** More bars than this nobody can tell apart. */
export const KEPT = 64

/** Different takers are counted exactly until this many: 10,000 short strings are some 700 kB. */
export const TAKERS_COUNTED = 10_000

export interface Contribution {
  /** Address, or host of a web seed. */
  readonly who: string
  readonly client: string
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  readonly connected: boolean
}

export interface Contributions {
  /** The largest first, at most KEPT. */
  readonly each: readonly Contribution[]
  /** All others together. */
  readonly others: { readonly downloadedBytes: number; readonly uploadedBytes: number }
}

type Sums = { downloadedBytes: number; uploadedBytes: number }
interface Entry extends Sums {
  client: string
}

export class ContributionLedger {
  readonly #left = new Map<string, Entry>()
  readonly #others: Sums = { downloadedBytes: 0, uploadedBytes: 0 }
  readonly #takers = new Set<string>()

  /** Different addresses that took payload; TAKERS_COUNTED means that many or more. */
  get takers(): number {
    return this.#takers.size
  }

  /** Payload begins to go there. */
  takes(who: string): void {
    if (this.#takers.size < TAKERS_COUNTED) this.#takers.add(who)
  }

  left(who: string, client: string, downloadedBytes: number, uploadedBytes: number): void {
    if (downloadedBytes === 0 && uploadedBytes === 0) return
    const known = this.#left.get(who)
    if (known !== undefined) {
      known.downloadedBytes += downloadedBytes
      known.uploadedBytes += uploadedBytes
      known.client = client
      return
    }
    this.#left.set(who, { client, downloadedBytes, uploadedBytes })
    if (this.#left.size > KEPT) this.#dropSmallest()
  }

  /** With those that are here: each once, whoever was here before and came back too. */
  with(here: readonly Contribution[]): Contributions {
    const together = new Map<string, Contribution>()
    for (const [who, entry] of this.#left) together.set(who, { who, ...entry, connected: false })
    for (const one of here) {
      const before = together.get(one.who)
      if (before === undefined && one.downloadedBytes + one.uploadedBytes === 0) continue
      together.set(one.who, before === undefined ? one : sum(before, one))
    }
    const sorted = [...together.values()].sort((a, b) => volume(b) - volume(a))
    const others = { ...this.#others }
    for (const { downloadedBytes, uploadedBytes } of sorted.slice(KEPT)) {
      others.downloadedBytes += downloadedBytes
      others.uploadedBytes += uploadedBytes
    }
    return { each: sorted.slice(0, KEPT), others }
  }

  #dropSmallest(): void {
    let smallest: string | undefined
    let least = Number.POSITIVE_INFINITY
    for (const [who, entry] of this.#left) {
      if (volume(entry) >= least) continue
      least = volume(entry)
      smallest = who
    }
    const entry = smallest === undefined ? undefined : this.#left.get(smallest)
    if (smallest === undefined || entry === undefined) return
    this.#left.delete(smallest)
    this.#others.downloadedBytes += entry.downloadedBytes
    this.#others.uploadedBytes += entry.uploadedBytes
  }
}

function volume({ downloadedBytes, uploadedBytes }: Sums | Contribution): number {
  return downloadedBytes + uploadedBytes
}

function sum(before: Contribution, now: Contribution): Contribution {
  return {
    who: now.who,
    client: now.client === '' ? before.client : now.client,
    downloadedBytes: before.downloadedBytes + now.downloadedBytes,
    uploadedBytes: before.uploadedBytes + now.uploadedBytes,
    connected: before.connected || now.connected,
  }
}
