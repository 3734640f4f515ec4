// Copies that are kept for others of a circle: fetched into a folder of the state folder, given there, never opened, and deleted when
// enough others have them. Promise: a copy is offered when it is whole and on disk, and only then; what is dropped is offered to nobody
// before its file goes.

import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Digest, Disk } from '../../base/ports.ts'
import type { Session } from '../../engine/session/session.ts'
import type { ClosedRealm } from '../../engine/torrent/options.ts'
import type { Torrent } from '../../engine/torrent/torrent.ts'
import type { LooseFile } from '../../library/loose-offers.ts'
import { type ContentId, contentInfo, parseContentId } from '../../metainfo/content-id.ts'
import { namedContent } from '../../metainfo/content-torrent.ts'
import { readInfo } from '../../metainfo/read.ts'
import { identityOf } from '../library/offers.ts'
import type { CircleRealms } from './circle-realms.ts'

export const KEPT_FOLDER = 'kept'
/** Longer than a circle's patience (community/keep): it is somebody else's turn by then. */
const FETCH_MS = 25 * 60_000
/** Who has it may have come meanwhile. */
const ASK_AGAIN_MS = 10_000
const MAX_PEERS = 8

export interface KeepWish {
  readonly circle: string
  readonly content: string
  readonly name: string
  readonly folders: readonly string[]
}

export interface KeptFilesGround {
  readonly stateFolder: string
  readonly disk: Disk
  readonly digest: Digest
  readonly realms: CircleRealms
  session(): Session | undefined
  /** Blocked here, or found to be harmful: nobody gets such a thing onto this computer by offering it. */
  isWithheld(content: ContentId): boolean
  holders(realm: string, content: string): Promise<readonly string[]>
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
    const session = this.#ground.session()
    const refused = id === undefined || this.#ground.isWithheld(id)
    if (refused || session === undefined || this.#fetching.has(key)) {
      await this.#ground.ended(circle, content, 'failed')
      return
    }
    const folder = this.#folderOf(circle)
    await mkdir(folder, { recursive: true })
    void this.#run(wish, key, id, session, folder)
  }

  async #run(wish: KeepWish, key: string, id: ContentId, session: Session, folder: string): Promise<void> {
    const { circle, content } = wish
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#fetching.set(key, () => resolve(false))
    const torrent = this.#add(wish, id, session, folder, () => resolve(true))
    const timeout = setTimeout(() => resolve(false), FETCH_MS).unref()
    const asking = setInterval(() => void this.#ask(torrent, wish), ASK_AGAIN_MS).unref()
    await this.#ask(torrent, wish)
    const whole = torrent !== undefined && (await promise)
    clearTimeout(timeout)
    clearInterval(asking)
    this.#fetching.delete(key)
    if (torrent !== undefined) await session.remove(torrent, { data: !whole })
    const kept = whole && (await this.#offer(wish, id, path.join(folder, content)))
    // Where people are away they count anew when they are back.
    await this.#ground.ended(circle, content, kept ? 'kept' : 'failed').catch(() => undefined)
  }

  /** Undefined where it is being got or given there already. */
  #add(
    { circle, content }: KeepWish,
    id: ContentId,
    session: Session,
    saveFolder: string,
    finished: () => void,
  ): Torrent | undefined {
    const { digest, disk } = this.#ground
    const realm = realmOf(circle)
    const metainfo = namedContent(readInfo(contentInfo(id), digest), content, disk.nameRules)
    const infohashV2 = metainfo.infohashV2
    if (infohashV2 === undefined || session.find(infohashV2, realm) !== undefined) return undefined
    return session.add({
      infohashV1: undefined,
      infohashV2,
      metainfo,
      displayName: content,
      realm,
      listing: 'link',
      saveFolder,
      trackers: [],
      peers: [],
      pex: false,
      lan: false,
      dht: false,
      maxPeers: MAX_PEERS,
      priorities: undefined,
      sequential: false,
      superSeed: false,
      preallocate: 'sparse',
      partSuffix: '.part',
      justHashed: false,
      fromDisk: true,
      agreed: true,
      diskPaths: undefined,
      beforeFinal: undefined,
      events: { finished },
    })
  }

  async #ask(torrent: Torrent | undefined, { circle, content }: KeepWish): Promise<void> {
    const realm = realmOf(circle)
    const devices = await this.#ground.holders(realm, content).catch(() => [])
    for (const device of devices) torrent?.addPeer(this.#ground.realms.endpointOf(device))
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

function bundleOf(circle: string): string {
  return `kept:${circle}`
}
