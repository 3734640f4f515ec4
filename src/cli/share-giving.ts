// Gives what is shared by an engine of this command's own, saying how it goes, until told to stop or until it is enough.

import { formatSize } from '../api/format-quantity.ts'
import { CodedError } from '../base/errors.ts'
import type { Engine } from '../daemon/compose.ts'
import type { Share } from '../daemon/share-job.ts'
import type { Output } from './output.ts'
import { ReachNote } from './reach-note.ts'
import { givingLines, progressObject } from './transfer-view.ts'

const REPORT_MS = 1_000

/** The code of what stopped it; INTERRUPTED when the person did. */
class SharingFailed extends CodedError {}

/** @throws SharingFailed */
export async function give(
  shares: readonly Share[],
  output: Output,
  stop: AbortSignal,
  once: boolean,
  forMs: number | undefined,
  engine: Engine,
): Promise<number> {
  const { clock } = engine.ports
  const judged = new Set<Share>()
  const reachNote = new ReachNote()
  const until = forMs === undefined ? undefined : clock.now() + forMs
  for (;;) {
    const statuses = shares.map(({ torrent }) => engine.statusOf(torrent))
    for (const status of statuses) {
      if (status.state === 'failed') throw failed(status.problem?.code ?? 'TRANSFER_FAILED', status)
    }
    for (const share of shares) judgeOnce(share, judged, output)
    reachNote.look(engine.session.reach.judge(), output)
    output.progress(statuses.flatMap((status) => givingLines(status)))
    for (const status of statuses) output.object(progressObject(status))
    const enough = once && statuses.every((status) => status.copiesElsewhere >= 1)
    if (stop.aborted || enough || (until !== undefined && clock.now() >= until)) break
    await pause(clock, stop)
  }
  output.endProgress('keep')
  if (stop.aborted) throw new SharingFailed('INTERRUPTED', { name: shares[0]?.metainfo.name })
  return 0
}

/**
 * A torrent file may describe what its data is not: said once, as soon as the data is checked.
 * @throws SharingFailed when nothing can be given, and files are in the way of fetching it
 */
function judgeOnce(share: Share, judged: Set<Share>, output: Output): void {
  const { state, problem, name, doneBytes, totalBytes } = share.torrent.status()
  if (state !== 'live' || judged.has(share)) return
  judged.add(share)
  if (doneBytes >= totalBytes) return
  if (doneBytes === 0 && problem?.code === 'FILE_DIFFERS')
    throw new SharingFailed('VERIFY_FAILED', { path: name })
  output.warn(
    `${name}: ${formatSize(doneBytes)} of ${formatSize(totalBytes)} is here as the torrent describes it. Only that is given, and nothing is fetched.`,
  )
}

function failed(code: string, status: { readonly name: string; readonly problem: unknown }): CodedError {
  return new SharingFailed(code, { name: status.name })
}

/** A report's time, or until the person stops it. */
export function pause(clock: Engine['ports']['clock'], stop: AbortSignal, ms = REPORT_MS): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule((clock.now() + ms) as ReturnType<typeof clock.now>, done)
    function done(): void {
      cancel()
      stop.removeEventListener('abort', done)
      resolve()
    }
    stop.addEventListener('abort', done)
    if (stop.aborted) done()
  })
}
