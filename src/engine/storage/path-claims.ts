// Which torrent may touch which path, for the whole session: many may read one file, only one may write it, and
// nobody reads what another writes. Names are compared as a file system that ignores case and composition would.
// Invariant: a path has either one writer and nobody else, or any number of readers.

export type ClaimMode = 'read' | 'write'

interface Claim {
  readonly owners: Set<object>
  mode: ClaimMode
}

export class PathClaims {
  readonly #claims = new Map<string, Claim>()

  /**
   * All or nothing. An owner may claim again: `write` after `read` is an upgrade, `read` after `write` steps down.
   * @returns the first path that somebody else holds against it, or undefined when all are claimed
   */
  claim(owner: object, paths: readonly string[], mode: ClaimMode): string | undefined {
    for (const path of paths) {
      const claim = this.#claims.get(fold(path))
      if (claim === undefined) continue
      const alone = claim.owners.size === 1 && claim.owners.has(owner)
      if (!alone && (mode === 'write' || claim.mode === 'write')) return path
    }
    for (const path of paths) {
      const key = fold(path)
      const claim = this.#claims.get(key)
      if (claim === undefined) this.#claims.set(key, { owners: new Set([owner]), mode })
      else {
        claim.owners.add(owner)
        claim.mode = mode
      }
    }
    return undefined
  }

  release(owner: object, paths: readonly string[]): void {
    for (const path of paths) {
      const key = fold(path)
      const claim = this.#claims.get(key)
      if (claim?.owners.delete(owner) === true && claim.owners.size === 0) this.#claims.delete(key)
    }
  }

  releaseAll(owner: object): void {
    for (const [key, claim] of this.#claims) {
      if (claim.owners.delete(owner) && claim.owners.size === 0) this.#claims.delete(key)
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
