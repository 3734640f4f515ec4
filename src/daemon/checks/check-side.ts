// The look at what arrived and the lists of what is not wanted, joined: opened before anything can arrive, closed after the last did.

import { Merkle } from '../../metainfo/merkle.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import type { EngineHost } from '../engine-host.ts'
import type { KeptPlace } from '../kept-file.ts'
import type { Memory } from '../memory.ts'
import type { Applying } from '../settings/applying.ts'
import type { SettingsStore } from '../settings/settings-store.ts'
import type { Transfers } from '../transfers/transfers.ts'
import { BlockLog } from './block-log.ts'
import { Blocking } from './blocking.ts'
import { checkHandlers } from './check-handlers.ts'
import { Checks } from './checks.ts'
import { contentOfFile } from './content-of-file.ts'

export interface CheckSideOptions {
  readonly place: KeptPlace
  readonly settings: SettingsStore
  readonly memory: Memory
  readonly host: EngineHost
  readonly transfers: () => Transfers
  readonly applying: () => Applying
  readonly touch: (id: string) => void
  /** After what is in transfers was locked or unlocked. */
  readonly blocksChanged: () => Promise<void>
  readonly startedAt: number
}

const ADDRESSES = 'network.ipFilters'

export class CheckSide {
  readonly checks: Checks
  readonly blocking: Blocking
  readonly log: BlockLog
  readonly #options: CheckSideOptions

  constructor(options: CheckSideOptions) {
    const { place, settings, memory, host, transfers, touch } = options
    this.#options = options
    this.log = new BlockLog(place)
    this.blocking = new Blocking({
      place,
      signatures: new SystemSignatures(),
      http: () => host.need().ports.http,
      changed: async () => {
        await this.checks.reviewBlocks()
        await options.blocksChanged()
      },
    })
    this.checks = new Checks({
      place,
      where: () => settings.values['checks.scanner'],
      transfers,
      blocked: (content) => this.blocking.blocks.reasonFor(content),
      mayBlock: (lengthBytes) => this.blocking.blocks.mayBlock(lengthBytes),
      contentOf: async (path) => {
        const hasher = host.engine?.ports.hasher
        return hasher === undefined
          ? undefined
          : await contentOfFile(path, hasher, new Merkle(new SystemDigest()))
      },
      turnedAway: (name, why, who) => this.log.note('content', name, why, who),
      marksOnly: (category) => memory.now.categories.find(({ name }) => name === category)?.checks === 'mark',
      touch,
    })
  }

  /** @throws StateError, DiskError */
  async open(): Promise<void> {
    await Promise.all([this.blocking.open(), this.log.open(), this.checks.open()])
  }

  /** Everything that was kept has its row; torrents come after that. */
  begin(): void {
    const { log } = this.#options.place
    this.#options
      .transfers()
      .allOpened()
      .then(() => this.checks.restore())
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : 'UNKNOWN'
        log.write('warn', 'checks-not-restored', { why })
      })
  }

  get handlers(): ReturnType<typeof checkHandlers> {
    const { settings, host, transfers, applying, startedAt } = this.#options
    return checkHandlers({
      checks: this.checks,
      blocking: this.blocking,
      blockLog: this.log,
      transfers: transfers(),
      startedAt,
      addressLists: () => settings.values[ADDRESSES],
      readLists: () => host.engine?.filter?.lists ?? [],
      changeAddressLists: (paths) => applying().change({ [ADDRESSES]: paths }, []),
    })
  }

  async close(): Promise<void> {
    this.blocking.close()
    await Promise.all([this.checks.close(), this.log.keep()])
  }
}
