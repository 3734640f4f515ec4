// The calls about devices nearby, and what the near service has computed elsewhere: the library's pages for those who look
// around here, and the daemon's part of offers.

import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import { toHex } from '../../base/bytes.ts'
import { CommunityError } from '../../community/community-error.ts'
import type { ContactBook } from '../../community/contact/contact-book.ts'
import type { DeviceId } from '../../community/ids.ts'
import type { Found, Question } from '../../community/nearby/browse.ts'
import { MAX_HITS } from '../../community/nearby/limits.ts'
import type { NearDevice, NearService } from '../../community/nearby/near-service.ts'
import { isOver, type SendOfferRow } from '../../community/nearby/send-offer.ts'
import type { CatalogueEntry, EntryFacts } from '../../protocol/catalogue/entry.ts'
import { moment } from './contact-calls.ts'
import type { PartCalls, PeopleGround } from './people-part.ts'
import { factsOf } from './send-calls.ts'

type SearchRequest = ValidInputOf<'searchOthers'>
type SearchAnswer = OutputOf<'searchOthers'>
type OthersEntry = SearchAnswer['entries'][number]

export interface NearbyParts {
  readonly ground: PeopleGround
  readonly book: ContactBook
  readonly near: NearService
  /** Which of these lie on this computer. */
  here(contents: readonly string[]): Promise<readonly string[]>
  /** Where it is seen over its link. */
  seenAt(device: DeviceId): string | undefined
}

/** What is offered to everyone is looked up anew this often, beside being told. */
const STATE_EVERY_MS = 60_000
/** Devices that one search asks. */
const MOST_ASKED = 64

export class NearbyDriver {
  readonly #ground: PeopleGround
  readonly #near: () => NearService
  #cancel: (() => void) | undefined
  #closed = false

  constructor(ground: PeopleGround, near: () => NearService) {
    this.#ground = ground
    this.#near = near
  }

  /** What this device offers to everyone, now and again every minute. */
  refresh(): void {
    this.#cancel?.()
    if (this.#closed) return
    const { clock, ask, turn, now } = this.#ground
    this.#cancel = clock.schedule((now() + STATE_EVERY_MS) as ReturnType<typeof now>, () => this.refresh())
    void this.#settled(ask('publicState', {}), (own) =>
      turn(() =>
        this.#near().offering(own ?? { files: 0, bytes: 0, author: undefined, port: undefined }, now()),
      ),
    )
  }

  look(number: number, question: Question): void {
    void this.#settled(this.#ground.ask('publicPage', question), (page) =>
      this.#ground.turn(() => this.#near().looked(number, page)),
    )
  }

  offerReady(row: SendOfferRow): void {
    void this.#settled(this.#ground.ask('offerReady', factsOf(row)), () => undefined)
  }

  offerChanged(row: SendOfferRow): void {
    if (isOver(row.state)) void this.#settled(this.#ground.ask('offerEnded', { id: row.id }), () => undefined)
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
  }

  /** The daemon may be gone, or not know how: then there is no answer, and the asker's time runs out. */
  async #settled<T>(asked: Promise<T>, then: (answer: T) => void): Promise<void> {
    let answer: T
    try {
      answer = await asked
    } catch (error) {
      this.#ground.log('debug', 'nearby-ask-failed', { why: String(error) })
      return
    }
    if (!this.#closed) then(answer)
  }
}

export function nearbyCalls({ ground, book, near, here, seenAt }: NearbyParts) {
  const show = (device: NearDevice): OutputOf<'nearby'>['devices'][number] => ({
    device: device.device,
    person: device.person,
    name: device.name,
    deviceName: device.deviceName,
    contact: book.isContact(device.person),
    own: book.isOwn(device.person),
    offeredFiles: device.files,
    offeredBytes: device.bytes,
    foundAt: moment(device.foundAt),
  })
  return {
    nearbyEngine: ({ device }) => {
      const neighbour = near.nearDevice(device as DeviceId)
      if (neighbour === undefined) return undefined
      const host = seenAt(neighbour.device)
      return { hosts: host === undefined ? [] : [host], port: neighbour.port }
    },
    nearby: (): OutputOf<'nearby'> => ({ devices: near.near().map(show) }),
    nearbyFiles: async ({
      id,
      path,
      offset,
      limit,
    }: ValidInputOf<'nearbyFiles'>): Promise<OutputOf<'nearbyFiles'>> => {
      const device = near.nearDevice(id as DeviceId)
      if (device === undefined) throw new CommunityError('DEVICE_UNKNOWN', { device: id })
      // Strangers are told no folders, so there is nothing below.
      if (path !== '') return { folders: [], files: [], total: 0 }
      const { entries, total } = await pagesOf(ground, near, device.device, { words: '', offset, limit })
      const files = await shown(
        entries.map((entry) => ({ entry, device })),
        here,
      )
      return { folders: [], files, total }
    },
  } satisfies PartCalls
}

/** Everybody nearby is asked at once; who does not answer in time is missing. */
export async function searchNearby(
  { ground, near, here }: NearbyParts,
  { words, offset, limit }: SearchRequest,
): Promise<SearchAnswer> {
  const asked = near
    .near()
    .filter(({ author }) => author !== undefined)
    .slice(0, MOST_ASKED)
  const answers = await Promise.all(
    asked.map(async (device) => {
      try {
        const question = { words, offset: 0, limit: offset + limit }
        return { device, found: await pagesOf(ground, near, device.device, question) }
      } catch (error) {
        if (!(error instanceof CommunityError)) throw error
        return { device, found: undefined }
      }
    }),
  )
  const found = answers.flatMap(({ device, found }) =>
    (found?.entries ?? []).map((entry) => ({ entry, device })),
  )
  const entries = await shown(found, here)
  const total = Math.max(entries.length, ...answers.map(({ found }) => found?.total ?? 0))
  return {
    entries: entries.slice(offset, offset + limit),
    total,
    more: entries.length > offset + limit || total > entries.length,
    ignored: [],
    reached: answers.filter(({ found }) => found !== undefined).length,
    missing: answers
      .filter(({ found }) => found === undefined)
      .map(({ device }) => ({ person: device.person, name: device.name })),
  }
}

/** Questions give a hundred at most. @throws CommunityError DEVICE_GONE */
async function pagesOf(
  ground: PeopleGround,
  near: NearService,
  device: DeviceId,
  { words, offset, limit }: Question,
): Promise<{ readonly entries: readonly CatalogueEntry[]; readonly total: number }> {
  const entries: CatalogueEntry[] = []
  for (;;) {
    const question = {
      words,
      offset: offset + entries.length,
      limit: Math.min(MAX_HITS, limit - entries.length),
    }
    const found = await new Promise<Found>((resolve, reject) => {
      ground.turn(() =>
        near.browse(device, question, ground.now(), (answer) =>
          answer instanceof Error ? reject(answer) : resolve(answer),
        ),
      )
    })
    entries.push(...found.entries)
    const isAll = found.entries.length === 0 || offset + entries.length >= found.total
    if (isAll || entries.length >= limit) return { entries, total: found.total }
  }
}

/** One row a content, with all who offer it. */
async function shown(
  found: readonly { readonly entry: CatalogueEntry; readonly device: NearDevice }[],
  here: NearbyParts['here'],
): Promise<OthersEntry[]> {
  const byContent = Map.groupBy(found, ({ entry }) => `${toHex(entry.root)}-${entry.lengthBytes}`)
  const lying = new Set(byContent.size === 0 ? [] : await here([...byContent.keys()]))
  return [...byContent].map(([content, offers]) => {
    const [{ entry }] = offers as [(typeof offers)[number]]
    return {
      content,
      name: entry.name,
      kind: entry.kind,
      mediaType: null,
      lengthBytes: entry.lengthBytes,
      facts: mediaFacts(entry.facts),
      otherNames: [...new Set(offers.map(({ entry }) => entry.name))].filter((name) => name !== entry.name),
      holders: offers.slice(0, 20).map(({ entry, device }) => ({
        person: device.person,
        device: device.device,
        name: device.name,
        online: true,
        circle: null,
        path: entry.name,
      })),
      holderCount: offers.length,
      onlineCount: offers.length,
      here: lying.has(content),
      licence: entry.licence?.id ?? entry.licence?.kind ?? null,
    }
  })
}

function mediaFacts({ durationMs, ...facts }: EntryFacts): OthersEntry['facts'] {
  return durationMs === undefined ? facts : { ...facts, durationSeconds: durationMs / 1_000 }
}
