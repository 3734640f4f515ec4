// What people share with one another, in the daemon: joins circles with engine, library and transfers, and answers the calls about files.
// Promise: what is taken back, or shared with a circle that this device has left, is given to nobody when that is answered.

import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import type { Digest, Disk, Random } from '../../base/ports.ts'
import { CommunityError } from '../../community/community-error.ts'
import type { OfferedContent } from '../../engine/session/content-source.ts'
import type { Session } from '../../engine/session/session.ts'
import type { ClosedRealm } from '../../engine/torrent/options.ts'
import { LibraryError } from '../../library/library-error.ts'
import { parseContentId } from '../../metainfo/content-id.ts'
import type { Contents } from '../content/contents.ts'
import type { KeptPlace } from '../kept-file.ts'
import type { Library } from '../library/library.ts'
import type { LibraryLink } from '../library/library-link.ts'
import type { Sharing } from '../sharing.ts'
import type { Adding } from '../transfers/adding.ts'
import type { Transfer } from '../transfers/transfer.ts'
import { CircleGets, type WantedContent } from './circle-gets.ts'
import { CircleRealms } from './circle-realms.ts'
import { type DirectEngine, DirectPath } from './direct-path.ts'
import { KEPT_BUNDLES, KeptFiles } from './kept-files.ts'
import { bundleOf, MessageFiles } from './message-files.ts'
import { MessagePreviews } from './message-previews.ts'
import { NearbyGets } from './nearby-gets.ts'
import type { Answerers } from './people-child.ts'
import type { PeopleLink } from './people-link.ts'
import type { RealmFacts } from './people-messages.ts'
import { SENT, SentOffers } from './sent-offers.ts'
import { StreamBridge } from './stream-bridge.ts'
import { TicketDoor } from './ticket-door.ts'

type Card = OutputOf<'getMessageFile'>

export interface FilesGround extends KeptPlace {
  readonly disk: Disk
  readonly digest: Digest
  readonly random: Random
  readonly transfers: Iterable<Transfer>
  readonly host: { readonly engine: (DirectEngine & { readonly session: Session }) | undefined }
  people(): PeopleLink
  library(): Library
  sharing(): Sharing
  adding(): Adding
  readonly contents: Pick<Contents, 'local' | 'still'>
  saveFolder(): string
}

export class FilesSide {
  readonly realms: CircleRealms
  /** Before the engine's listener. */
  readonly door = new TicketDoor()
  readonly asks: Answerers
  readonly #ground: FilesGround
  readonly #gets: () => CircleGets
  readonly #kept: KeptFiles
  readonly #sent: SentOffers
  readonly #previews: MessagePreviews
  readonly #messages: MessageFiles
  readonly #nearby: NearbyGets
  /** What earlier runs left is gone: nothing new is fetched beside it before. */
  readonly #swept = Promise.withResolvers<void>()
  #circles: readonly RealmFacts[] = []
  #opened: CircleGets | undefined
  #bridge: Promise<StreamBridge> | undefined
  #telling = false
  #closed = false

  constructor(ground: FilesGround) {
    this.#ground = ground
    const { digest, disk, random, stateFolder } = ground
    const holders = (realm: string, content: string) => ground.people().inner('holdersOf', { realm, content })
    const realms: CircleRealms = new CircleRealms({
      digest,
      offers: {
        byInfohash: (realm, hash) => this.#offered(realm, hash),
        after: (realm, hash, count) => this.#or([], (link) => link.ask('offeredAfter', hash, count, realm)),
      },
      bridge: () => {
        this.#bridge ??= StreamBridge.open(random)
        return this.#bridge
      },
      openBytes: (input) => ground.people().inner('openBytes', input),
      session: () => ground.host.engine?.session,
      direct: (realm, device, as) => direct.dial(realm, device, as),
      changed: (realm) => this.#opened?.changed(realm),
    })
    this.realms = realms
    const direct = new DirectPath({
      random,
      door: this.door,
      engine: () => ground.host.engine,
      realms,
      ask: (question) => ground.people().inner('askDirect', question),
    })
    this.#gets = () => {
      this.#opened ??= new CircleGets({
        adding: ground.adding(),
        transfers: ground.transfers,
        realms,
        digest,
        disk,
        saveFolder: () => ground.saveFolder(),
        holders,
        told: (message, state, bytesPerSecond) => this.#told(message, state, bytesPerSecond),
      })
      return this.#opened
    }
    const fetching = { disk, digest, realms, holders, session: () => ground.host.engine?.session }
    this.#messages = new MessageFiles({
      place: ground,
      fetching,
      people: () => ground.people(),
      sharing: () => ground.sharing(),
      gets: this.#gets,
      need: () => ground.library().need(),
      or: (nothing, ask) => this.#or(nothing, ask),
      realmOf: (conversation) => this.#realmOf(conversation),
    })
    this.#nearby = new NearbyGets({
      gets: this.#gets,
      transfers: ground.transfers,
      engineOf: (device) => ground.people().inner('nearbyEngine', { device }),
    })
    this.#kept = new KeptFiles({
      ...fetching,
      stateFolder,
      isWithheld: (content) => ground.library().isWithheld(content),
      ended: (circle, content, outcome) => ground.people().inner('keptEnded', { circle, content, outcome }),
      addLoose: (...file) =>
        ground
          .library()
          .need()
          .ask('addLoose', ...file),
      removeLoose: (...content) =>
        ground
          .library()
          .need()
          .ask('removeLoose', ...content),
    })
    this.#sent = new SentOffers({
      paths: () => this.#messages.paths(),
      gets: this.#gets,
      offerLoose: (bundle) => ground.library().need().ask('offerLoose', bundle),
      endLoose: (bundle) => this.#messages.end(bundle),
      sendOut: (input) => ground.people().inner('sendOfferOut', input),
      accept: (id) => ground.people().inner('acceptSendOffer', { id }),
      progress: (told) => ground.people().inner('offerProgress', told),
      realmsChanged: () => this.#agree(),
      wantedOf: (realm, offer) => this.#messages.contentsOf(realm, offer),
    })
    this.#previews = new MessagePreviews({
      offer: (conversation, message) => ground.people().inner('messageOffer', { conversation, message }),
      mine: async (conversation, offer) => {
        const files = await this.#or([], (link) => link.ask('looseFiles', bundleOf(conversation, offer)))
        return files[0]?.path
      },
      transfers: ground.transfers,
    })
    this.asks = {
      realmsChanged: async ({ realms: all }) => {
        this.#circles = all
        await this.#agree()
        this.offersMoved()
        this.#messages.again()
      },
      offerReady: (facts) => this.#sent.ready(facts),
      offerEnded: ({ id }) => this.#sent.ended(id),
      bytesCame: ({ realm, device }) => realms.came(realm, device),
      directAsked: (question) => direct.asked(question),
      cataloguePage: ({ audience, from, after }) =>
        this.#or(undefined, (link) => link.ask('cataloguePage', audience, from, after)),
      contentsHere: async ({ contents }) => {
        const here = await Promise.all(contents.map((content) => this.#isHere(content)))
        return contents.filter((_, at) => here[at])
      },
      keepCopy: async (wish) => {
        await this.#swept.promise
        await this.#kept.begin(wish)
      },
      dropCopy: (wish) => this.#kept.drop(wish),
    }
  }

  #agree(): Promise<void> {
    return this.realms.set([...this.#circles, ...this.#sent.realms])
  }

  async #told(key: string, state: Partial<Card>, bytesPerSecond: number): Promise<void> {
    if (key.startsWith(SENT)) {
      await this.#sent.told(key, state, bytesPerSecond)
      return
    }
    const [conversation = '', message = ''] = key.split(' ')
    await this.#ground.people().inner('fileState', { conversation, message, state })
  }

  /** A small picture of what a message offers, made here; undefined where there is none. */
  preview(conversation: string, message: string): Promise<Uint8Array | undefined> {
    return this.#previews.of(conversation, message)
  }

  /** What was being got in earlier runs goes on being got. */
  async begin(): Promise<void> {
    this.#gets()
    const kept = await this.#or(undefined, (link) => link.ask('loosePathsBelow', KEPT_BUNDLES))
    // Without a library nobody knows what is whole.
    if (kept !== undefined) await this.#kept.sweep(kept)
    this.#swept.resolve()
    await this.#messages.begin()
  }

  // ── what the library offers ──

  /** Something else is offered: nobody gets what is not any more when this resolves; others see it a moment later. */
  offersMoved = async (): Promise<void> => {
    await this.realms.offersChanged()
    if (this.#telling || this.#closed) return
    this.#telling = true
    setTimeout(() => void this.#tellStates(), TELL_AFTER_MS).unref()
  }

  async #tellStates(): Promise<void> {
    this.#telling = false
    if (this.#closed) return
    await this.#tellNearby()
    if (this.realms.all.length === 0) return
    const states = await this.#or([], (link) => link.ask('circleCatalogues'))
    // Told again when people are there again, and their realms are.
    await this.#ground
      .people()
      .inner('catalogueStates', { states })
      .catch(() => undefined)
  }

  /** Who is near hears at once what is offered to everyone. Nobody is begun for it: whoever begins looks by itself. */
  async #tellNearby(): Promise<void> {
    const people = this.#ground.people()
    // Where it cannot be told it is looked at within a minute.
    if (people.state === 'running') await people.inner('publicChanged', {}).catch(() => undefined)
  }

  /** Of transfers that were got there, then of the library. */
  async #offered(realm: ClosedRealm, hash: Uint8Array): Promise<OfferedContent | undefined> {
    if (this.#ground.library().silent) return undefined
    const place = await this.#or(undefined, (link) => link.ask('offeredIn', realm, hash))
    if (place === undefined || this.#ground.library().isWithheld(place)) return undefined
    return await this.#ground.contents.still(place)
  }

  async #isHere(text: string): Promise<boolean> {
    const content = parseContentId(text)
    return content !== undefined && (await this.#ground.contents.local.places(content)).length > 0
  }

  /** Without a library nothing of it is offered. */
  async #or<T>(nothing: T, ask: (link: LibraryLink) => Promise<T>): Promise<T> {
    try {
      return await ask(this.#ground.library().need())
    } catch (error) {
      if (error instanceof LibraryError) return nothing
      throw error
    }
  }

  // ── calls ──

  readonly handlers = {
    offerFiles: ({ id, paths, review, text = '' }: ValidInputOf<'offerFiles'>) =>
      this.#messages.offer(id, paths, review, text),
    send: async (wish: ValidInputOf<'send'>): Promise<OutputOf<'send'>> => {
      const { to, paths, review, text = '' } = wish
      if (!to.startsWith(CIRCLE)) return await this.#sent.send(wish)
      const id = to.slice(CIRCLE.length)
      const { rooms } = await this.#ground.people().call('circle', { id })
      const room = rooms.find(({ archived }) => !archived)
      if (room === undefined) throw new CommunityError('ROOM_UNKNOWN', {})
      const message = await this.#messages.offer(`room:${id}:${room.id}`, paths, review, text)
      return { offers: [], message: message.id }
    },
    acceptOffer: (wish: ValidInputOf<'acceptOffer'>) => this.#sent.accept(wish),
    getMessageFile: (wish: ValidInputOf<'getMessageFile'>) => this.#messages.get(wish),
    getShared: async ({ from, contents, saveFolder }: ValidInputOf<'getShared'>) => {
      const wanted = contents.map(({ content, path }): WantedContent => {
        const id = parseContentId(content)
        if (id === undefined) throw new CommunityError('OFFER_UNKNOWN', { content })
        return { ...id, path }
      })
      if (from.startsWith(DEVICE))
        return await this.#nearby.get(from.slice(DEVICE.length), wanted, saveFolder)
      return await this.#gets().get(this.#knownRealm(from), wanted, { saveFolder })
    },
    deleteMessage: async (wish: ValidInputOf<'deleteMessage'>) => {
      const { id: conversation, message } = wish
      const people = this.#ground.people()
      // It offers nothing, or people are away: then the call below says so.
      const offered = await people.inner('messageOffer', { conversation, message }).catch(() => undefined)
      if (offered?.mine === true) await this.#messages.end(bundleOf(conversation, offered.offer))
      return await people.call('deleteMessage', wish)
    },
  }

  /** @throws CommunityError CIRCLE_UNKNOWN, PERSON_UNKNOWN */
  #realmOf(conversation: string): ClosedRealm {
    const [kind, id] = conversation.split(':')
    return this.#knownRealm(`${kind === 'room' ? CIRCLE : PERSON}${id}`)
  }

  #knownRealm(from: string): ClosedRealm {
    if (this.realms.isIn(from)) return from as ClosedRealm
    throw from.startsWith(PERSON)
      ? new CommunityError('PERSON_UNKNOWN', {})
      : new CommunityError('CIRCLE_UNKNOWN', { id: from })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#opened?.close()
    this.#nearby.close()
    this.#kept.close()
    this.#messages.close()
    const bridge = await this.#bridge?.catch(() => undefined)
    await bridge?.close()
  }
}

const CIRCLE = 'circle:'
const PERSON = 'person:'
const DEVICE = 'device:'
/** Catalogues are told together with what changes next to them. */
const TELL_AFTER_MS = 100
