// One content of a closed realm, fetched into a folder of the state folder: for copies that are kept and lists of files, which are no
// transfers of anybody's. Promise: it is whole and checked when it is said to be here; what is not leaves nothing behind.

import { mkdir } from 'node:fs/promises'
import type { Digest, Disk } from '../../base/ports.ts'
import type { Session } from '../../engine/session/session.ts'
import type { ClosedRealm } from '../../engine/torrent/options.ts'
import type { Torrent } from '../../engine/torrent/torrent.ts'
import { type ContentId, contentIdText, contentInfo } from '../../metainfo/content-id.ts'
import { namedContent } from '../../metainfo/content-torrent.ts'
import { readInfo } from '../../metainfo/read.ts'
import type { CircleRealms } from './circle-realms.ts'

/** Who has it may have come meanwhile. */
const ASK_AGAIN_MS = 10_000
const MAX_PEERS = 8

export interface ContentFetchGround {
  readonly disk: Disk
  readonly digest: Digest
  readonly realms: Pick<CircleRealms, 'endpointOf' | 'linked'>
  session(): Session | undefined
  /** Devices known to have it. */
  holders(realm: string, content: string): Promise<readonly string[]>
}

/**
 * Under its content id in `folder`.
 * @returns false where it is being got or given there already, or `signal` came first
 */
export async function fetchContent(
  realm: ClosedRealm,
  id: ContentId,
  folder: string,
  signal: AbortSignal,
  ground: ContentFetchGround,
): Promise<boolean> {
  const session = ground.session()
  if (session === undefined || signal.aborted) return false
  await mkdir(folder, { recursive: true })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const torrent = add(realm, id, session, folder, () => resolve(true), ground)
  if (torrent === undefined) return false
  const ask = async (): Promise<void> => {
    // While people are away nobody of theirs is known; asked again soon.
    const known = await ground.holders(realm, contentIdText(id)).catch(() => [])
    for (const device of new Set([...known, ...ground.realms.linked(realm)]))
      torrent.addPeer(ground.realms.endpointOf(device))
  }
  const end = (): void => resolve(false)
  signal.addEventListener('abort', end)
  const asking = setInterval(() => void ask(), ASK_AGAIN_MS).unref()
  await ask()
  const whole = await promise
  signal.removeEventListener('abort', end)
  clearInterval(asking)
  await session.remove(torrent, { data: !whole })
  return whole
}

function add(
  realm: ClosedRealm,
  id: ContentId,
  session: Session,
  saveFolder: string,
  finished: () => void,
  { digest, disk }: ContentFetchGround,
): Torrent | undefined {
  const content = contentIdText(id)
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
