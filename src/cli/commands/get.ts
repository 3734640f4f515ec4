// `shoal get`: fetches what a link or torrent names into a folder, goes on where it stopped, gives on a little.

import path from 'node:path'
import picomatch from 'picomatch'
import { formatDuration, formatRate, formatSize } from '../../api/format-quantity.ts'
import { CodedError } from '../../base/errors.ts'
import { type GetReport, runGet } from '../../daemon/get-job.ts'
import { adderFor, hostsIn, isUnlisted, originOf } from '../../daemon/get-source.ts'
import { ReceivedCheck } from '../../daemon/received-check.ts'
import { readTorrentInput } from '../../daemon/torrent-input.ts'
import { defineCommand } from '../command.ts'
import type { Output } from '../output.ts'
import { DURATION, RATIO, TEXT } from '../readers.ts'
import { shellWord } from '../shell-word.ts'
import { openTransferEngine, TRANSFER_OPTIONS } from '../transfer-options.ts'
import { gettingLines, givingLines, progressObject } from '../transfer-view.ts'
import { WEB_SEED_URL } from '../url-readers.ts'

export class GetUseError extends CodedError<'TRACKER_UNLISTED'> {}

/** Without any progress for this long a get fails rather than waiting for ever (INTERFACE.md B4, NO_SOURCES). */
const DEFAULT_TIMEOUT_MS = 10 * 60_000

/** A rate over less than this says nothing. */
const LEAST_SECONDS = 0.001

export const command = defineCommand({
  options: {
    output: {
      kind: 'value',
      short: 'o',
      placeholder: 'DIR',
      reader: TEXT,
      summary: 'save here instead of the current folder',
    },
    select: {
      kind: 'list',
      placeholder: 'GLOB',
      reader: TEXT,
      summary: 'only files whose path or name fits',
    },
    'web-seed': {
      kind: 'list',
      placeholder: 'URL',
      reader: WEB_SEED_URL,
      summary: 'a server that has the files too: nobody else need be there',
    },
    sequential: { kind: 'switch', summary: 'from beginning to end, to play while it comes' },
    seed: { kind: 'switch', summary: 'go on giving when done, until stopped' },
    'seed-ratio': {
      kind: 'value',
      placeholder: 'N',
      reader: RATIO,
      summary: 'go on until N times the size is given',
    },
    'seed-time': { kind: 'value', placeholder: 'D', reader: DURATION, summary: 'go on giving for this long' },
    ...TRANSFER_OPTIONS,
  },
  operands: { least: 1, most: 1, expects: 'a link, a torrent file or - for standard input' },
  details: [
    'Run again, it goes on where it stopped. Existing files are never overwritten.',
    'When done it gives on for at most a minute while somebody needs it; --seed* for longer.',
  ],
  run: async ({ values, operands, output, input, folder, interrupt }) => {
    const engine = await openTransferEngine(values, folder, output)
    try {
      const source = await readTorrentInput(operands[0] as string, { ...engine.ports, stdin: input })
      if (values.tracker.length > 0 && isUnlisted(source)) throw new GetUseError('TRACKER_UNLISTED')
      const saveFolder = path.resolve(folder, values.output ?? '.')
      const check = new ReceivedCheck(originOf(source))
      const globs = values.select.length === 0 ? undefined : [...values.select]
      const add = await adderFor(source, engine, {
        saveFolder,
        trackers: values.tracker,
        peers: values.peer,
        webSeeds: values['web-seed'],
        pex: !values['no-pex'],
        lan: !values['no-lsd'],
        sequential: values.sequential,
        refetch: true,
        fits: globs === undefined ? undefined : picomatch(globs, { dot: true, nocase: true }),
        beforeFinal: (file) => check.beforeFinal(file),
      })
      sayHosts(output, hostsIn(source))
      // Not before: whoever waits for standard input is to end at once.
      const stop = interrupt.listen()
      await runGet({
        engine,
        add,
        report: new Report(output, saveFolder, check),
        timeoutMs: values.timeout ?? DEFAULT_TIMEOUT_MS,
        giving: {
          forever: values.seed,
          ratio: values['seed-ratio'],
          seconds: values['seed-time'] === undefined ? undefined : values['seed-time'] / 1_000,
          courtesy: output.notes.live && !values.json,
        },
        stop,
      })
      return 0
    } finally {
      await engine.close()
    }
  },
})

/** Hosts in a link are shown before they are contacted (SAFETY.md, personal data). */
function sayHosts(output: Output, hosts: readonly string[]): void {
  if (hosts.length > 0) output.note(`It names these hosts, which will see your address: ${hosts.join(', ')}`)
}

class Report implements GetReport {
  readonly #output: Output
  readonly #saveFolder: string
  readonly #check: ReceivedCheck

  constructor(output: Output, saveFolder: string, check: ReceivedCheck) {
    this.#output = output
    this.#saveFolder = saveFolder
    this.#check = check
  }

  metadata(metainfo: { readonly name: string }, wantedBytes: number): void {
    const size = formatSize(wantedBytes)
    this.#output.note(`Getting ${metainfo.name} (${size}) into ${this.#saveFolder}`)
    this.#output.object({
      event: 'getting',
      name: metainfo.name,
      totalBytes: wantedBytes,
      folder: this.#saveFolder,
    })
  }

  progress(status: Parameters<GetReport['progress']>[0]): void {
    this.#output.progress(gettingLines(status))
    this.#output.object(progressObject(status))
  }

  async arrived(files: Parameters<GetReport['arrived']>[0]): Promise<void> {
    await this.#check.lookAtRest(files)
  }

  done(result: Parameters<GetReport['done']>[0]): void {
    const { status } = result
    this.#output.endProgress()
    this.#output.object({
      event: 'done',
      path: result.path,
      bytes: result.bytes,
      seconds: Math.round(result.seconds * 1_000) / 1_000,
      takenBytes: status.takenBytes,
      givenBytes: status.givenBytes,
      checkedBytes: status.checkedBytes,
      check: this.#check.state,
    })
    const took = formatDuration(result.seconds * 1_000)
    const how =
      status.takenBytes === 0
        ? 'All of it was here already'
        : `Done in ${took}, ${formatRate(status.takenBytes / Math.max(result.seconds, LEAST_SECONDS))}`
    this.#output.result(`${how}: ${result.path}. Verified. ${this.#nature()}`)
    for (const { components, nature } of this.#check.warnings) {
      this.#output.warn([{ text: `${components.join('/')}: ${nature.sentence}.`, style: 'careful' }])
    }
    if (this.#check.unmarked === 'no-tool') {
      this.#output.note(
        'The files are not marked as received: the tool `setfattr` (Debian package attr) is not installed.',
      )
    }
    if (status.givenBytes > 0) this.#output.note(`You gave ${formatSize(status.givenBytes)} while getting.`)
    const pasted = shellWord(result.path)
    if (pasted !== undefined) this.#output.note(`Keep giving: shoal share ${pasted}`)
  }

  #nature(): string {
    const { single, warnings } = this.#check
    if (single !== undefined) return `${single.nature.sentence}; not virus-checked (no scanner).`
    if (warnings.length > 0) return `Not virus-checked (no scanner); look at ${warnings.length} of its files:`
    return 'Not virus-checked (no scanner).'
  }

  giving(status: Parameters<GetReport['giving']>[0]): void {
    this.#output.progress(givingLines(status))
    this.#output.object(progressObject(status))
  }
}
