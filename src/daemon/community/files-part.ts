// What members share, in the people process: catalogues and kept copies beside the other services, searching and looking around in
// what they offer, wishes, and the streams by which files are got. The files themselves are the daemon's.
// Promise: a byte stream is opened and taken only between devices that are linked as members of its circle now.

import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import type { Encodable } from '../../base/bencode-encode.ts'
import type { BDict } from '../../base/bencode-value.ts'
import { audienceOf, circleOf, personAudience, personOf } from '../../community/catalogue/audiences.ts'
import { CatalogueService } from '../../community/catalogue/catalogue-service.ts'
import type { CircleId, DeviceId, PersonId } from '../../community/ids.ts'
import { KeepService } from '../../community/keep/keep-service.ts'
import type { Membership } from '../../community/membership.ts'
import { parseContentId } from '../../metainfo/content-id.ts'
import type { CatalogueAudience } from '../../protocol/catalogue/audience.ts'
import { DirectTalk } from './direct-talk.ts'
import { FileRealms, type KnownPersons } from './file-realms.ts'
import { OthersView } from './others-view.ts'
import type { InnerCalls } from './people-messages.ts'
import type { PartCalls, PeopleGround, PeoplePart } from './people-part.ts'
import { KeptCopies } from './store/kept-copies.ts'
import { SharedCatalogues } from './store/shared-catalogues.ts'
import { SharedSearch } from './store/shared-search.ts'
import type { Reach } from './store/wishes.ts'
import { type DeviceStream, joinStream } from './stream-end.ts'
import { WishCalls } from './wish-calls.ts'

type SearchRequest = ValidInputOf<'searchOthers'>
type SearchAnswer = OutputOf<'searchOthers'>

export interface FilesSurroundings {
  readonly membership: Membership
  readonly persons: KnownPersons
  /** `/shoal/bytes/1` to a device that is linked straight (community/network). */
  openBytes(
    device: DeviceId,
    header: { readonly [key: string]: Encodable },
  ): Promise<DeviceStream | undefined>
  /** Where it is seen over its link; undefined through a relay. */
  seenAt(device: DeviceId): string | undefined
  blocked(person: PersonId): boolean
  personName(person: PersonId): string | undefined
  isOnline(device: DeviceId): boolean
  /** The other device of what was sent and accepted, either way; undefined for what is none or is over. */
  offerPartner(id: string): DeviceId | undefined
  /** What devices nearby offer to everyone. */
  searchNearby(request: SearchRequest): Promise<SearchAnswer>
}

export interface FilesPart extends PeoplePart {
  /** Somebody opens a byte stream. @returns whether it is taken */
  opened(device: DeviceId, header: BDict, stream: DeviceStream): boolean
  kept(circle: CircleId): { readonly spaceBytes: number; readonly keptBytes: number; readonly tooFew: number }
  /** What all members offer to it, or one of them. */
  offered(circle: CircleId, person?: PersonId): { readonly files: number; readonly bytes: number }
  setKeepSpace(circle: CircleId, bytes: number): void
  /** What was kept for it goes. */
  forget(circle: CircleId): void
  /** Somebody is a contact, is linked or gone, or has another device. */
  personChanged(person: PersonId): void
  /** Somebody was blocked, or is not any more. */
  blocksChanged(): void
}

export function openFilesPart(ground: PeopleGround, around: FilesSurroundings): FilesPart {
  const { crypto, database, own, wall } = ground
  const { membership, persons } = around
  const copies = new KeptCopies(database)
  const search = new SharedSearch(database)
  const tooFew = new Map<CircleId, number>()
  let realmsDue = true
  const here = async (contents: readonly string[]): Promise<ReadonlySet<string>> =>
    new Set(contents.length === 0 ? [] : await ground.ask('contentsHere', { contents }))
  const view = new OthersView({
    membership,
    ownerOf: (device) => persons.ownerOf(device),
    personName: around.personName,
    isOnline: around.isOnline,
    here,
  })
  /** What is for me alone, too. */
  const forMe = personAudience(own.person)
  const audiences = (): CatalogueAudience[] => [...membership.circles().map(audienceOf), forMe]
  const rules = new FileRealms({
    me: own,
    membership,
    digest: crypto,
    persons,
    blocked: around.blocked,
    offerPartner: around.offerPartner,
  })
  const wishes = new WishCalls(ground, (_reach: Reach, contents) =>
    view.entries(
      contents.flatMap((text) => {
        const id = parseContentId(text)
        return (id && search.content(id, audiences(), own.device)) ?? []
      }),
    ),
  )
  const keep = new KeepService(
    {
      me: own.device,
      out: ground.out('keep'),
      membership,
      digest: crypto,
      offered: (circle) => search.offered(audienceOf(circle)),
      kept: (circle) => copies.of(circle),
      spaceBytes: (circle) => copies.spaceBytes(circle),
      get: (circle, { content }) => {
        const id = parseContentId(content)
        const entry = id && search.content(id, [audienceOf(circle)], '')?.entry
        const failed = () => ground.turn(() => keep.ended(circle, content, 'failed', ground.now()))
        if (entry === undefined) queueMicrotask(failed)
        else
          ground
            .ask('keepCopy', { circle, content, name: entry.name, folders: entry.folders ?? [] })
            .catch(failed)
      },
      drop: (circle, content) => {
        copies.remove(circle, content)
        // One that cannot be deleted now is found by the daemon when it looks at what it keeps.
        ground.ask('dropCopy', { circle, content }).catch(() => undefined)
      },
      counted: (circle, count) => {
        if (tooFew.get(circle) === count) return
        tooFew.set(circle, count)
        ground.changed({ kind: 'circle', id: circle })
      },
    },
    ground.now(),
  )
  const catalogues: CatalogueService = new CatalogueService({
    me: own.device,
    deviceSeed: own.deviceSeed,
    out: ground.out('catalogue'),
    membership,
    persons: {
      me: own.person,
      ownerOf: (device) => persons.ownerOf(device),
      isAcquainted: (person) => persons.isAcquainted(person),
      isLinked: (device) => persons.isLinked(device),
      linkedOf: (person) => [...persons.devicesOf(person)].filter((device) => persons.isLinked(device)),
    },
    records: new SharedCatalogues(database, crypto),
    digest: crypto,
    signatures: crypto,
    wall,
    blocked: around.blocked,
    changed: ({ author, audience }, { added }) => {
      const circle = circleOf(audience)
      const person = personOf(audience) === own.person ? persons.ownerOf(author) : undefined
      if (person !== undefined) ground.changed({ kind: 'person', id: person })
      if (circle !== undefined) {
        keep.changed(circle, ground.now())
        ground.changed({ kind: 'circle', id: circle })
      }
      if (author !== own.device && added.length > 0)
        wishes.told(
          'circles',
          added.map(({ entry }) => entry),
        )
    },
    askOwn: (audience, from, after) => {
      const answered = (page: Uint8Array | undefined) =>
        ground.turn(() => catalogues.ownPage(audience, page, ground.now()))
      ground.ask('cataloguePage', { audience, from, after }).then(answered, () => answered(undefined))
    },
  })
  const changed = (): void => {
    realmsDue = true
  }
  membership.watch({ circleChanged: changed, memberLinked: changed, memberUnlinked: changed })
  for (const service of [catalogues, keep]) membership.watch(service)

  const direct = new DirectTalk({
    ...around,
    rules,
    asked: (question) => ground.ask('directAsked', question),
  })
  const inner: Pick<
    InnerCalls,
    'realms' | 'openBytes' | 'askDirect' | 'holdersOf' | 'catalogueStates' | 'keptEnded'
  > = {
    realms: () => rules.all(),
    openBytes: async ({ realm, device, end }) => {
      if (!rules.isAllowed(realm, device as DeviceId)) return false
      const stream = await around.openBytes(device as DeviceId, { r: rules.wireName(realm) })
      if (stream === undefined) return false
      joinStream(stream, Promise.resolve(end))
      return true
    },
    askDirect: (question) => direct.ask(question),
    holdersOf: ({ realm, content }) => {
      const person = personOf(realm)
      const circle = circleOf(realm)
      const id = parseContentId(content)
      if ((circle === undefined && person === undefined) || id === undefined) return []
      const holders = search
        .holders(id, person === undefined ? (realm as CatalogueAudience) : forMe)
        .filter(
          (device) => device !== own.device && (person === undefined || persons.ownerOf(device) === person),
        )
      const linked = (device: DeviceId) =>
        Number(circle === undefined ? persons.isLinked(device) : membership.isLinked(circle, device))
      return holders.sort((a, b) => linked(b) - linked(a))
    },
    catalogueStates: ({ states }) =>
      catalogues.own(
        states.map((state) => ({ ...state, audience: state.audience as CatalogueAudience })),
        ground.now(),
      ),
    keptEnded: ({ circle, content, outcome }) => {
      const length = parseContentId(content)?.lengthBytes ?? 0
      if (outcome === 'kept') copies.put(circle as CircleId, content, length)
      keep.ended(circle as CircleId, content, outcome, ground.now())
    },
  }
  const calls: PartCalls = {
    ...wishes.calls,
    ...inner,
    circleFiles: async ({ id, person, path, offset, limit }) => {
      const circle = id as CircleId
      const audience = audienceOf(circle)
      if (person === undefined) {
        const { contents, total } = search.listed(audience, offset, limit)
        return { folders: [], files: await view.entries(contents), total }
      }
      const authors = view.devicesOf(circle, person as PersonId)
      const { folders, contents, total } = search.folder(authors, audience, path, offset, limit)
      return { folders, files: await view.entries(contents), total }
    },
    personFiles: async ({ id, path, offset, limit }) => {
      const authors = [...persons.devicesOf(id as PersonId)]
      const { folders, contents, total } = search.folder(authors, forMe, path, offset, limit)
      return { folders, files: await view.entries(contents), total }
    },
    searchOthers: async (request) => {
      if (request.in === 'nearby') return await around.searchNearby(request)
      const { words, typing = false, circle, offset, limit } = request
      const where = circle === undefined ? audiences() : [audienceOf(circle as CircleId)]
      const { contents, total, more, ignored } = search.find(words, typing, where, own.device, offset, limit)
      const known = where.flatMap((each) =>
        catalogues.known(each).filter(({ author }) => author !== own.device),
      )
      const missing = where.flatMap((each) =>
        catalogues.asked(each).map(({ author }) => {
          const person = view.ownerOf(each, author)
          const name = person === undefined ? '' : (around.personName(person) ?? '')
          return { person: person ?? null, name }
        }),
      )
      const reached = known.filter(({ whole }) => whole !== undefined).length
      return { entries: await view.entries(contents), total, more, ignored: [...ignored], reached, missing }
    },
  }
  return {
    services: [catalogues, keep],
    calls,
    settle: () => {
      if (!realmsDue) return
      realmsDue = false
      // The daemon asks for them itself when it begins; one that ends needs them no more.
      ground.ask('realmsChanged', { realms: rules.all() }).catch(() => undefined)
    },
    opened: (device, header, stream) => {
      const realm = rules.named(header.text('r') ?? '')
      if (realm === undefined || !rules.isAllowed(realm, device)) return false
      if (direct.isAsked(header)) return direct.answer(device, realm, header, stream)
      joinStream(stream, ground.ask('bytesCame', { realm, device }))
      return true
    },
    kept: (circle) => {
      const keptBytes = [...copies.of(circle).values()].reduce((sum, each) => sum + each, 0)
      return { spaceBytes: copies.spaceBytes(circle), keptBytes, tooFew: tooFew.get(circle) ?? 0 }
    },
    offered: (circle, person) => {
      if (person === undefined) return search.sums(audienceOf(circle))
      const devices = membership.facts(circle)?.members.get(person)?.devices.keys() ?? []
      return search.sumsOf(audienceOf(circle), devices)
    },
    setKeepSpace: (circle, bytes) => {
      copies.give(circle, bytes)
      keep.changed(circle, ground.now())
    },
    forget: (circle) => {
      for (const content of copies.of(circle).keys())
        ground.ask('dropCopy', { circle, content }).catch(() => undefined)
      copies.forget(circle)
    },
    personChanged: (person) => {
      catalogues.personChanged(person)
      changed()
    },
    blocksChanged: () => {
      catalogues.blocksChanged()
      changed()
    },
  }
}
