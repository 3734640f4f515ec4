// What a `get` says while it runs and when it is done, whichever engine does it: lines for a person, events for a program.

import { formatDuration, formatRate, formatSize } from '../api/format-quantity.ts'
import type { CheckedFiles } from '../daemon/checks/received-check.ts'
import type { GetReport } from '../daemon/get-job.ts'
import { checkText } from './check-text.ts'
import type { Output } from './output.ts'
import { shellWord } from './shell-word.ts'
import type { Line } from './terminal.ts'
import { gettingLines, givingLines, progressObject, type ShownStatus } from './transfer-view.ts'

/** A rate over less than this says nothing. */
const LEAST_SECONDS = 0.001

/** Which engine does it, and the transfer's ID where another process has it. */
export type Doer =
  | { readonly engine: 'own' }
  | { readonly engine: 'daemon'; readonly id: string; readonly pid: number }

export interface DoneFacts {
  readonly path: string
  readonly bytes: number
  readonly seconds: number
  readonly status: Pick<ShownStatus, 'takenBytes' | 'givenBytes' | 'checkedBytes'>
}

type ArrivedTorrent = Parameters<GetReport['arrived']>[0]

/** The look at what arrived: of an engine of its own, or what the running one says. */
export interface GetChecks {
  arrived(torrent: ArrivedTorrent): Promise<void>
  readonly told: CheckedFiles
}

export class Report implements GetReport {
  readonly #output: Output
  readonly #saveFolder: string
  readonly #checks: GetChecks
  readonly #doer: Doer

  constructor(output: Output, saveFolder: string, checks: GetChecks, doer: Doer = { engine: 'own' }) {
    this.#output = output
    this.#saveFolder = saveFolder
    this.#checks = checks
    this.#doer = doer
  }

  metadata(metainfo: { readonly name: string }, wantedBytes: number): void {
    const size = formatSize(wantedBytes)
    this.#output.note(`Getting ${metainfo.name} (${size}) into ${this.#saveFolder}`)
    this.#output.object({
      event: 'getting',
      name: metainfo.name,
      totalBytes: wantedBytes,
      folder: this.#saveFolder,
      ...this.#doer,
    })
  }

  /** @param lines instead of those of a transfer that moves */
  progress(status: ShownStatus, lines: readonly Line[] = gettingLines(status)): void {
    this.#output.progress(lines)
    this.#output.object(progressObject(status))
  }

  async arrived(torrent: ArrivedTorrent): Promise<void> {
    await this.#checks.arrived(torrent)
  }

  done(result: DoneFacts): void {
    const { status } = result
    const { told } = this.#checks
    const { summary, lines } = checkText(told, Date.now())
    this.#output.endProgress()
    this.#output.object({
      event: 'done',
      path: result.path,
      bytes: result.bytes,
      seconds: Math.round(result.seconds * 1_000) / 1_000,
      takenBytes: status.takenBytes,
      givenBytes: status.givenBytes,
      ...(status.checkedBytes === undefined ? {} : { checkedBytes: status.checkedBytes }),
      check: told.state,
    })
    const took = formatDuration(result.seconds * 1_000)
    const how =
      status.takenBytes === 0
        ? 'All of it was here already'
        : `Done in ${took}, ${formatRate(status.takenBytes / Math.max(result.seconds, LEAST_SECONDS))}`
    this.#output.result(`${how}: ${result.path}. Verified. ${summary}`)
    for (const line of lines) this.#output.warn([{ text: `${line}.`, style: 'careful' }])
    if (told.unmarked === 'no-tool') {
      this.#output.note(
        'The files are not marked as received: the tool `setfattr` (Debian package attr) is not installed.',
      )
    }
    if (status.givenBytes > 0) this.#output.note(`You gave ${formatSize(status.givenBytes)} while getting.`)
    if (this.#doer.engine === 'daemon') return
    const pasted = shellWord(result.path)
    if (pasted !== undefined) this.#output.note(`Keep giving: shoal share ${pasted}`)
  }

  giving(status: ShownStatus): void {
    this.#output.progress(givingLines(status))
    this.#output.object(progressObject(status))
  }
}
