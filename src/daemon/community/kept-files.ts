// Copies that are kept for others of a circle: fetched into a folder of the state folder, given there, never opened, and deleted when
// enough others have them. Promise: a copy is offered when it is whole and on disk, and only then; what is dropped is offered to nobody
// before its file goes.

import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { ClosedRealm } from '../../engine/torrent/options.ts'
import type { LooseFile } from '../../library/loose-offers.ts'
import { type ContentId, parseContentId } from '../../metainfo/content-id.ts'
import { identityOf } from '../library/offers.ts'
import { type ContentFetchGround, fetchContent } from './content-fetch.ts'

export const KEPT_FOLDER = 'kept'
/** Longer than a circle's patience (community/keep): it is somebody else's turn by then. */
const FETCH_MS = 25 * 60_000

export interface KeepWish {
  readonly circle: string
  readonly content: string
  readonly name: string
  readonly folders: readonly string[]
}

export interface KeptFilesGround extends ContentFetchGround {
  readonly stateFolder: string
  /** Blocked here, or found to be harmful: nobody gets such a thing onto this computer by offering it. */
  isWithheld(content: ContentId): boolean
  ended(circle: string, content: string, outcome: 'kept' | 'failed'): Promise<unknown>
  addLoose(audience: string, bundle: string, file: LooseFile): Promise<unknown>
  removeLoose(audience: string, bundle: string, content: ContentId): Promise<readonly string[]>
}

export class KeptFiles {
  readonly #ground: KeptFilesGround
  readonly #fetching = new Map<string, () => void>()

  constructor(ground: KeptFilesGround) {
    this.#ground = ground
  }

  /** Returns when it has begun; how it ends is told by `ended`. */
  async begin(wish: KeepWish): Promise<void> {
    const { circle, content } = wish
    const key = `${circle} ${content}`
    const id = parseContentId(content)
    if (id === undefined || this.#ground.isWithheld(id) || this.#fetching.has(key)) {
      await this.#ground.ended(circle, content, 'failed')
      return
    }
    void this.#run(wish, key, id)
  }

  async #run(wish: KeepWish, key: string, id: ContentId): Promise<void> {
    const { circle, content } = wish
    const ending = new AbortController()
    const timeout = setTimeout(() => ending.abort(), FETCH_MS).unref()
    this.#fetching.set(key, () => ending.abort())
    const folder = this.#folderOf(circle)
    let kept = false
    try {
      const whole = await fetchContent(realmOf(circle), id, folder, ending.signal, this.#ground)
      kept = whole && (await this.#offer(wish, id, path.join(folder, content)))
    } catch {
      // A full or vanished disk: the circle is told that it is not kept, and asks somebody else.
    } finally {
      clearTimeout(timeout)
      this.#fetching.delete(key)
    }
    // Where people are away they count anew when they are back.
    await this.#ground.ended(circle, content, kept ? 'kept' : 'failed').catch(() => undefined)
  }

  async #offer({ circle, name, folders }: KeepWish, id: ContentId, at: string): Promise<boolean> {
    const { disk, addLoose } = this.#ground
    const stat = await disk.stat(at)
    if (stat?.kind !== 'file' || stat.lengthBytes !== id.lengthBytes) return false
    const file = { path: at, ...identityOf(stat), root: id.root, folder: folders.join('/'), name }
    await addLoose.call(this.#ground, realmOf(circle), bundleOf(circle), file)
    return true
  }

  async drop({ circle, content }: Pick<KeepWish, 'circle' | 'content'>): Promise<void> {
    this.#fetching.get(`${circle} ${content}`)?.()
    const id = parseContentId(content)
    if (id === undefined) return
    const paths = await this.#ground.removeLoose(realmOf(circle), bundleOf(circle), id)
    const folder = this.#folderOf(circle)
    for (const at of paths) if (path.dirname(at) === folder) await rm(at, { force: true })
  }

  /** What an earlier run did not finish goes. @param offered paths of copies that are whole */
  async sweep(offered: readonly string[]): Promise<void> {
    const kept = new Set(offered)
    const folder = path.join(this.#ground.stateFolder, KEPT_FOLDER)
    // No folder: nothing was ever kept.
    for (const circle of await readdir(folder).catch(() => []))
      for (const name of await readdir(path.join(folder, circle)).catch(() => [])) {
        const at = path.join(folder, circle, name)
        if (!kept.has(at)) await rm(at, { recursive: true, force: true })
      }
  }

  close(): void {
    for (const end of [...this.#fetching.values()]) end()
  }

  #folderOf(circle: string): string {
    return path.join(this.#ground.stateFolder, KEPT_FOLDER, circle)
  }
}

function realmOf(circle: string): ClosedRealm {
  return `circle:${circle}`
}

/** Before the circle whose copies are offered together. */
export const KEPT_BUNDLES = 'kept:'

function bundleOf(circle: string): string {
  return `${KEPT_BUNDLES}${circle}`
}
