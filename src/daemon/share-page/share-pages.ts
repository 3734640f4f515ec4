// Pages from which phones on this network fetch single shares: opened one by one, all behind one listener, which is there
// only while a page is. Promise: a page that is closed is gone at once, with every download from it.

import { timingSafeEqual } from 'node:crypto'
import type { Millis } from '../../base/ids.ts'
import type { Allowance } from '../../engine/peer/host.ts'
import { type Log, NO_LOG } from '../log.ts'
import { localAddress } from './local-address.ts'
import { OpenPage } from './open-page.ts'
import { PageServer, type PageServerOptions } from './page-server.ts'
import { pagePath } from './page-target.ts'
import type { PagedShare } from './paged-share.ts'
import { SharePageError } from './share-page-error.ts'

/** Pages at the same time: a person opens one or two. */
export const MAX_PAGES = 100

export interface PageAddress {
  /** `http://192.168.1.7:40001/…`: to be shown as a QR code and in full. */
  readonly url: string
  /** `192.168.1.7:40001`: which computer that is. */
  readonly address: string
}

export interface SharePagesOptions {
  /** This page's part of the upload limit; one for each download. */
  readonly allowance: () => Allowance
  readonly now: () => Millis
  /** Bytes that a share gave by its page. */
  readonly given?: (id: string, bytes: number) => void
  readonly log?: Log
  /** One that a phone can reach, unless given. */
  readonly address?: () => Promise<string>
  readonly limits?: PageServerOptions['limits']
}

export interface SharePages {
  /**
   * The same address for a share whose page is open.
   * @throws SharePageError
   */
  open(share: PagedShare): Promise<PageAddress>
  /** Nothing when it has none. */
  close(id: string): Promise<void>
  closeAll(): Promise<void>
  addressOf(id: string): PageAddress | undefined
}

export function openSharePages(options: SharePagesOptions): SharePages {
  return new Pages(options)
}

class Pages implements SharePages {
  readonly #options: SharePagesOptions
  readonly #pages = new Map<string, OpenPage>()
  #server: PageServer | undefined
  /** Opening and closing one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: SharePagesOptions) {
    this.#options = options
  }

  open(share: PagedShare): Promise<PageAddress> {
    return this.#inTurn(async () => {
      if (!this.#pages.has(share.id)) {
        if (this.#pages.size >= MAX_PAGES) throw new SharePageError('PAGE_TOO_MANY', { most: MAX_PAGES })
        const page = await OpenPage.seal(share)
        this.#server ??= await this.#listen()
        this.#pages.set(share.id, page)
      }
      return this.addressOf(share.id) as PageAddress
    })
  }

  close(id: string): Promise<void> {
    // At once, whatever is being opened meanwhile.
    this.#pages.get(id)?.close()
    return this.#inTurn(async () => {
      this.#pages.get(id)?.close()
      this.#pages.delete(id)
      if (this.#pages.size === 0) await this.#unlisten()
    })
  }

  closeAll(): Promise<void> {
    for (const page of this.#pages.values()) page.close()
    return this.#inTurn(async () => {
      for (const page of this.#pages.values()) page.close()
      this.#pages.clear()
      await this.#unlisten()
    })
  }

  addressOf(id: string): PageAddress | undefined {
    const page = this.#pages.get(id)
    if (page === undefined || this.#server === undefined) return undefined
    const { origin } = this.#server
    return { url: `${origin}${pagePath(page.key)}`, address: new URL(origin).host }
  }

  async #listen(): Promise<PageServer> {
    const { allowance, now, given, log = NO_LOG, address = localAddress, limits } = this.#options
    return PageServer.open({
      address: await address(),
      find: (key) => this.#find(key),
      pace: (id) => ({ allowance: allowance(), now, given: (bytes) => given?.(id, bytes) }),
      log,
      ...(limits === undefined ? {} : { limits }),
    })
  }

  async #unlisten(): Promise<void> {
    await this.#server?.close()
    this.#server = undefined
  }

  /** Every key is compared whole, so that time tells nothing of how near a guess came. */
  #find(key: string): OpenPage | undefined {
    const asked = Buffer.from(key)
    let found: OpenPage | undefined
    for (const page of this.#pages.values()) {
      const known = Buffer.from(page.key)
      if (known.length === asked.length && timingSafeEqual(known, asked)) found = page
    }
    return found
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work)
    // Its failure is that of whoever asked; the next one goes on.
    this.#turn = result.catch(() => undefined)
    return result
  }
}
