// `shoal get`: fetches what a link or torrent names into a folder, goes on where it stopped, gives on a little.

import path from 'node:path'
import picomatch from 'picomatch'
import { formatDuration, formatRate, formatSize } from '../../api/format-quantity.ts'
import { type AddChoices, optionsForMagnet, optionsForTorrent } from '../../daemon/add.ts'
import { type GetReport, runGet } from '../../daemon/get-job.ts'
import { ReceivedCheck } from '../../daemon/received-check.ts'
import { readTorrentInput, type TorrentInput } from '../../daemon/torrent-input.ts'
import type { TorrentOptions } from '../../engine/torrent/options.ts'
import type { Magnet } from '../../metainfo/magnet.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { defineCommand } from '../command.ts'
import type { Output } from '../output.ts'
import { DURATION, RATIO, TEXT } from '../readers.ts'
import { openTransferEngine, TRANSFER_OPTIONS } from '../transfer-options.ts'
import { gettingLines, givingLines, progressObject } from '../transfer-view.ts'

/** Without any progress for this long a get fails rather than waiting for ever (INTERFACE.md B4, NO_SOURCES). */
const DEFAULT_TIMEOUT_MS = 10 * 60_000

/** Every wanted file starts in the middle of 1 … 7. */
const WANTED_PRIORITY = 4

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
    const stop = interrupt.listen()
    const engine = await openTransferEngine(values, folder, output)
    try {
      const { digest } = engine.ports
      const source = await readTorrentInput(operands[0] as string, { digest, stdin: input })
      const saveFolder = path.resolve(folder, values.output ?? '.')
      const check = new ReceivedCheck(originOf(source))
      const add = await adder(source, (hash) => engine.session.kept(hash), {
        saveFolder,
        trackers: values.tracker,
        peers: values.peer,
        pex: !values['no-pex'],
        lan: !values['no-lsd'],
        sequential: values.sequential,
        priorities: (metainfo) => prioritiesOf(metainfo, values.select, source),
        beforeFinal: (file) => check.beforeFinal(file),
      })
      sayHosts(output, source)
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

type Choices = Omit<AddChoices, 'events'>

async function adder(
  source: TorrentInput,
  kept: (hash: NonNullable<Magnet['infohashV1']>) => Promise<Metainfo | undefined>,
  choices: Choices,
): Promise<(events: TorrentOptions['events']) => TorrentOptions> {
  if (source.kind === 'torrent') return (events) => optionsForTorrent(source.torrent, { ...choices, events })
  const { magnet } = source
  const hash = magnet.infohashV2 ?? magnet.infohashV1
  const known = hash === undefined ? undefined : await kept(hash)
  return (events) => optionsForMagnet(magnet, known, { ...choices, events })
}

function prioritiesOf(metainfo: Metainfo, globs: readonly string[], source: TorrentInput): number[] {
  const fits = globs.length === 0 ? undefined : picomatch([...globs], { dot: true, nocase: true })
  const ranges = source.kind === 'magnet' ? source.magnet.select : undefined
  return metainfo.files.map((file) => {
    if (file.pad) return 0
    const whole = file.path.join('/')
    const inside = file.path.slice(1).join('/')
    const name = file.path[file.path.length - 1] as string
    const selected =
      fits !== undefined
        ? fits(whole) || fits(name) || (inside !== '' && fits(inside))
        : ranges === undefined || ranges.some(({ first, last }) => file.index >= first && file.index <= last)
    return selected ? WANTED_PRIORITY : 0
  })
}

/** Says where it came from without giving access: the public hash, which for an unlisted share only peers know. */
function originOf(source: TorrentInput): string {
  const { infohashV1, infohashV2 } = source.kind === 'torrent' ? source.torrent.metainfo : source.magnet
  return infohashV1 === undefined ? `urn:btmh:1220${infohashV2}` : `urn:btih:${infohashV1}`
}

/** Hosts in a link are shown before they are contacted (SAFETY.md, personal data). */
function sayHosts(output: Output, source: TorrentInput): void {
  const trackers = source.kind === 'magnet' ? source.magnet.trackers : source.torrent.hints.trackers.flat()
  const peers = source.kind === 'magnet' ? source.magnet.peers : []
  const hosts = [...peers, ...trackers.map((url) => (URL.canParse(url) ? new URL(url).host : url))]
  if (hosts.length > 0)
    output.note(`It names these hosts, which will see your address: ${[...new Set(hosts)].join(', ')}`)
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

  metadata(metainfo: Metainfo, wantedBytes: number): void {
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
    const rate = result.seconds > 0 ? `, ${formatRate(status.takenBytes / result.seconds)}` : ''
    this.#output.result(
      `Done in ${formatDuration(result.seconds * 1_000)}${rate}: ${result.path}. Verified. ${this.#nature()}`,
    )
    for (const { components, nature } of this.#check.warnings) {
      this.#output.warn([{ text: `${components.join('/')}: ${nature.sentence}.`, style: 'careful' }])
    }
    if (this.#check.unmarked === 'no-tool') {
      this.#output.note(
        'The files are not marked as received: the tool `setfattr` (Debian package attr) is not installed.',
      )
    }
    if (status.givenBytes > 0) this.#output.note(`You gave ${formatSize(status.givenBytes)} while getting.`)
    this.#output.note(`Keep giving: shoal share ${JSON.stringify(result.path)}`)
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
