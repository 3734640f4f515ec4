// Trackers of a torrent as Transmission lists them. Their ids are positions in the list of the moment.

import { say } from '../../api/error-entry.ts'
import { entryFor } from '../../api/errors.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { secondsAt } from './torrent-state.ts'
import type { Trackers } from './torrent-view.ts'

type Tracker = Trackers[number]

/** Nothing to do, a time to wait for, and under way. */
const INACTIVE = 0
const WAITING = 1
const ACTIVE = 3
/** How Transmission says that a count is not known. */
const UNKNOWN = -1

export function trackerRows(trackers: Trackers): unknown[] {
  return trackers.map((tracker, id) => ({ id, ...place(tracker) }))
}

export function trackerStats(trackers: Trackers, { state }: Pick<TransferRow, 'state'>): unknown[] {
  return trackers.map((tracker, id) => {
    const { status, seeds, leeches, downloads, lastAnswerAt, nextAnnounceAt } = tracker
    const answered = status === 'working'
    const asked = answered || status === 'failing' || status === 'given up' || lastAnswerAt !== null
    const result = resultOf(tracker)
    const at = secondsAt(lastAnswerAt)
    const waits = nextAnnounceAt === null || state === 'paused' || state === 'done' ? INACTIVE : WAITING
    return {
      id,
      ...place(tracker),
      host: hostOf(tracker.url),
      announceState: status === 'announcing' ? ACTIVE : waits,
      downloadCount: downloads ?? UNKNOWN,
      hasAnnounced: asked,
      hasScraped: false,
      isBackup: status === 'spare',
      lastAnnouncePeerCount: seeds === null && leeches === null ? 0 : (seeds ?? 0) + (leeches ?? 0),
      lastAnnounceResult: asked ? result : '',
      lastAnnounceStartTime: at,
      lastAnnounceSucceeded: answered,
      lastAnnounceTime: at,
      lastAnnounceTimedOut: tracker.failure?.code === 'TIMEOUT',
      // Counts come with each announce; Shoal does not scrape.
      lastScrapeResult: '',
      lastScrapeStartTime: 0,
      lastScrapeSucceeded: false,
      lastScrapeTime: 0,
      lastScrapeTimedOut: false,
      leecherCount: leeches ?? UNKNOWN,
      nextAnnounceTime: secondsAt(nextAnnounceAt),
      nextScrapeTime: 0,
      scrapeState: INACTIVE,
      seederCount: seeds ?? UNKNOWN,
    }
  })
}

/** One URL a line, an empty line between tiers. */
export function trackerList(trackers: Trackers): string {
  const tiers = Map.groupBy(trackers, ({ tier }) => tier)
  return [...tiers.values()].map((tier) => tier.map(({ url }) => url).join('\n')).join('\n\n')
}

export function urlsOfList(list: string): string[] {
  return list
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function place({ url, tier }: Tracker): { announce: string; scrape: string; sitename: string; tier: number } {
  return { announce: url, scrape: scrapeUrl(url), sitename: siteName(hostOf(url)), tier }
}

/** BEP 48: `announce` as the beginning of the last component becomes `scrape`. */
function scrapeUrl(url: string): string {
  if (url.startsWith('udp:')) return url
  const slash = url.lastIndexOf('/')
  return url.startsWith('/announce', slash) ? `${url.slice(0, slash)}/scrape${url.slice(slash + 9)}` : ''
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? ''
}

/** The word before the last one of a name; an address is its own. */
function siteName(host: string): string {
  return /^[\d.]+$|^\[/.test(host) ? host : (host.split('.').at(-2) ?? host)
}

/** The tracker's own words are hostile: clients show them as text. */
function resultOf({ status, said, failure }: Tracker): string {
  if (status === 'working') return 'Success'
  if (said !== null) return said
  if (failure === null) return ''
  const entry = entryFor(failure.code)
  return entry === undefined
    ? failure.code.toLowerCase().replaceAll('_', ' ')
    : say(entry.message, failure.data)
}
