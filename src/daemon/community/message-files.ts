// Files of messages: offered with what was written, got from whoever has them, taken back with the message.
// Promise: what a message offers came through the gate; a message that could not be written offers nothing; a list of files that is a
// content of its own is fetched first, and only what stands in it is got.

import { createHash } from 'node:crypto'
import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import { encode } from '../../base/bencode-encode.ts'
import { CodedError } from '../../base/errors.ts'
import { type FileOffer, type OfferedPath, offerFields } from '../../community/chat/file-offer.ts'
import { CommunityError, RecordError } from '../../community/community-error.ts'
import type { ClosedRealm } from '../../engine/torrent/options.ts'
import { LIST_OF, type LooseBundle } from '../../library/loose-offers.ts'
import type { KeptPlace } from '../kept-file.ts'
import type { LibraryLink } from '../library/library-link.ts'
import type { Sharing } from '../sharing.ts'
import type { CircleGets, WantedContent } from './circle-gets.ts'
import type { ContentFetchGround } from './content-fetch.ts'
import { MessagePreviews } from './message-previews.ts'
import { OfferLists } from './offer-lists.ts'
import { OfferedPaths } from './offered-paths.ts'
import type { PeopleLink } from './people-link.ts'
import { type WantedList, WantedLists } from './wanted-lists.ts'

type Card = OutputOf<'getMessageFile'>

export interface MessageFilesGround {
  readonly place: KeptPlace
  readonly fetching: ContentFetchGround
  people(): PeopleLink
  sharing(): Sharing
  gets(): CircleGets
  /** @throws LibraryError LIBRARY_UNAVAILABLE */
  need(): LibraryLink
  /** Without a library nothing of it is offered. */
  or<T>(nothing: T, ask: (link: LibraryLink) => Promise<T>): Promise<T>
  /** @throws CommunityError CIRCLE_UNKNOWN, PERSON_UNKNOWN */
  realmOf(conversation: string): ClosedRealm
}

export class MessageFiles {
  readonly #ground: MessageFilesGround
  readonly #lists: OfferLists
  readonly #wanted: WantedLists
  readonly #swept = Promise.withResolvers<void>()

  constructor(ground: MessageFilesGround) {
    this.#ground = ground
    this.#lists = new OfferLists(ground.place.stateFolder, ground.fetching)
    this.#wanted = new WantedLists(ground.place, (wanted) => this.#getListed(wanted))
  }

  /** What earlier runs left goes; what was asked for in them is got. */
  async begin(): Promise<void> {
    await this.#wanted.read()
    const offered = await this.#ground.or(undefined, (link) => link.ask('loosePathsBelow', LIST_OF))
    // Without a library nobody knows what is offered.
    if (offered !== undefined) await this.#lists.sweep(offered)
    this.#swept.resolve()
    this.#wanted.again()
  }

  /** Who is there, or people as a whole, are others. */
  again(): void {
    this.#wanted.again()
  }

  // ── offering ──

  async offer(
    conversation: string,
    paths: readonly string[],
    review: string | undefined,
    text: string,
  ): Promise<OutputOf<'offerFiles'>> {
    const realm = this.#ground.realmOf(conversation)
    const { offer, files, list } = await this.paths().prepare(paths, review)
    const bundle = bundleOf(conversation, offer)
    await this.#offerBundle({ audience: realm, bundle, files, list })
    try {
      const written = await this.#ground.people().inner('writeFileEntry', { conversation, offer, text })
      if (!MessagePreviews.mayHave(offer)) return written
      const shown = { conversation, message: written.id, state: { preview: true } }
      return await this.#ground.people().inner('fileState', shown)
    } catch (error) {
      await this.end(bundle)
      throw error
    }
  }

  async #offerBundle(bundle: LooseBundle): Promise<void> {
    try {
      await this.#ground.need().ask('offerLoose', bundle)
    } catch (error) {
      if (bundle.list !== undefined) await this.#lists.remove([bundle.list])
      throw error
    }
  }

  /** Offered to nobody any more when it resolves. */
  async end(bundle: string): Promise<void> {
    await this.#ground.or(undefined, async (link) => {
      const lists = await link.ask('looseFiles', `${LIST_OF}${bundle}`)
      await link.ask('endLoose', bundle)
      await this.#lists.remove(lists)
    })
  }

  paths(): OfferedPaths {
    const { reviews, gate } = this.#ground.sharing()
    const { disk, stateFolder } = this.#ground.place
    const { digest } = this.#ground.fetching
    return new OfferedPaths({ reviews, gate, disk, digest, stateFolder, lists: this.#lists })
  }

  // ── getting ──

  async get(wish: ValidInputOf<'getMessageFile'>): Promise<Card> {
    const { id: conversation, message, saveFolder, dismiss } = wish
    const people = this.#ground.people()
    const { offer, mine } = await people.inner('messageOffer', { conversation, message })
    const told = async (state: Partial<Card>): Promise<Card> => {
      const { file } = await people.inner('fileState', { conversation, message, state })
      if (file === null) throw new CommunityError('OFFER_UNKNOWN', { message })
      return file
    }
    if (mine) return await told({})
    if (dismiss === true) return await told({ state: 'dismissed' })
    const realm = this.#ground.realmOf(conversation)
    if (offer.what.kind === 'listed') {
      const getting = await told({ state: 'getting', transfer: null })
      await this.#wanted.add({ conversation, message, saveFolder: saveFolder ?? null })
      return getting
    }
    const { done, failed } = await this.#ground.gets().get(realm, itemsOf(offer), {
      saveFolder,
      message: `${conversation} ${message}`,
    })
    const [problem] = failed
    if (done.length === 0 && problem !== undefined)
      return await told({ state: 'failed', problem: { code: problem.error.code, data: {} } })
    const card = await told({ state: 'getting', transfer: done.length === 1 ? (done[0] ?? null) : null })
    this.#ground.gets().tellAgain(`${conversation} ${message}`)
    return card
  }

  /** Everything that a list names, when it is here. */
  async #getListed({ conversation, message, saveFolder }: WantedList): Promise<'over' | 'later'> {
    const people = this.#ground.people()
    const told = (state: Partial<Card>) => people.inner('fileState', { conversation, message, state })
    try {
      const { offer } = await people.inner('messageOffer', { conversation, message })
      const realm = this.#ground.realmOf(conversation)
      const contents = await this.contentsOf(realm, offer)
      const how = { saveFolder: saveFolder ?? undefined, message: `${conversation} ${message}` }
      const { done, failed } = await this.#ground.gets().get(realm, contents, how)
      const [problem] = failed
      if (done.length === 0 && problem !== undefined)
        await told({ state: 'failed', problem: { code: problem.error.code, data: {} } })
      return 'over'
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      // A list that is none, or a message that was taken back; anything else is for later.
      if (error.code === 'MESSAGE_UNKNOWN') return 'over'
      if (!(error instanceof RecordError)) return 'later'
      await told({ state: 'failed', problem: { code: 'OFFER_UNKNOWN', data: {} } }).catch(() => undefined)
      return 'over'
    }
  }

  /** What an offer names, its list being fetched where it is a content of its own. @throws CodedError */
  async contentsOf(realm: ClosedRealm, offer: FileOffer): Promise<WantedContent[]> {
    if (offer.what.kind !== 'listed') return itemsOf(offer)
    await this.#swept.promise
    return below(offer.name, await this.#lists.got(realm, offer))
  }

  close(): void {
    this.#lists.close()
  }
}

/** Of one whose list is no content of its own. */
function itemsOf({ name, lengthBytes, what }: FileOffer): WantedContent[] {
  if (what.kind === 'file') return [{ root: what.root, lengthBytes, path: name }]
  return what.kind === 'list' ? below(name, what.items) : []
}

function below(name: string, items: readonly OfferedPath[]): WantedContent[] {
  return items.map((item) => ({ ...item, path: `${name}/${item.path}` }))
}

/** The same for the same files in the same conversation, so that they end with their message. */
export function bundleOf(conversation: string, offer: FileOffer): string {
  const hash = createHash('sha256')
    .update(encode(offerFields(offer)))
    .digest('hex')
  return `${conversation} ${hash}`
}
