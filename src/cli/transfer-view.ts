// How a running transfer looks: lines for a person, objects for a program. Facts come in, nothing is counted here.

import { explainBottleneck } from '../api/bottleneck-sentence.ts'
import { formatDuration, formatRate, formatSize } from '../api/format-quantity.ts'
import { explainWebSeed } from '../api/web-seed-sentence.ts'
import type { TransferStatus } from '../daemon/get-source.ts'
import type { Line } from './terminal.ts'

const BAR_CELLS = 18

/** A torrent may name many servers. */
const MOST_WEB_SEED_LINES = 3

/** A transfer that takes less than this is not called slow because its sources are at their limit. */
const PATIENT_SECONDS = 30

type Always =
  | 'state'
  | 'name'
  | 'preparing'
  | 'totalBytes'
  | 'wantedBytes'
  | 'doneBytes'
  | 'downBytesPerSecond'
  | 'upBytesPerSecond'
  | 'takenBytes'
  | 'givenBytes'
  | 'peers'
  | 'sources'
  | 'receivers'
  | 'copiesElsewhere'
  | 'bottleneck'
type Sometimes = 'wastedBytes' | 'checkedBytes' | 'blocked'

/** A server that has the files too. */
export interface ShownWebSeed {
  readonly name: string
  readonly state: 'idle' | 'fetching' | 'waiting' | 'dropped'
  readonly reason?: string | null | undefined
  readonly downBytesPerSecond: number
  readonly downloadedBytes: number
}

/** What is shown of a transfer, by whichever engine: only one of this process knows all of it. */
export type ShownStatus = Pick<TransferStatus, Always> &
  Partial<Pick<TransferStatus, Sometimes>> & {
    readonly webSeeds?: readonly ShownWebSeed[] | undefined
    readonly problem: { readonly code: string } | undefined
  }

/** `progress` of --json (INTERFACE.md B3). */
export function progressObject(status: ShownStatus): object {
  return {
    event: 'progress',
    state: status.state,
    doneBytes: status.doneBytes,
    totalBytes: status.wantedBytes,
    downBytesPerSecond: Math.round(status.downBytesPerSecond),
    upBytesPerSecond: Math.round(status.upBytesPerSecond),
    secondsLeft: secondsLeft(status) ?? null,
    peers: status.peers,
    sources: status.sources,
    ...(status.webSeeds === undefined ? {} : { webSeeds: status.webSeeds.map(webSeedObject) }),
    receivers: status.receivers,
    takenBytes: status.takenBytes,
    givenBytes: status.givenBytes,
    ...(status.wastedBytes === undefined ? {} : { wastedBytes: status.wastedBytes }),
    ...(status.checkedBytes === undefined ? {} : { checkedBytes: status.checkedBytes }),
    copiesElsewhere: Math.round(status.copiesElsewhere * 100) / 100,
    ...(status.blocked === undefined ? {} : { blocked: status.blocked }),
    bottleneck: explainBottleneck(status.bottleneck),
  }
}

function webSeedObject(seed: ShownWebSeed): object {
  const { name, state, reason, downBytesPerSecond, downloadedBytes } = seed
  return {
    name,
    state,
    reason: reason ?? null,
    downBytesPerSecond: Math.round(downBytesPerSecond),
    downloadedBytes,
  }
}

export function secondsLeft(status: ShownStatus): number | undefined {
  const left = status.wantedBytes - status.doneBytes
  if (left <= 0 || status.downBytesPerSecond < 1) return undefined
  return Math.ceil(left / status.downBytesPerSecond)
}

export function gettingLines(status: ShownStatus): Line[] {
  if (status.state === 'metadata') return [' Asking for the list of files…', ...slowLines(status)]
  if (status.state === 'checking') return [` ${bar(status.preparing)} checking what is here already`]
  const fraction = status.wantedBytes === 0 ? 0 : status.doneBytes / status.wantedBytes
  const left = secondsLeft(status)
  const parts = [
    `${Math.floor(fraction * 100)} %`.padStart(5),
    `${formatSize(status.doneBytes)} of ${formatSize(status.wantedBytes)}`,
    formatRate(status.downBytesPerSecond),
    ...(left === undefined ? [] : [`${formatDuration(left * 1_000)} left`]),
    sourcesText(status),
  ]
  return [` ${bar(fraction)} ${parts.join('  ')}`, ...slowLines(status), ...webSeedLines(status)]
}

/** A server that gives is called by its name: it is somebody's who sees what is fetched. */
function sourcesText({ sources, webSeeds = [] }: ShownStatus): string {
  const giving = webSeeds.filter(({ state }) => state === 'fetching').map(({ name }) => name)
  const usable = webSeeds.filter(({ state }) => state === 'fetching' || state === 'idle')
  const count = sources === 1 ? '1 source' : `${sources} sources`
  return giving.length === 0
    ? count
    : `${count}: ${usable.length < sources ? 'peers and ' : ''}${giving.join(', ')}`
}

/** Servers that give nothing, with the reason. */
function webSeedLines({ webSeeds = [] }: ShownStatus): Line[] {
  return webSeeds
    .filter(({ state, reason }) => (reason ?? '') !== '' && (state === 'waiting' || state === 'dropped'))
    .slice(0, MOST_WEB_SEED_LINES)
    .map(({ name, reason, state }) => [
      { text: ` ${explainWebSeed(name, reason ?? '', state === 'dropped')}.`, style: 'careful' },
    ])
}

function slowLines(status: ShownStatus): Line[] {
  const { code, sentence, wouldHelp } = explainBottleneck(status.bottleneck)
  const quick = (secondsLeft(status) ?? Number.POSITIVE_INFINITY) < PATIENT_SECONDS
  if (code === 'NONE' || (quick && code !== 'DISK_TROUBLE')) return []
  const waiting = status.downBytesPerSecond < 1
  const why = ` ${waiting ? 'Waiting' : 'Slow'} because ${sentence}.`
  const [help] = wouldHelp
  return [
    [{ text: why, style: 'careful' }],
    ...(help === undefined ? [] : [[{ text: ` Would help: ${help}`, style: 'careful' }] as const]),
  ]
}

/** What a sharer sees: whom it gives to, and whether it may switch off. */
export function givingLines(status: ShownStatus): Line[] {
  if (status.state === 'checking') return [` ${bar(status.preparing)} checking ${status.name}`]
  if (status.problem !== undefined)
    return [[{ text: ` ${status.name}: ${status.problem.code}`, style: 'bad' }]]
  const copies = status.copiesElsewhere
  const parts = [
    `↑ ${formatRate(status.upBytesPerSecond)} to ${status.receivers}`,
    `given ${formatSize(status.givenBytes)}`,
    `${copies.toFixed(1)} copies elsewhere: ${copies >= 1 ? 'you can switch off' : stayOn(status)}`,
    ...(status.blocked === undefined || status.blocked === 0
      ? []
      : [`${status.blocked} turned away by filters`]),
  ]
  return [` ${parts.join(' · ')}`]
}

function stayOn(status: ShownStatus): string {
  const missing = (1 - status.copiesElsewhere) * status.totalBytes
  if (status.upBytesPerSecond < 1) return 'stay on'
  return `stay on, about ${formatDuration((missing / status.upBytesPerSecond) * 1_000)}`
}

export function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_CELLS)
  return '█'.repeat(full) + '░'.repeat(BAR_CELLS - full)
}
