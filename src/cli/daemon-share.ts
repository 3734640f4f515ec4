// `shoal share` through the running Shoal: asks it to share, says the link, shows how it is given, and ends when that is over.
// The same lines and events as with an engine of its own; Ctrl-C leaves the share to the running one.

import { formatSize } from '../api/format-quantity.ts'
import type { ShareFacts, ShareRequest } from '../api/schemas/share.ts'
import type { TransferRow } from '../api/schemas/transfer.ts'
import { CodedError } from '../base/errors.ts'
import type { DaemonLink } from './daemon-link.ts'
import { DaemonWatch } from './daemon-watch.ts'
import type { Interrupt } from './interrupt.ts'
import type { Output } from './output.ts'
import { ReachNote } from './reach-note.ts'
import { statusOfRow } from './row-status.ts'
import { type Offered, sayNoPage, saySharing } from './share-text.ts'
import { bar, givingLines, progressObject } from './transfer-view.ts'

export interface DaemonShare {
  readonly link: DaemonLink
  readonly wishes: readonly ShareRequest[]
  /** With a page for phones on this network. */
  readonly web: boolean
  /** `host:port` of whom to connect to. */
  readonly peers: readonly string[]
  readonly output: Output
  readonly interrupt: Interrupt
}

/** The code of what stopped it. */
class DaemonShareFailed extends CodedError {}

const SHOWN_ID_LETTERS = 8
/** Whether others can come changes in minutes. */
const REACH_EVERY_LOOKS = 10
const TERMINATED = 143

/** @returns the exit code. @throws ApiError, LinkError, and the code of what a share failed with */
export async function shareThroughDaemon(job: DaemonShare): Promise<number> {
  const { link, wishes, peers, interrupt } = job
  const stop = interrupt.listen()
  const watch = new DaemonWatch(link, stop)
  const shares: TransferRow[] = []
  try {
    for (const wish of wishes) {
      const facts = await offered(job, watch, wish, stop)
      if (facts === undefined) return detach(job, shares)
      const { id } = facts.transfer
      if (wish.stopRule !== undefined)
        await link.call('changeTransfers', { ids: [id], change: { stopRule: wish.stopRule } })
      if (peers.length > 0) await link.call('addPeers', { id, peers: [...peers] })
      shares.push(facts.transfer)
    }
    return (await give(job, watch, shares, stop)) ? 0 : detach(job, shares)
  } finally {
    watch.close()
  }
}

/** Shared, with its link; undefined when the person left while it was hashed. */
async function offered(
  { link, output, web }: DaemonShare,
  watch: DaemonWatch,
  wish: ShareRequest,
  stop: AbortSignal,
): Promise<ShareFacts | undefined> {
  let facts = await link.call('addShare', wish)
  while (facts.link === null) {
    const { transfer: row } = facts
    if (row.problem !== null)
      throw new DaemonShareFailed(row.problem.code, { name: row.name, ...row.problem.data })
    const done = formatSize(row.preparing * row.totalBytes)
    output.progress([` ${bar(row.preparing)} hashing ${done} of ${formatSize(row.totalBytes)}`])
    if (stop.aborted) return undefined
    await watch.pause()
    facts = await link.call('share', { id: row.id })
  }
  output.endProgress()
  const { port } = await link.call('status', {})
  const { id } = facts.transfer
  const page = web ? await pageFor(id, link, watch, output, stop) : (facts.webPage?.url ?? null)
  const doer = { engine: 'daemon', id, pid: link.run.pid } as const
  saySharing(
    output,
    { ...offeredBy(facts, facts.link, port), page },
    doer,
    `Ctrl-C leaves it to the running Shoal. Stop it: shoal unshare ${id.slice(0, SHOWN_ID_LETTERS)}`,
  )
  return facts
}

/** Null where there can be none: that is said, and the share itself goes on. */
async function pageFor(
  id: string,
  link: DaemonLink,
  watch: DaemonWatch,
  output: Output,
  stop: AbortSignal,
): Promise<string | null> {
  for (;;) {
    const row = (await watch.look(id))?.row
    if (row === undefined || !PREPARING.has(row.state) || stop.aborted) break
    output.progress([` ${bar(row.preparing)} checking ${row.name}`])
    await watch.pause()
  }
  output.endProgress()
  return await link.call('openWebPage', { id }).then(
    ({ webPage }) => webPage?.url ?? null,
    (error: unknown) => sayNoPage(output, error),
  )
}

const PREPARING: ReadonlySet<TransferRow['state']> = new Set(['opening', 'hashing', 'checking'])

function offeredBy({ transfer: row, audience }: ShareFacts, magnet: string, port: number | null): Offered {
  return {
    name: row.name,
    totalBytes: row.totalBytes,
    private: row.private,
    listing: audience,
    magnet,
    infohashV1: row.infohashV1,
    infohashV2: row.infohashV2,
    port,
    page: null,
  }
}

/** @returns whether all of them ended; false when the person left before that */
async function give(
  { link, output }: DaemonShare,
  watch: DaemonWatch,
  shares: readonly TransferRow[],
  stop: AbortSignal,
): Promise<boolean> {
  const judged = new Set<string>()
  const reachNote = new ReachNote()
  for (let look = 0; ; look++) {
    const rows: TransferRow[] = []
    for (const { id, givenBytes, takenBytes } of shares) {
      const details = await watch.look(id)
      if (details === undefined || details.row.state === 'done') continue
      const { row } = details
      if (row.state === 'failed')
        throw new DaemonShareFailed(row.problem?.code ?? 'TRANSFER_FAILED', {
          name: row.name,
          ...row.problem?.data,
        })
      judgeOnce(row, judged, output)
      rows.push(row)
      const status = statusOfRow(row, { givenBytes, takenBytes }, details)
      output.object(progressObject(status))
    }
    if (look % REACH_EVERY_LOOKS === 0) reachNote.look((await link.call('network', {})).reach, output)
    output.progress(rows.flatMap((row) => givingLines(statusOfRow(row, before(shares, row)))))
    if (rows.length === 0) break
    if (stop.aborted) return false
    await watch.pause()
  }
  output.endProgress('keep')
  return true
}

function before(shares: readonly TransferRow[], { id }: TransferRow): TransferRow {
  return shares.find((share) => share.id === id) as TransferRow
}

/** A torrent file may describe what its data is not: said once, as soon as the data is checked. */
function judgeOnce(row: TransferRow, judged: Set<string>, output: Output): void {
  const { id, name, state, doneBytes, totalBytes, problem } = row
  if (judged.has(id) || (state !== 'giving' && state !== 'waiting' && state !== 'getting')) return
  judged.add(id)
  if (doneBytes >= totalBytes) return
  if (doneBytes === 0 && problem?.code === 'FILE_DIFFERS')
    throw new DaemonShareFailed('VERIFY_FAILED', { path: name })
  output.warn(
    `${name}: ${formatSize(doneBytes)} of ${formatSize(totalBytes)} is here as the torrent describes it. Only that is given, and nothing is fetched.`,
  )
}

/** Ctrl-C takes the person away, not the share. */
function detach({ link, output, interrupt }: DaemonShare, shares: readonly TransferRow[]): number {
  output.endProgress('keep')
  for (const { id, name } of shares) {
    output.object({ event: 'detached', id, name, engine: 'daemon', pid: link.run.pid })
    output.warn(
      `The running Shoal goes on sharing ${name}. Stop it: shoal unshare ${id.slice(0, SHOWN_ID_LETTERS)}`,
    )
  }
  return interrupt.exitCode === TERMINATED ? TERMINATED : 0
}
