// What a `get` says while it runs and when it is done, whichever engine does it: lines for a person, events for a program.

import { natureSentence } from '../api/check-sentence.ts'
import { formatDuration, formatRate, formatSize } from '../api/format-quantity.ts'
import type { ArrivedFile, GetReport } from '../daemon/get-job.ts'
import type { ReceivedCheck } from '../daemon/received-check.ts'
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

export class Report implements GetReport {
  readonly #output: Output
  readonly #saveFolder: string
  readonly #check: ReceivedCheck
  readonly #doer: Doer

  constructor(output: Output, saveFolder: string, check: ReceivedCheck, doer: Doer = { engine: 'own' }) {
    this.#output = output
    this.#saveFolder = saveFolder
    this.#check = check
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

  async arrived(files: readonly ArrivedFile[]): Promise<void> {
    await this.#check.lookAtRest(files)
  }

  done(result: DoneFacts): void {
    const { status } = result
    this.#output.endProgress()
    this.#output.object({
      event: 'done',
      path: result.path,
      bytes: result.bytes,
      seconds: Math.round(result.seconds * 1_000) / 1_000,
      takenBytes: status.takenBytes,
      givenBytes: status.givenBytes,
      ...(status.checkedBytes === undefined ? {} : { checkedBytes: status.checkedBytes }),
      check: this.#check.state,
    })
    const took = formatDuration(result.seconds * 1_000)
    const how =
      status.takenBytes === 0
        ? 'All of it was here already'
        : `Done in ${took}, ${formatRate(status.takenBytes / Math.max(result.seconds, LEAST_SECONDS))}`
    this.#output.result(`${how}: ${result.path}. Verified. ${this.#nature()}`)
    for (const { components, nature } of this.#check.warnings) {
      this.#output.warn([{ text: `${components.join('/')}: ${natureSentence(nature)}.`, style: 'careful' }])
    }
    if (this.#check.unmarked === 'no-tool') {
      this.#output.note(
        'The files are not marked as received: the tool `setfattr` (Debian package attr) is not installed.',
      )
    }
    if (status.givenBytes > 0) this.#output.note(`You gave ${formatSize(status.givenBytes)} while getting.`)
    if (this.#doer.engine === 'daemon') return
    const pasted = shellWord(result.path)
    if (pasted !== undefined) this.#output.note(`Keep giving: shoal share ${pasted}`)
  }

  #nature(): string {
    const { single, warnings } = this.#check
    if (single !== undefined) return `${natureSentence(single.nature)}; not virus-checked (no scanner).`
    if (warnings.length > 0) return `Not virus-checked (no scanner); look at ${warnings.length} of its files:`
    return 'Not virus-checked (no scanner).'
  }

  giving(status: ShownStatus): void {
    this.#output.progress(givingLines(status))
    this.#output.object(progressObject(status))
  }
}
