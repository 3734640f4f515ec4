// Who may be connected to pages at once: so many in all, and of one address. Pure.

/** As the API (SAFETY.md). */
export const MAX_CONNECTIONS = 32
/** A browser opens six. */
export const MAX_CONNECTIONS_PER_ADDRESS = 8

export class PageRoom {
  readonly #byAddress = new Map<string, number>()
  #all = 0

  /** @returns whether it may stay; then `left` is due once it ends */
  enter(address: string): boolean {
    const here = this.#byAddress.get(address) ?? 0
    if (this.#all >= MAX_CONNECTIONS || here >= MAX_CONNECTIONS_PER_ADDRESS) return false
    this.#byAddress.set(address, here + 1)
    this.#all++
    return true
  }

  left(address: string): void {
    const here = (this.#byAddress.get(address) ?? 0) - 1
    this.#all--
    if (here > 0) this.#byAddress.set(address, here)
    else this.#byAddress.delete(address)
  }
}
