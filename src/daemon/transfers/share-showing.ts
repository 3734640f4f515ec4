// Shares as they are told: whom each is for, its link with the addresses by which we are found now, its page for phones.

import type { OutputOf } from '../../api/routes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Engine } from '../compose.ts'
import { addressesNow, linkAddresses } from '../link-addresses.ts'
import { shareLink } from '../share-content.ts'
import type { SharePages } from '../share-page/share-pages.ts'
import { ownAddressesBy } from '../way-out.ts'
import type { Transfer } from './transfer.ts'

type Facts = OutputOf<'share'>

export interface ShowingSurroundings {
  /** Undefined while there is none. */
  engine(): Engine | undefined
  readonly pages: Pick<SharePages, 'addressOf'>
}

export class ShareShowing {
  readonly #around: ShowingSurroundings

  constructor(around: ShowingSurroundings) {
    this.#around = around
  }

  async facts(transfer: Transfer): Promise<Facts> {
    return this.#facts(transfer, await this.#addresses())
  }

  async list(transfers: readonly Transfer[]): Promise<Facts[]> {
    const addresses = await this.#addresses()
    return transfers.map((transfer) => this.#facts(transfer, addresses))
  }

  #facts(transfer: Transfer, addresses: readonly Endpoint[]): Facts {
    const { record, content } = transfer
    const row = transfer.row()
    const page = this.#around.pages.addressOf(record.id)
    return {
      transfer: row,
      audience: record.audience,
      since: row.addedAt,
      link:
        content === undefined || record.hashing !== null
          ? null
          : shareLink(content, record.audience, record.addedTrackers, addresses),
      fetchedBy: transfer.sums.fetchedBy,
      webPage: page === undefined ? null : { url: page.url, address: page.address },
    }
  }

  /** Whoever takes it finds us by the addresses in it; undefined while there is nothing to take. */
  linkNow({ record, content }: Transfer): string | undefined {
    if (content === undefined || record.hashing !== null) return undefined
    if (record.role === 'get' && !record.summary.finished) return undefined
    const engine = this.#around.engine()
    const addresses =
      engine === undefined ? [] : addressesNow(engine.session.reach, () => ownAddressesBy(engine.exit))
    return shareLink(content, record.audience, record.addedTrackers, addresses)
  }

  async #addresses(): Promise<readonly Endpoint[]> {
    const engine = this.#around.engine()
    if (engine === undefined) return []
    const { session, ports, exit } = engine
    return await linkAddresses(session.reach, ports.clock, () => ownAddressesBy(exit))
  }
}
