// Carries announces and scrapes to trackers over HTTP and UDP, in both address families: the driver under trackers.ts.
// Promise: each announce reports every answer as it comes and then ends exactly once, in bounded time; no address is
// contacted that the rule of scope forbids (SAFETY.md), whatever a tracker's name resolves to or it redirects to.

import { mayContact, scopeOf } from '../../base/address.ts'
import { isIPv6 } from '../../base/endpoint.ts'
import { isPublicName } from '../../base/host-name.ts'
import type { Millis, WireHash } from '../../base/ids.ts'
import type { Clock, Http, HttpResult, Names, Random, Udp } from '../../base/ports.ts'
import { shuffle } from '../../base/random.ts'
import type {
  AnnounceReply,
  AnnounceRequest,
  ScrapeEntry,
  TrackerRefusal,
} from '../../protocol/tracker/announce.ts'
import {
  MAX_HTTP_ANSWER_BYTES,
  MAX_HTTP_UNPACKED_BYTES,
  parseAnnounceAnswer,
  parseScrapeAnswer,
} from '../../protocol/tracker/http.ts'
import { UDP_TOTAL_MS } from '../../protocol/tracker/udp.ts'
import { announceUrl, scrapeUrl, type TrackerUrl } from '../../protocol/tracker/url.ts'
import type { TrackerFailure, TrackerOrigin } from './tracker-state.ts'
import { UdpAsker, type UdpOutcome } from './udp-asker.ts'

/** A tracker that needs longer than this is of no use; UDP_TOTAL_MS is the same for UDP. */
export const HTTP_TOTAL_MS = 30_000
/** SAFETY.md. */
export const MAX_REDIRECTS = 3
/** Some trackers refuse requests without one; it names no version and no person. */
const HEADERS = { 'user-agent': 'Shoal', accept: '*/*' } as const

export interface TrackerAnswer {
  readonly request: AnnounceRequest
  readonly reply: AnnounceReply
  /** The address that answered: the teller of the peers. */
  readonly teller: string
}

export interface AnnounceCall {
  readonly tracker: TrackerUrl
  readonly by: TrackerOrigin
  /** One per hash. */
  readonly requests: readonly AnnounceRequest[]
  /** Cuts the usual time short, for a farewell. */
  readonly totalMs?: number
  heard(answer: TrackerAnswer): void
  /** Once, last. `failure` only when nothing was heard. */
  done(failure: TrackerFailure | undefined): void
}

export interface TrackerClientPorts {
  readonly clock: Clock
  readonly http: Http
  readonly names: Names
  readonly random: Random
  readonly udp: Udp
}

/** Addresses of a tracker that may be asked, or why there are none. */
type Reachable = { readonly hosts: readonly string[] } | TrackerFailure

type Job = { cancelled: boolean; readonly cancels: (() => void)[] }

export class TrackerClient {
  readonly #ports: TrackerClientPorts
  readonly #asker: UdpAsker

  constructor(ports: TrackerClientPorts) {
    this.#ports = ports
    this.#asker = new UdpAsker(ports)
  }

  /** Retransmissions of UDP; HTTP keeps its own time. */
  deadline(): Millis | undefined {
    return this.#asker.deadline()
  }

  tick(now: Millis): void {
    this.#asker.tick(now)
  }

  /** @returns what cancels it: then neither heard() nor done() is called any more. */
  announce(call: AnnounceCall): () => void {
    const job: Job = { cancelled: false, cancels: [] }
    void this.#announce(call, job)
    return () => {
      job.cancelled = true
      for (const cancel of job.cancels) cancel()
    }
  }

  async #announce(call: AnnounceCall, job: Job): Promise<void> {
    const reachable = await this.#reachable(call.tracker, call.by)
    if (job.cancelled) return
    if (!('hosts' in reachable)) {
      call.done(reachable)
      return
    }
    const failures: TrackerFailure[] = []
    let heard = false
    const asked = firstOfEachFamily(reachable.hosts).flatMap((host) =>
      call.requests.map(async (request) => {
        const outcome = await (call.tracker.scheme === 'udp'
          ? this.#overUdp(call, request, host, job)
          : this.#overHttp(call, request, isIPv6(host) ? 6 : 4, job))
        if (job.cancelled) return
        if ('reply' in outcome) {
          heard = true
          call.heard(outcome)
        } else failures.push(outcome)
      }),
    )
    await Promise.all(asked)
    if (!job.cancelled) call.done(heard ? undefined : tellingOf(failures))
  }

  async #reachable(tracker: TrackerUrl, by: TrackerOrigin): Promise<Reachable> {
    const { names } = this.#ports
    const all = names.beyond?.(tracker.host) ? [tracker.host] : await names.resolve(tracker.host)
    if (all.length === 0) return failure('NAME_NOT_FOUND', tracker.host)
    const path = tracker.scheme === 'udp' && tracker.path === '/' ? '' : tracker.path
    const allowed = all.filter((host) => mayAsk(by, host, path, undefined))
    if (allowed.length === 0) return failure('ADDRESS_REFUSED', all[0] as string)
    return { hosts: shuffle(this.#ports.random, [...allowed]) }
  }

  async #overHttp(
    call: AnnounceCall,
    request: AnnounceRequest,
    family: 4 | 6,
    job: Job,
  ): Promise<TrackerAnswer | TrackerFailure> {
    const result = await this.#get(
      announceUrl(call.tracker, request),
      call.by,
      family,
      call.totalMs ?? HTTP_TOTAL_MS,
      job,
    )
    if (!result.ok) return failure(result.failure, result.detail)
    const answer = parseAnnounceAnswer(result.body)
    if (answer?.kind === 'reply') return { request, reply: answer.reply, teller: result.remote }
    return answer === undefined ? noAnswer(result.status) : saidNo(answer.refusal)
  }

  #get(
    url: string,
    by: TrackerOrigin,
    family: 4 | 6 | undefined,
    timeoutMs: number,
    job: Job,
  ): Promise<HttpResult> {
    const exchange = this.#ports.http.get(
      {
        url,
        headers: HEADERS,
        timeoutMs,
        limitBytes: MAX_HTTP_ANSWER_BYTES,
        limitUnpackedBytes: MAX_HTTP_UNPACKED_BYTES,
        maxRedirects: MAX_REDIRECTS,
        mayConnect: (host, hop) => mayAsk(by, host, pathOf(hop.url), hop.redirectedBy),
      },
      family,
    )
    job.cancels.push(() => exchange.cancel())
    return exchange.result
  }

  async #overUdp(
    call: AnnounceCall,
    request: AnnounceRequest,
    host: string,
    job: Job,
  ): Promise<TrackerAnswer | TrackerFailure> {
    const { tracker } = call
    const urlData = `${tracker.path}${tracker.query}`
    const asked = this.#asker.ask(
      { host, port: tracker.port },
      { kind: 'announce', request, urlData },
      Math.min(call.totalMs ?? UDP_TOTAL_MS, UDP_TOTAL_MS),
    )
    job.cancels.push(() => asked.cancel())
    const outcome = await asked.result
    return outcome.kind === 'answered' ? { request, reply: outcome.reply, teller: host } : udpFailure(outcome)
  }

  /** How many share and fetch each hash, without announcing ourselves (BEP 48, BEP 15). */
  async scrape(
    tracker: TrackerUrl,
    by: TrackerOrigin,
    hashes: readonly WireHash[],
  ): Promise<ReadonlyMap<WireHash, ScrapeEntry> | TrackerFailure> {
    const reachable = await this.#reachable(tracker, by)
    if (!('hosts' in reachable)) return reachable
    const job: Job = { cancelled: false, cancels: [] }
    if (tracker.scheme === 'udp') {
      const address = { host: reachable.hosts[0] as string, port: tracker.port }
      const outcome = await this.#asker.ask(address, { kind: 'scrape', hashes }, UDP_TOTAL_MS).result
      return outcome.kind === 'scraped' ? outcome.entries : udpFailure(outcome)
    }
    const url = scrapeUrl(tracker, hashes)
    if (url === undefined) return failure('OTHER', 'this tracker has no scrape address')
    const result = await this.#get(url, by, undefined, HTTP_TOTAL_MS, job)
    if (!result.ok) return failure(result.failure, result.detail)
    const answer = parseScrapeAnswer(result.body, hashes)
    if (answer?.kind === 'entries') return answer.entries
    return answer === undefined ? noAnswer(result.status) : saidNo(answer.refusal)
  }
}

/**
 * SAFETY.md, Scope of addresses: a tracker of a torrent is on the public network; one given by hand may be anywhere,
 * but on loopback it must have the path `/announce` (so that no other local service can be aimed at), and a redirect
 * never leads to a narrower scope than that of the server it came from. A host that is a name is resolved beyond a
 * proxy, where nobody here can look at its address: only names that can mean the public network get that far.
 */
export function mayAsk(
  by: TrackerOrigin,
  host: string,
  path: string,
  redirectedBy: string | undefined,
): boolean {
  if (isPublicName(host)) return true
  const scope = scopeOf(host)
  if (scope === 'loopback' && !LOOPBACK_PATHS.has(path)) return false
  if (redirectedBy !== undefined && !mayContact(host, redirectedBy)) return false
  return by === 'hand' ? scope !== 'none' : scope === 'public'
}

/** UDP trackers mostly have no path, and their packets have no room for mischief. */
const LOOPBACK_PATHS: ReadonlySet<string> = new Set(['/announce', '/scrape', ''])

function pathOf(url: string): string {
  return new URL(url).pathname
}

function firstOfEachFamily(hosts: readonly string[]): string[] {
  const four = hosts.find((host) => !isIPv6(host))
  const six = hosts.find((host) => isIPv6(host))
  return [four, six].filter((host) => host !== undefined)
}

function failure(code: TrackerFailure['code'], detail: string): TrackerFailure {
  return { code, detail, retryMs: undefined }
}

function noAnswer(status: number): TrackerFailure {
  return status === 200 ? failure('BAD_RESPONSE', 'not a tracker answer') : failure('STATUS', String(status))
}

function saidNo(refusal: TrackerRefusal): TrackerFailure {
  return { code: 'SAID_NO', detail: refusal.reason, retryMs: refusal.retryMs }
}

function udpFailure(outcome: UdpOutcome): TrackerFailure {
  switch (outcome.kind) {
    case 'refused':
      return saidNo(outcome.refusal)
    case 'failed':
      return outcome.why === 'timeout'
        ? failure('TIMEOUT', '')
        : failure('BAD_RESPONSE', 'not a tracker answer')
    case 'unreachable':
      return failure('OTHER', outcome.detail)
    default:
      return failure('OTHER', outcome.kind)
  }
}

/** What the tracker itself said tells most; a family that this machine has not tells least. */
function tellingOf(failures: readonly TrackerFailure[]): TrackerFailure {
  const order = [
    'SAID_NO',
    'STATUS',
    'BAD_RESPONSE',
    'TLS',
    'TOO_LARGE',
    'REDIRECTS',
    'ADDRESS_REFUSED',
    'REFUSED',
    'TIMEOUT',
  ]
  const rank = (code: string) => (order.includes(code) ? order.indexOf(code) : order.length)
  return (
    [...failures].sort((a, b) => rank(a.code) - rank(b.code))[0] ?? failure('OTHER', 'nothing to announce')
  )
}
