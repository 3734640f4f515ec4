// `shoal show`: one transfer in full, as lines. Pure: answers of the API in, lines out. Sentences are those of the page.

import { explainBottleneck } from '../api/bottleneck-sentence.ts'
import { explainFileCheck, isCareful } from '../api/check-sentence.ts'
import { formatMoment } from '../api/format-moment.ts'
import { formatCount, formatDuration, formatRate, formatSize } from '../api/format-quantity.ts'
import type { FileCheck } from '../api/schemas/checks.ts'
import type { FileRow, PeerRow, TrackerRow, TransferDetails, TransferRow } from '../api/schemas/transfer.ts'
import { explainState } from '../api/state-sentence.ts'
import { explainSwitchOff } from '../api/switch-off-sentence.ts'
import { pad } from './columns.ts'
import type { Line, Span } from './terminal.ts'
import { bar } from './transfer-view.ts'

export interface Sheet {
  readonly details: TransferDetails
  readonly files: readonly FileRow[]
  readonly peers: readonly PeerRow[]
  readonly trackers: readonly TrackerRow[]
}

/** A torrent may have 100,000 files and a transfer 200 peers: a screen shows some, --json all. */
const MOST_LINES = 20
const NAME_COLUMNS = 10
const SIZE_COLUMNS = 10
const ADDRESS_COLUMNS = 28
const CLIENT_COLUMNS = 22
const RATE_COLUMNS = 12

export function sheetLines(sheet: Sheet, nowMs: number): Line[] {
  const { row } = sheet.details
  return [
    [{ text: row.name, style: 'strong' }],
    ...stateLines(row, nowMs),
    ...slowLines(row),
    '',
    ...factLines(sheet, nowMs),
    ...fileLines(sheet.files, nowMs),
    ...peerLines(sheet.peers),
    ...trackerLines(sheet.trackers, nowMs),
    ...whomLines(sheet.details),
  ]
}

function stateLines(row: TransferRow, nowMs: number): Line[] {
  const { sentence, remedy } = explainState(row, { nowMs })
  const stopped = sentence.endsWith('.') ? sentence : `${sentence}.`
  return [remedy === undefined ? stopped : `${stopped} ${remedy}`]
}

/** Why is it slow: the evidence, and what would help. */
function slowLines(row: TransferRow): Line[] {
  if (row.state !== 'getting' && row.state !== 'waiting' && row.state !== 'listing') return []
  const { code, sentence, evidence, wouldHelp } = explainBottleneck(row.bottleneck)
  if (code === 'NONE') return []
  return [
    '',
    [{ text: `Why it is not faster: ${sentence}.`, style: 'careful' }],
    ...evidence.map(({ label, value }) => `  ${label}: ${value}`),
    ...wouldHelp.map((help) => `  Would help: ${help}`),
  ]
}

function factLines({ details, files }: Sheet, nowMs: number): Line[] {
  const { row } = details
  const off = explainSwitchOff(row)
  const wanted = row.wantedBytes === row.totalBytes ? '' : ` (${formatSize(row.wantedBytes)} wanted)`
  const done = row.wantedBytes === 0 ? 0 : row.doneBytes / row.wantedBytes
  return [
    fact('ID', row.id),
    fact('Size', `${formatSize(row.totalBytes)}${wanted}, ${formatCount(row.fileCount, 'file')}`),
    fact('Here', `${bar(done)} ${Math.floor(done * 100)} %  ${formatSize(row.doneBytes)}`),
    fact('Now', `↓ ${formatRate(row.downBytesPerSecond)}  ↑ ${formatRate(row.upBytesPerSecond)}`),
    fact('In all', `taken ${formatSize(row.takenBytes)}, given ${formatSize(row.givenBytes)}`),
    ...(off === undefined
      ? []
      : [fact('Switch off?', off.may ? `yes: ${off.sentence}` : `not yet: ${off.sentence}`)]),
    fact('Until', ruleText(row)),
    fact('Who', audienceText(row)),
    fact('In', row.path),
    fact('Since', formatMoment(row.addedAt, nowMs)),
    ...(row.upLimit === null && row.downLimit === null ? [] : [fact('Limits', limitText(row))]),
    ...(row.category === null ? [] : [fact('Category', row.category)]),
    ...(row.tags.length === 0 ? [] : [fact('Tags', row.tags.join(', '))]),
    ...(row.webPage === null ? [] : [fact('Page', row.webPage)]),
    ...(details.comment === null ? [] : [fact('Comment', details.comment)]),
    ...(files.length === 0 ? [] : [fact('Link', details.magnet)]),
  ]
}

function fact(name: string, text: string): Line {
  return [{ text: pad(name, NAME_COLUMNS + 2), style: 'faint' }, text]
}

function audienceText({ audience, private: closed }: TransferRow): string {
  if (closed) return 'people who use its trackers (it is private)'
  return audience === 'link' ? 'people with the link' : 'everyone'
}

function limitText({ upLimit, downLimit }: TransferRow): string {
  const parts = [
    ...(downLimit === null ? [] : [`down ${formatRate(downLimit)}`]),
    ...(upLimit === null ? [] : [`up ${formatRate(upLimit)}`]),
  ]
  return parts.join(', ')
}

/** When it stops giving, in words. */
export function ruleText({ stopRule }: Pick<TransferRow, 'stopRule'>): string {
  const { ratio, seconds, copies } = stopRule
  const parts = [
    ...(ratio === null ? [] : [ratio === 1 ? '1 copy is given' : `${ratio} times its size is given`]),
    ...(seconds === null ? [] : [`it was given for ${formatDuration(seconds * 1_000)}`]),
    ...(copies === null ? [] : [copies === 1 ? '1 copy is elsewhere' : `${copies} copies are elsewhere`]),
  ]
  return parts.length === 0 ? 'gives until told otherwise' : `gives until ${parts.join(', or ')}`
}

function checkSpans(check: FileCheck | null, dangers: readonly string[], nowMs: number): Span[] {
  if (check === null) return []
  const loud = check.state === 'locked' || isCareful(check.state)
  return [{ text: `  ${explainFileCheck(check, dangers, nowMs)}`, style: loud ? 'careful' : 'faint' }]
}

function fileLines(files: readonly FileRow[], nowMs: number): Line[] {
  if (files.length < 2 && (files[0]?.check ?? null) === null) return []
  const shown = files
    .slice(0, MOST_LINES)
    .map(({ path, lengthBytes, doneBytes, priority, dangers, check }): Line => {
      const share = lengthBytes === 0 ? 100 : Math.floor((doneBytes / lengthBytes) * 100)
      const done = priority === 0 ? 'left out' : `${share} %`
      return [
        `  ${done.padStart(8)}  ${formatSize(lengthBytes).padStart(SIZE_COLUMNS)}  ${path.join('/')}`,
        ...checkSpans(check ?? null, dangers, nowMs),
      ]
    })
  return section('Files', shown, files.length)
}

function peerLines(peers: readonly PeerRow[]): Line[] {
  const busiest = [...peers].sort((a, b) => busyness(b) - busyness(a))
  const shown = busiest
    .slice(0, MOST_LINES)
    .map(
      (peer): Line =>
        `  ${pad(peer.address, ADDRESS_COLUMNS)}  ${pad(peer.client, CLIENT_COLUMNS)}  ${`${Math.floor(peer.progress * 100)} %`.padStart(5)}  ${`↓ ${formatRate(peer.downBytesPerSecond)}`.padStart(RATE_COLUMNS)}  ${`↑ ${formatRate(peer.upBytesPerSecond)}`.padStart(RATE_COLUMNS)}`,
    )
  return section('Peers', shown, peers.length)
}

function busyness({ downBytesPerSecond, upBytesPerSecond }: PeerRow): number {
  return downBytesPerSecond + upBytesPerSecond
}

function trackerLines(trackers: readonly TrackerRow[], nowMs: number): Line[] {
  const shown = trackers.slice(0, MOST_LINES).map(({ url, status, seeds, said, lastAnswerAt }): Line => {
    const parts = [
      status,
      ...(seeds === null ? [] : [formatCount(seeds, 'seed')]),
      ...(lastAnswerAt === null ? [] : [`answered ${formatMoment(lastAnswerAt, nowMs)}`]),
      ...(said === null ? [] : [`says "${said}"`]),
    ]
    return `  ${url}: ${parts.join(', ')}`
  })
  return section('Trackers', shown, trackers.length)
}

/** From whom, and to whom: the largest first. */
function whomLines({ contributions }: TransferDetails): Line[] {
  const shown = contributions
    .filter(({ downloadedBytes, uploadedBytes }) => downloadedBytes + uploadedBytes > 0)
    .slice(0, MOST_LINES)
    .map(
      ({ who, client, downloadedBytes, uploadedBytes }): Line =>
        `  ${pad(who, ADDRESS_COLUMNS)}  ${pad(client, CLIENT_COLUMNS)}  gave you ${formatSize(downloadedBytes)}, took ${formatSize(uploadedBytes)}`,
    )
  return section('From whom', shown, shown.length)
}

function section(title: string, lines: readonly Line[], count: number): Line[] {
  if (lines.length === 0) return []
  const more = count > lines.length ? [`  … and ${count - lines.length} more (--json has all)`] : []
  return ['', [{ text: `${title} (${count})`, style: 'strong' }], ...lines, ...more]
}
