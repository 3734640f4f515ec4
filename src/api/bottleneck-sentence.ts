// Why a transfer is slow: a sentence, the figures it stands on, and what would help (INTERFACE.md A4, B3). Codes and figures
// come from the engine's bottleneck; every figure is one that a person can check among the peers.

import { formatCount, formatDuration, formatRate, formatSize } from './format-quantity.ts'

export interface BottleneckReport {
  readonly code: string
  /** Fits behind "Slow: " and "Slow because "; no full stop. */
  readonly sentence: string
  readonly evidence: readonly EvidenceLine[]
  /** Best first, each a sentence; empty where only patience helps. */
  readonly wouldHelp: readonly string[]
}

export interface EvidenceLine {
  readonly label: string
  readonly value: string
}

/** A bottleneck as the engine names it (`evidence`), or as a row carries it (`data`). */
export interface NamedBottleneck {
  readonly code: string
  readonly evidence?: Evidence
  readonly data?: Evidence
}

type Value = number | string | boolean | undefined
type Evidence = Readonly<Record<string, Value>>

interface Entry {
  readonly sentence: (evidence: Evidence) => string
  readonly wouldHelp?: readonly string[] | ((evidence: Evidence) => readonly string[])
}

/** That so many are at their limits at once is less likely than that they share one. */
const MANY = 8
const MORE_SOURCES = 'Another source: a person who has it, or a tracker or web seed that knows one.'
const GOES_ON = 'It goes on by itself when that is mended.'

const TABLE: Readonly<Record<string, Entry>> = {
  NONE: { sentence: () => 'nothing holds it up' },
  PAUSED: { sentence: () => 'it is paused', wouldHelp: ['Let it go on.'] },
  CHECKING: { sentence: () => 'what is here already is being checked' },
  DISK_TROUBLE: {
    sentence: ({ problem }) =>
      problem === 'FILE_DIFFERS'
        ? 'a file of this name exists with other contents; it is not touched'
        : `the disk stopped it (${problem}); it goes on by itself when that is mended`,
    wouldHelp: ({ problem }) =>
      problem === 'FILE_DIFFERS'
        ? ['Move that file away, or choose another folder.']
        : problem === 'NO_SPACE' || problem === 'QUOTA'
          ? [`Make room, or move it to another volume. ${GOES_ON}`]
          : [`Look at the disk. ${GOES_ON}`],
  },
  PROXY_DOWN: {
    sentence: ({ proxy }) => `the proxy at ${proxy} does not answer; nothing goes around it`,
    wouldHelp: [`Start the proxy, or choose another. ${GOES_ON}`],
  },
  PROXY_LOGIN: {
    sentence: ({ proxy }) =>
      `the proxy at ${proxy} does not accept the user and password; nothing goes around it`,
    wouldHelp: ['Give the proxy the right user and password.'],
  },
  PROXY_NOT_ONE: {
    sentence: ({ proxy }) => `what answers at ${proxy} is no such proxy; nothing goes around it`,
    wouldHelp: ['Give the address and kind of a proxy.'],
  },
  INTERFACE_GONE: {
    sentence: ({ interface: name }) => `the interface ${name} is not there; nothing leaves by another`,
    wouldHelp: [`Bring the interface up. ${GOES_ON}`],
  },
  OWN_LIMIT: {
    sentence: ({ limit, whose }) =>
      whose === 'all'
        ? `all transfers together are at your own limit of ${formatRate(Number(limit))}`
        : `it is at your own limit of ${formatRate(Number(limit))}`,
    wouldHelp: ({ whose }) => [
      whose === 'all'
        ? 'Raise the download limit, or pause other transfers.'
        : 'Raise the download limit of this transfer.',
    ],
  },
  OWN_LINE: {
    sentence: ({ sources }) =>
      `your line is full: ${formatCount(Number(sources), 'source')} could give more, and together they do not`,
    wouldHelp: ['Less traffic of other programs and transfers on your line.'],
  },
  NO_SOURCES: {
    sentence: ({ addresses, unanswered }) =>
      Number(addresses) === 0
        ? 'nobody who has it is known yet; the sharer may be offline'
        : unanswered === 0
          ? `nobody at ${count(addresses, 'known address', 'known addresses')} is connected at the moment`
          : `none of ${count(addresses, 'known address', 'known addresses')} answers; the sharer may be offline`,
    wouldHelp: ['Ask the sharer to keep their program open.'],
  },
  UNREACHABLE: {
    sentence: ({ addresses }) =>
      `nobody outside can connect to you, and none of ${count(addresses, 'known address', 'known addresses')} answers; they may be waiting for the same`,
    wouldHelp: [
      'Let others in: switch UPnP or NAT-PMP on in your router, or forward the port by hand.',
      'Somebody who has it and can be reached.',
    ],
  },
  CONNECTING: { sentence: ({ dialing }) => `connecting to ${count(dialing, 'address', 'addresses')}` },
  ASKING_FOR_LIST: {
    sentence: ({ sources }) => `asking ${count(sources, 'source', 'sources')} for the list of files`,
  },
  CHOKED: {
    sentence: ({ sources, of }) =>
      of === undefined || Number(of) === Number(sources)
        ? `${all(sources)} serving others first; your turn comes`
        : `${sources} of ${of} sources are serving others first; your turn comes`,
    wouldHelp: [
      'Giving more: whoever gives is served first. Raise your upload limit if there is one.',
      MORE_SOURCES,
    ],
  },
  SEEDS_GONE: {
    sentence: ({ goneForSeconds }) =>
      goneForSeconds === undefined
        ? 'some parts are with nobody who is connected; somebody with all of it must come back'
        : `some parts are with nobody who is connected; the last one with all of it left ${ago(goneForSeconds)}`,
    wouldHelp: ['Ask somebody who has all of it to come back.'],
  },
  NOTHING_NEW: { sentence: () => 'the sources have nothing new yet; they are getting it themselves' },
  DISK: {
    sentence: () => 'the disk writes slower than the data arrives',
    wouldHelp: ['A faster disk, or less going on with this one.'],
  },
  HASHING: {
    sentence: () => 'the processor verifies slower than the data arrives',
    wouldHelp: ['Fewer other programs or transfers at the same time.'],
  },
  SOURCES_SILENT: {
    sentence: ({ sources }) => `${count(sources, 'source', 'sources')} stopped answering; others would help`,
    wouldHelp: [MORE_SOURCES],
  },
  SOURCES_CAPPED: {
    sentence: ({ sources }) =>
      Number(sources) === 1
        ? 'the one source is at its upload limit'
        : Number(sources) === 2
          ? 'both sources are at their upload limit'
          : `all ${sources} sources are at their upload limit${Number(sources) > MANY ? ', or your line is full' : ''}`,
    wouldHelp: [MORE_SOURCES],
  },
  TOO_FEW_SOURCES: {
    sentence: ({ sources, known }) =>
      `only ${formatCount(Number(sources), 'source')} of ${formatCount(Number(known), 'known address', 'known addresses')} can be reached`,
    wouldHelp: ({ reachable }) => [
      ...(reachable === 'no' ? ['Let others in: then those who cannot be reached can come to you.'] : []),
      'More sources: those who have it may be offline now.',
    ],
  },
  REQUEST_QUEUE: {
    sentence: ({ sources, requests }) =>
      `${Number(sources) === 1 ? 'the source takes' : 'the sources take'} only ${formatCount(Number(requests), 'request')} at a time, too few on so long a way`,
    wouldHelp: [MORE_SOURCES, 'Another program at the other side: its limit of requests is set there.'],
  },
  ROUND_TRIP: {
    sentence: ({ delayMs, sources }) =>
      `the way to ${Number(sources) === 1 ? 'the source' : 'the sources'} is long, ${duration(delayMs)} there and back, and too little may be under way at a time`,
    wouldHelp: ['A source nearer to you.', MORE_SOURCES],
  },
}

/** How a figure is named and written; in the order in which they are shown. */
const FIGURES: Readonly<Record<string, { readonly label: string; readonly show: (value: Value) => string }>> =
  {
    rate: { label: 'Arriving', show: rate },
    limit: { label: 'Your limit', show: rate },
    sources: { label: 'Sources', show: plain },
    of: { label: 'Sources that have something', show: plain },
    known: { label: 'Known addresses', show: plain },
    addresses: { label: 'Known addresses', show: plain },
    unanswered: { label: 'Addresses that did not answer', show: plain },
    dialing: { label: 'Connections being made', show: plain },
    who: { label: 'Fastest is', show: plain },
    couldGive: { label: 'They gave before, added up', show: rate },
    fastest: { label: 'Fastest source', show: rate },
    slowest: { label: 'Slowest source', show: rate },
    requests: { label: 'Requests that a source takes at a time', show: plain },
    delayMs: { label: 'There and back', show: duration },
    waitMs: { label: 'From request to answer', show: duration },
    windowBytes: { label: 'Under way at a time', show: size },
    missingPieces: { label: 'Pieces that nobody has', show: plain },
    goneForSeconds: { label: 'Last whole copy seen', show: (value) => ago(value) },
    waitingBytes: { label: 'Waiting to be written', show: size },
    unhashedBytes: { label: 'Waiting to be verified', show: size },
    writing: { label: 'Being written', show: rate },
    verifying: { label: 'Being verified', show: rate },
    problem: { label: 'What the disk said', show: plain },
    proxy: { label: 'Proxy', show: plain },
    interface: { label: 'Interface', show: plain },
  }

export function explainBottleneck(bottleneck: NamedBottleneck): BottleneckReport {
  const { code } = bottleneck
  const evidence = bottleneck.evidence ?? bottleneck.data ?? {}
  const entry = Object.hasOwn(TABLE, code) ? TABLE[code] : undefined
  const lines: EvidenceLine[] = []
  for (const [key, { label, show }] of Object.entries(FIGURES)) {
    const value = evidence[key]
    if (value !== undefined) lines.push({ label, value: show(value) })
  }
  const help = entry?.wouldHelp ?? []
  return {
    code,
    sentence: entry?.sentence(evidence) ?? code,
    evidence: lines,
    wouldHelp: typeof help === 'function' ? help(evidence) : help,
  }
}

function plain(value: Value): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : String(value)
}

function rate(value: Value): string {
  return formatRate(Number(value))
}

function size(value: Value): string {
  return formatSize(Number(value))
}

function duration(value: Value): string {
  const durationMs = Number(value)
  return durationMs < 1_000 ? `${Math.round(durationMs)} ms` : formatDuration(durationMs)
}

function ago(seconds: Value): string {
  return `${formatDuration(Number(seconds) * 1_000)} ago`
}

function count(value: Value, one: string, many: string): string {
  return Number(value) === 1 ? `1 ${one}` : `${value} ${many}`
}

function all(value: Value): string {
  return Number(value) === 1 ? 'the one source is' : `all ${value} sources are`
}
