// `shoal status`: what the running Shoal does, in two or three lines (INTERFACE.md B3). Pure: answers in, lines out.

import { formatMomentAhead } from '../api/format-moment.ts'
import { formatCount, formatDuration, formatRate, formatSize } from '../api/format-quantity.ts'
import { portRemedy, portSentence } from '../api/port-sentence.ts'
import { explainReach } from '../api/reachability-sentence.ts'
import type { Network, Status } from '../api/schemas/status.ts'
import type { Line } from './terminal.ts'

const COUNTED = ['getting', 'giving', 'waiting', 'queued', 'paused'] as const

/** @param nowMs milliseconds since 1970 */
export function statusLines(status: Status, network: Network, nowMs: number): Line[] {
  return [
    join(runningFor(status, nowMs), `page ${status.page}`, reachText(status, network)),
    join(
      doesText(status),
      `taken ${formatSize(status.takenBytes)}, given ${formatSize(status.givenBytes)}`,
      sharingText(status),
    ),
    ...moving(status),
    ...trouble(status, network, nowMs),
  ]
}

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' · ')
}

function runningFor({ startedAt, pid }: Status, nowMs: number): string {
  return `Running ${formatDuration(Math.max(0, nowMs - Date.parse(startedAt)))} (process ${pid})`
}

/** `others can reach you (TCP and UDP, port 51733, opened by your router)` */
function reachText({ port }: Status, { reach, portMapping, wayOut }: Network): string {
  const { sentence } = explainReach(reach, wayOut.trouble)
  const said = sentence.charAt(0).toLowerCase() + sentence.slice(1)
  if (port === null || wayOut.trouble !== null) return said
  const open = reach.ways.filter(({ answer }) => answer === 'yes').map(({ way }) => way)
  const transports = [
    ...(open.some((way) => way.startsWith('tcp')) ? ['TCP'] : []),
    ...(open.some((way) => way.startsWith('utp')) ? ['UDP'] : []),
  ]
  const mapped = portMapping.routers.some(({ state }) => state === 'mapped')
  const facts = [
    ...(transports.length === 0 ? [] : [transports.join(' and ')]),
    `port ${port}`,
    ...(mapped ? ['opened by your router'] : []),
  ]
  return `${said} (${facts.join(', ')})`
}

function doesText({ counts }: Status): string {
  const parts = COUNTED.filter((name) => counts[name] > 0).map((name) => `${name} ${counts[name]}`)
  if (counts.needsYou > 0) parts.push(`${counts.needsYou} in need of you`)
  if (parts.length === 0) return counts.total === 0 ? 'Nothing to do' : formatCount(counts.total, 'transfer')
  const text = parts.join(', ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function sharingText({ totals: { sharing } }: Status): string {
  const all = sharing.link + sharing.everyone
  if (all === 0) return 'Sharing nothing'
  return `Sharing ${formatCount(all, 'thing')}: ${sharing.link} with people who have the link, ${sharing.everyone} with everyone`
}

function moving({ totals }: Status): Line[] {
  const { downBytesPerSecond: down, upBytesPerSecond: up, peers } = totals
  if (peers === 0 && down < 1 && up < 1) return []
  return [join(`↓ ${formatRate(down)}`, `↑ ${formatRate(up)}`, formatCount(peers, 'peer'))]
}

function trouble({ totals, opened, portTrouble }: Status, { wayOut }: Network, nowMs: number): Line[] {
  const lines: string[] = []
  if (totals.pausedUntil === 'told') lines.push('Everything is paused until you say so.')
  else if (totals.pausedUntil !== null)
    lines.push(`Everything is paused until ${formatMomentAhead(totals.pausedUntil, nowMs)}.`)
  if (totals.slow) lines.push('The slower limits are on.')
  if (opened.done < opened.of) lines.push(`Opened ${opened.done} of ${opened.of} transfers so far.`)
  if (portTrouble !== null) lines.push(`${portSentence(portTrouble)} ${portRemedy(portTrouble)}`)
  if (wayOut.kind !== 'direct')
    lines.push(`Everything goes by ${wayOut.name ?? 'the way you set'} or not at all.`)
  if (wayOut.trouble !== null)
    lines.push(
      `${wayOut.kind === 'direct' ? 'The way out that you set' : 'It'} does not work now (${wayOut.trouble.code}): everything waits.`,
    )
  return lines.map((text) => [{ text, style: 'careful' as const }])
}
