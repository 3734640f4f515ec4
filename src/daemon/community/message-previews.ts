// Which file of this computer a message's preview is made of: mine as I offered it, or what was got whole and is not locked.

import path from 'node:path'
import type { FileOffer } from '../../community/chat/file-offer.ts'
import { CommunityError } from '../../community/community-error.ts'
import { Previews } from '../../safety/preview/previews.ts'
import type { Transfer } from '../transfers/transfer.ts'

export interface MessagePreviewsGround {
  offer(conversation: string, message: string): Promise<{ readonly offer: FileOffer; readonly mine: boolean }>
  /** Where it lies, as it was offered. */
  mine(conversation: string, offer: FileOffer): Promise<string | undefined>
  readonly transfers: Iterable<Transfer>
}

export class MessagePreviews {
  readonly #ground: MessagePreviewsGround
  readonly #previews = new Previews()

  constructor(ground: MessagePreviewsGround) {
    this.#ground = ground
  }

  static mayHave({ what, name, lengthBytes }: FileOffer): boolean {
    return what.kind === 'file' && Previews.mayHave(name, lengthBytes)
  }

  async of(conversation: string, message: string): Promise<Uint8Array | undefined> {
    const at = await this.#place(conversation, message)
    return at === undefined ? undefined : await this.#previews.of(at)
  }

  async #place(conversation: string, message: string): Promise<string | undefined> {
    try {
      const { offer, mine } = await this.#ground.offer(conversation, message)
      if (!MessagePreviews.mayHave(offer)) return undefined
      if (mine) return await this.#ground.mine(conversation, offer)
    } catch (error) {
      // Of a message that is none there is no picture either.
      if (error instanceof CommunityError) return undefined
      throw error
    }
    for (const transfer of this.#ground.transfers) {
      const { record } = transfer
      const key = `${conversation} ${message}`
      const isOfIt = record.message === key || record.also.some((place) => place.message === key)
      if (!isOfIt || !record.summary.finished) continue
      return Object.keys(record.locked).length > 0 ? undefined : path.join(record.saveFolder, record.name)
    }
    return undefined
  }
}
