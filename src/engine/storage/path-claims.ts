// Which torrent may touch which path, for the whole session: many may read one file, only one may write it, and
// nobody reads what another writes. Names are compared as a file system that ignores case and composition would.
// Invariant: a path has either one writer and nobody else, or any number of readers.

export type ClaimMode = 'read' | 'write'

interface Claim {
  /** Nearly always one: no set is made for a hundred thousand of them. */
  owner: object
  others: Set<object> | undefined
  mode: ClaimMode
}

export class PathClaims {
  readonly #claims = new Map<string, Claim>()

  /**
   * All or nothing. An owner may claim again: `write` after `read` is an upgrade, `read` after `write` steps down.
   * @returns the first path that somebody else holds against it, or undefined when all are claimed
   */
  claim(owner: object, paths: readonly string[], mode: ClaimMode): string | undefined {
    const keys = paths.map(fold)
    for (const [at, key] of keys.entries()) {
      const claim = this.#claims.get(key)
      if (claim === undefined || (claim.owner === owner && claim.others === undefined)) continue
      if (mode === 'write' || claim.mode === 'write') return paths[at]
    }
    for (const key of keys) {
      const claim = this.#claims.get(key)
      if (claim === undefined) {
        this.#claims.set(key, { owner, others: undefined, mode })
        continue
      }
      claim.mode = mode
      if (claim.owner !== owner) claim.others = (claim.others ?? new Set()).add(owner)
    }
    return undefined
  }

  release(owner: object, paths: readonly string[]): void {
    for (const path of paths) {
      const key = fold(path)
      const claim = this.#claims.get(key)
      if (claim === undefined) continue
      if (claim.owner !== owner) {
        claim.others?.delete(owner)
      } else {
        const [heir] = claim.others ?? []
        if (heir === undefined) this.#claims.delete(key)
        else claim.owner = heir
        claim.others?.delete(claim.owner)
      }
      if (claim.others?.size === 0) claim.others = undefined
    }
  }

  get size(): number {
    return this.#claims.size
  }
}

/** Upper then lower case, so that characters with several small forms meet (ß, ſ, Greek final sigma). */
function fold(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}
