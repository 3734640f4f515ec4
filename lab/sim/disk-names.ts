// The names of the simulated disk: what leads where now, and which of it would still lead there after a crash.
// Invariant: `durable` holds the names whose folder was synced since they changed; `pending` are changes since.

import { type Random, randomInt } from '../../src/base/random.ts'
import type { SimInode } from './disk-inode.ts'

type Tree = Map<string, SimInode>

interface Change {
  /** Folders whose sync makes it durable. */
  readonly folders: readonly string[]
  apply(tree: Tree): void
}

const MAX_LINKS = 8

export class SimNames {
  #now: Tree = new Map()
  #durable: Tree = new Map()
  #pending: Change[] = []

  start(root: SimInode): void {
    this.#now.set('/', root)
    this.#durable.set('/', root)
  }

  *inodes(): Generator<SimInode> {
    yield* new Set(this.#now.values())
  }

  /** Links in folders on the way are followed; one at the end only if asked. */
  find(path: string, follow: boolean): SimInode | undefined {
    const real = this.#resolve(path, follow)
    return real === undefined ? undefined : this.#now.get(real)
  }

  list(path: string): string[] {
    const folder = this.#resolve(path, true) ?? path
    const names: string[] = []
    for (const known of this.#now.keys()) {
      if (known !== '/' && folderOf(known) === folder)
        names.push(known.slice(folder === '/' ? 1 : folder.length + 1))
    }
    return names
  }

  link(path: string, inode: SimInode): void {
    const real = this.#real(path)
    this.#change({
      folders: [folderOf(real)],
      apply: (tree) => tree.set(real, inode),
    })
  }

  unlink(path: string): void {
    const real = this.#real(path)
    this.#change({ folders: [folderOf(real)], apply: (tree) => tree.delete(real) })
  }

  rename(from: string, to: string): void {
    const [source, target] = [this.#real(from), this.#real(to)]
    const moved = [...this.#now].filter(([path]) => path === source || isBelow(path, source))
    this.#change({
      folders: [folderOf(source), folderOf(target)],
      apply: (tree) => {
        for (const [path] of moved) tree.delete(path)
        for (const [path, inode] of moved) tree.set(target + path.slice(source.length), inode)
      },
    })
  }

  /** Names in this folder are durable. */
  sync(path: string): void {
    const folder = this.#resolve(path, true) ?? path
    this.#pending = this.#pending.filter((change) => {
      if (!change.folders.includes(folder)) return true
      change.apply(this.#durable)
      return false
    })
  }

  /** Half of the time as a journaling file system does it (a beginning of all changes), else any of them. */
  crash(random: Random): void {
    const ordered = randomInt(random, 2) === 0
    const kept = randomInt(random, this.#pending.length + 1)
    this.#pending.forEach((change, index) => {
      if (ordered ? index < kept : randomInt(random, 2) === 0) change.apply(this.#durable)
    })
    this.#pending = []
    for (const path of [...this.#durable.keys()].sort()) {
      if (path !== '/' && !this.#durable.has(folderOf(path))) this.#durable.delete(path)
    }
    this.#now = new Map(this.#durable)
  }

  /** Takes a folder with everything below away, from the platter too. */
  take(path: string): Tree {
    const taken: Tree = new Map()
    for (const [known, inode] of [...this.#now]) {
      if (known !== path && !isBelow(known, path)) continue
      taken.set(known, inode)
      this.#now.delete(known)
      this.#durable.delete(known)
    }
    return taken
  }

  put(tree: Tree): void {
    for (const [path, inode] of tree) {
      this.#now.set(path, inode)
      this.#durable.set(path, inode)
    }
  }

  #change(change: Change): void {
    change.apply(this.#now)
    this.#pending.push(change)
  }

  /** Links in folders on the way followed. */
  #real(path: string): string {
    return this.#resolve(path, false) ?? path
  }

  #resolve(path: string, follow: boolean, depth = 0): string | undefined {
    if (depth > MAX_LINKS) return undefined
    let at = '/'
    const components = path.split('/').filter(Boolean)
    for (const [index, component] of components.entries()) {
      at = at === '/' ? `/${component}` : `${at}/${component}`
      const inode = this.#now.get(at)
      const last = index === components.length - 1
      if (inode?.kind === 'link' && (!last || follow)) {
        const rest = components.slice(index + 1).join('/')
        return this.#resolve(`${inode.target}/${rest}`, follow, depth + 1)
      }
    }
    return at
  }
}

export function folderOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at <= 0 ? '/' : path.slice(0, at)
}

export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder === '/' ? '/' : `${folder}/`)
}
