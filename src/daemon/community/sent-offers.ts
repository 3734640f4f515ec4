// What is sent from device to device: looked at and frozen by whoever sends it, got by whoever says yes, in a realm of the two that ends
// with it. Promise: not a byte moves before both said yes, and none after either took it back.

import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import { CodedError } from '../../base/errors.ts'
import { RecordError } from '../../community/community-error.ts'
import type { ClosedRealm } from '../../engine/torrent/options.ts'
import type { LooseBundle } from '../../library/loose-offers.ts'
import type { CircleGets, WantedContent } from './circle-gets.ts'
import type { OfferedPaths } from './offered-paths.ts'
import type { InnerCalls, RealmFacts, SendOfferFacts } from './people-messages.ts'

export const SENT = 'offer:'
/** What is remembered of answers until the bytes may move: said yes to, and where to save. */
const MAX_ANSWERED = 1_000

export interface SentOffersGround {
  paths(): OfferedPaths
  gets(): CircleGets
  offerLoose(bundle: LooseBundle): Promise<unknown>
  endLoose(bundle: string): Promise<unknown>
  sendOut(input: Parameters<InnerCalls['sendOfferOut']>[0]): Promise<readonly OutputOf<'acceptOffer'>[]>
  accept(id: string): Promise<OutputOf<'acceptOffer'>>
  progress(input: Parameters<InnerCalls['offerProgress']>[0]): Promise<unknown>
  /** Realms of offers are others. */
  realmsChanged(): Promise<void>
  /** Its list may be a content of its own. @throws CodedError where it is none */
  wantedOf(realm: ClosedRealm, offer: NonNullable<SendOfferFacts['offer']>): Promise<WantedContent[]>
}

export class SentOffers {
  readonly #ground: SentOffersGround
  readonly #realms = new Map<string, RealmFacts>()
  readonly #saveFolders = new Map<string, string>()

  constructor(ground: SentOffersGround) {
    this.#ground = ground
  }

  get realms(): RealmFacts[] {
    return [...this.#realms.values()]
  }

  /** @throws ReviewError SHARE_NEEDS_ANSWER and others, CommunityError */
  async send({ to, paths, review, text = '' }: ValidInputOf<'send'>): Promise<OutputOf<'send'>> {
    const { offer, files, list } = await this.#ground.paths().prepare(paths, review)
    const { name, lengthBytes, kind } = offer
    const items = [{ name, lengthBytes, files: offer.files, kind }]
    const offers = await this.#ground.sendOut({ to, offer, items, totalBytes: lengthBytes, note: text })
    for (const { id } of offers) {
      const audience = `${SENT}${id}`
      await this.#ground.offerLoose({ audience, bundle: audience, files, list })
    }
    return { offers: [...offers], message: null }
  }

  async accept({ id, saveFolder }: ValidInputOf<'acceptOffer'>): Promise<OutputOf<'acceptOffer'>> {
    if (saveFolder !== undefined) {
      if (this.#saveFolders.size >= MAX_ANSWERED)
        this.#saveFolders.delete(this.#saveFolders.keys().next().value as string)
      this.#saveFolders.set(id, saveFolder)
    }
    return await this.#ground.accept(id)
  }

  /** Both said yes: the bytes may move between these two. */
  async ready({ id, incoming, device, offer, secret }: SendOfferFacts): Promise<void> {
    const realm = `${SENT}${id}` as ClosedRealm
    this.#realms.set(id, { realm, secret, devices: [{ device, linked: true }] })
    await this.#ground.realmsChanged()
    if (!incoming || offer === undefined) return
    const saveFolder = this.#saveFolders.get(id)
    // Its list may have to come first.
    void this.#get(id, realm, offer, saveFolder)
  }

  async #get(
    id: string,
    realm: ClosedRealm,
    offer: NonNullable<SendOfferFacts['offer']>,
    saveFolder: string | undefined,
  ): Promise<void> {
    const failed = (code: string) =>
      this.#ground.progress({
        id,
        doneBytes: 0,
        bytesPerSecond: 0,
        ended: 'failed',
        problem: { code, data: {} },
      })
    try {
      const wanted = await this.#ground.wantedOf(realm, offer)
      const got = await this.#ground.gets().get(realm, wanted, { saveFolder, message: realm })
      const [problem] = got.failed
      if (got.done.length === 0 && problem !== undefined) await failed(problem.error.code)
    } catch (error) {
      // Taken back, or this ends: then nobody waits for it; else its list was none.
      if (error instanceof RecordError) await failed(error.code).catch(() => undefined)
      else if (!(error instanceof CodedError)) throw error
    }
  }

  async ended(id: string): Promise<void> {
    this.#saveFolders.delete(id)
    await this.#ground.endLoose(`${SENT}${id}`)
    if (this.#realms.delete(id)) await this.#ground.realmsChanged()
  }

  /** Of one that is being got, as its transfers say. */
  async told(
    realm: string,
    card: Partial<OutputOf<'getMessageFile'>>,
    bytesPerSecond: number,
  ): Promise<void> {
    const { state, doneBytes = 0, saved, problem } = card
    const ended = state === 'got' ? 'done' : state === 'failed' || state === 'blocked' ? 'failed' : undefined
    const why = problem == null ? undefined : { code: problem.code, data: textsOf(problem.data) }
    await this.#ground.progress({
      id: realm.slice(SENT.length),
      doneBytes,
      bytesPerSecond,
      ...(ended === undefined ? {} : { ended }),
      ...(why === undefined ? {} : { problem: why }),
      ...(saved == null ? {} : { saved: [saved] }),
    })
  }
}

function textsOf(data: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)]))
}
