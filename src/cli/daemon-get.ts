// `shoal get` through the running Shoal: asks it to get something, shows how it goes, and ends when it is whole. The same
// lines, events and errors as with an engine of its own; Ctrl-C leaves it to the running one.

import type { AddRequest } from '../api/schemas/adding.ts'
import type { TransferDetails, TransferRow } from '../api/schemas/transfer.ts'
import { explainState } from '../api/state-sentence.ts'
import { failure, GetError, isHopeless } from '../daemon/get-job.ts'
import { DaemonChecks } from './daemon-checks.ts'
import type { DaemonLink } from './daemon-link.ts'
import { DaemonWatch } from './daemon-watch.ts'
import { Report } from './get-report.ts'
import type { Interrupt } from './interrupt.ts'
import type { Output } from './output.ts'
import { type Before, statusOfRow } from './row-status.ts'
import { ruleText } from './transfer-sheet.ts'

export interface DaemonGet {
  readonly link: DaemonLink
  readonly request: AddRequest & { readonly saveFolder: string }
  readonly output: Output
  readonly interrupt: Interrupt
  readonly timeoutMs: number
}

/** The transfer stands still, and not for want of sources. */
const RESTS: ReadonlySet<TransferRow['state']> = new Set([
  'opening',
  'checking',
  'moving',
  'paused',
  'queued',
])
const WHOLE: ReadonlySet<TransferRow['state']> = new Set(['giving', 'done', 'queued', 'paused'])
/** Nothing goes by the way out that is set. */
const NO_WAY_OUT: ReadonlySet<string> = new Set([
  'PROXY_DOWN',
  'PROXY_LOGIN',
  'PROXY_NOT_ONE',
  'INTERFACE_GONE',
])
const SHOWN_ID_LETTERS = 8
const REPORT_MS = 900

/** @returns the exit code. @throws GetError, ApiError, LinkError */
export async function getThroughDaemon(job: DaemonGet): Promise<number> {
  const { link, request, output, interrupt } = job
  const { transfer: row, added } = await link.call('addTransfer', request)
  const { id } = row
  if (!added) await goOn(job, row)
  const before: Before = { takenBytes: row.takenBytes, givenBytes: row.givenBytes }
  const checks = new DaemonChecks(link, id)
  const report = new Report(output, row.saveFolder, checks, { engine: 'daemon', id, pid: link.run.pid })
  const stop = interrupt.listen()
  const watch = new DaemonWatch(link, stop)
  try {
    const details = await untilWhole({ ...job, watch, report, id, added, before, stop })
    if (details === undefined) return detach(job, id)
    await checks.settled(stop)
    await sayDone(job, report, details, before)
    return 0
  } finally {
    watch.close()
  }
}

/** It was among the transfers already: perhaps elsewhere, perhaps at rest. */
async function goOn({ link, request, output }: DaemonGet, row: TransferRow): Promise<void> {
  if (row.saveFolder !== request.saveFolder)
    output.note(`${row.name} is among the transfers already, in ${row.saveFolder}.`)
  if (row.state === 'paused' || row.problem !== null) await link.call('resumeTransfers', { ids: [row.id] })
}

interface Watched extends DaemonGet {
  readonly watch: DaemonWatch
  readonly report: Report
  readonly id: string
  readonly added: boolean
  readonly before: Before
  readonly stop: AbortSignal
}

/** Undefined when the person left before it was whole. */
async function untilWhole(
  job: Watched,
): Promise<(TransferDetails & { readonly seconds: number }) | undefined> {
  const { watch, report, id, before, stop } = job
  const startedAt = performance.now()
  let [progressAt, reportedAt] = [startedAt, startedAt]
  let lastBytes = -1
  let hereBytes: number | undefined
  let said = false
  let name = ''
  for (;;) {
    const details = await watch.look(id)
    if (details === undefined) throw new GetError('REMOVED_MEANWHILE', { name })
    const { row } = details
    name = row.name
    const status = statusOfRow(row, before, details)
    if (!said && row.fileCount > 0 && row.state !== 'listing' && row.state !== 'opening') {
      said = true
      if (row.state !== 'failed') report.metadata(row, row.wantedBytes)
    }
    const now = performance.now()
    if (isWhole(row)) return { ...details, seconds: (now - startedAt) / 1_000 }
    if (stop.aborted) return undefined
    if (row.state !== 'checking' && row.state !== 'opening') hereBytes ??= row.doneBytes
    if (isHopeless(status, hereBytes ?? 0)) return await giveUp(job, row)
    const bytes = row.takenBytes + row.doneBytes + row.preparing
    if (bytes !== lastBytes || RESTS.has(row.state)) progressAt = now
    lastBytes = bytes
    if (now - progressAt >= job.timeoutMs) throw stalled(row, now - progressAt)
    if (now - reportedAt >= REPORT_MS) {
      reportedAt = now
      report.progress(status, RESTS.has(row.state) ? [restLine(row)] : undefined)
    }
    await watch.pause()
  }
}

/** Why it does not move: its turn, the person's own word, what is being done with it. */
function restLine(row: TransferRow): string {
  return ` ${explainState(row, { nowMs: Date.now() }).sentence}`
}

/** What the command began and cannot be got is not left behind. */
async function giveUp({ link, added, before }: Watched, row: TransferRow): Promise<never> {
  const status = statusOfRow(row, before)
  if (added && status.takenBytes === 0)
    await link.call('removeTransfers', { ids: [row.id], data: 'keep' }).catch(() => {
      // It stays in the list as failed: what is thrown says why.
    })
  throw failure(status)
}

function stalled(row: TransferRow, forMs: number): GetError {
  if (row.problem !== null) return new GetError(row.problem.code, { name: row.name, ...row.problem.data })
  if (NO_WAY_OUT.has(row.bottleneck.code)) return new GetError(row.bottleneck.code, row.bottleneck.data)
  return new GetError('NO_SOURCES', { name: row.name, seconds: Math.round(forMs / 1_000) })
}

/** All that is wanted is in its final place, and was not found wanting since. */
function isWhole({ state, finishedAt, doneBytes, wantedBytes, problem }: TransferRow): boolean {
  return finishedAt !== null && problem === null && WHOLE.has(state) && doneBytes >= wantedBytes
}

async function sayDone(
  { output }: DaemonGet,
  report: Report,
  { seconds, ...details }: TransferDetails & { readonly seconds: number },
  before: Before,
): Promise<void> {
  const { row } = details
  const status = statusOfRow(row, before, details)
  report.done({ path: row.path, bytes: row.wantedBytes, seconds, status })
  if (row.state === 'giving' || row.state === 'queued')
    output.note(
      `The running Shoal ${ruleText(row)}. Stop it: shoal pause ${row.id.slice(0, SHOWN_ID_LETTERS)}`,
    )
}

/** Ctrl-C takes the person away, not the transfer. */
async function detach({ link, output, interrupt }: DaemonGet, id: string): Promise<number> {
  const short = id.slice(0, SHOWN_ID_LETTERS)
  output.endProgress('keep')
  const row = (await link.call('transfer', { id })).row
  output.object({ event: 'detached', id, name: row.name, engine: 'daemon', pid: link.run.pid })
  output.warn(
    `The running Shoal goes on with ${row.name}. Stop it: shoal remove ${short} · Look: shoal show ${short}`,
  )
  return interrupt.exitCode === TERMINATED ? TERMINATED : 0
}

const TERMINATED = 143
