// The calls about what arrived and what is not wanted (api/library-routes.ts). Lists of addresses are a setting; here they stand beside
// those of contents.

import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Handlers } from '../../api/routes.ts'
import type { Blocklist } from '../../api/schemas/blocking.ts'
import { BlocklistError } from '../../safety/blocklists/signed-list.ts'
import type { IpList } from '../../safety/ip-filter.ts'
import { forEach } from '../transfers/outcome.ts'
import type { Transfers } from '../transfers/transfers.ts'
import type { BlockLog } from './block-log.ts'
import type { Blocking } from './blocking.ts'
import type { Checks } from './checks.ts'

export interface CheckParts {
  readonly checks: Checks
  readonly blocking: Blocking
  readonly blockLog: BlockLog
  readonly transfers: Transfers
  readonly startedAt: number
  /** Files with lists of addresses, and what the engine read from them. */
  readonly addressLists: () => readonly string[]
  readonly readLists: () => readonly IpList[]
  changeAddressLists(paths: readonly string[]): Promise<void>
}

type Mine =
  | 'checks'
  | 'scanTransfers'
  | 'deleteLocked'
  | 'blocklists'
  | 'addBlocklist'
  | 'removeBlocklist'
  | 'refreshBlocklist'
  | 'blockedContent'
  | 'blockContent'
  | 'unblockContent'
  | 'blockLog'

/** Of a list of addresses: its path may be longer than an id. */
function peersId(place: string): string {
  return `peers-${createHash('sha256').update(place).digest('hex').slice(0, 16)}`
}

export function checkHandlers(parts: CheckParts): Handlers<Mine> {
  const { checks, blocking, blockLog, transfers, addressLists } = parts
  return {
    checks: async () => {
      await checks.scanner.glance()
      return checks.answer()
    },
    scanTransfers: async ({ ids }) =>
      forEach(ids, async (id) => {
        await checks.scanner.glance()
        await transfers.get(id).arrival.lookAgain()
      }),
    deleteLocked: async ({ id, index }) => {
      await transfers.get(id).arrival.deleteLocked(index)
      return {}
    },
    blocklists: () => ({ lists: [...blocking.rows(), ...peerRows(parts)] }),
    addBlocklist: async (list) => {
      if ('url' in list) return await blocking.subscribe(list.url, list.key)
      const signed = await blocking.take(list.path)
      if (signed !== undefined) return signed
      await parts.changeAddressLists([...new Set([...addressLists(), list.path])])
      return peerRows(parts).find(({ id }) => id === peersId(list.path)) as Blocklist
    },
    removeBlocklist: async ({ id }) => {
      const place = addressLists().find((each) => peersId(each) === id)
      if (place !== undefined) await parts.changeAddressLists(addressLists().filter((each) => each !== place))
      else if (!(await blocking.remove(id))) throw new BlocklistError('BLOCKLIST_UNKNOWN', { id })
      return {}
    },
    refreshBlocklist: async ({ id }) => {
      const row = peerRows(parts).find((each) => each.id === id)
      if (row === undefined) return await blocking.refresh(id)
      await parts.changeAddressLists(addressLists())
      return row
    },
    blockedContent: ({ offset, limit }) => blocking.ownRows(offset, limit),
    blockContent: async ({ content, name = '', why }) => {
      await blocking.block(content, name, why)
      return {}
    },
    unblockContent: async ({ content }) => {
      await blocking.unblock(content)
      return {}
    },
    blockLog: ({ last }) => ({ events: blockLog.last(last) }),
  }
}

function peerRows({ addressLists, readLists, startedAt }: CheckParts): Blocklist[] {
  const read = new Map(readLists().map((list) => [list.name, list]))
  return addressLists().map((place) => {
    const name = path.basename(place)
    return {
      id: peersId(place),
      kind: 'peers',
      name,
      url: null,
      key: null,
      entries: read.get(name)?.ranges.count ?? 0,
      addedAt: new Date(startedAt).toISOString(),
      updatedAt: null,
      problem: null,
    }
  })
}
