// `shoal create`: makes a torrent file of a file or folder, hashing on all cores.

import { formatRate, formatSize } from '../../api/format-quantity.ts'
import { inspectTorrent } from '../../daemon/inspection.ts'
import { type MadeTorrent, makeTorrent } from '../../daemon/make-torrent.ts'
import { toolPorts } from '../../daemon/tool-ports.ts'
import { defineCommand } from '../command.ts'
import type { Output } from '../output.ts'
import { type Reader, TEXT } from '../readers.ts'
import { factsText, hashLines } from '../torrent-text.ts'
import { bar } from '../transfer-view.ts'
import { TRACKER_URL, WEB_SEED_URL } from '../url-readers.ts'
import { UsageError } from '../usage-error.ts'

const BINARY: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20 }
const SMALLEST = 2 ** 14
const LARGEST = 2 ** 29

/** Always binary: no other reading of `1M` is a power of two. */
const PIECE_LENGTH: Reader<number> = {
  expects: 'a power of two from 16KiB to 512MiB, such as 1MiB',
  read: (text) => {
    const match = /^(\d{1,10})(?:([km])(?:i?b)?)?$/i.exec(text)
    const bytes = Number(match?.[1]) * (BINARY[(match?.[2] ?? '').toLowerCase()] ?? Number.NaN)
    return bytes >= SMALLEST && bytes <= LARGEST && Number.isInteger(Math.log2(bytes)) ? bytes : undefined
  },
}

/** Names shown of files left out or renamed; the rest is counted. */
const SHOWN_NAMES = 3

export const command = defineCommand({
  options: {
    output: {
      kind: 'value',
      short: 'o',
      placeholder: 'F',
      reader: TEXT,
      summary: 'write here (default: NAME.torrent)',
    },
    v1: { kind: 'switch', summary: 'for old clients only' },
    v2: { kind: 'switch', summary: 'for new clients only (default: both in one)' },
    tracker: { kind: 'list', placeholder: 'URL', reader: TRACKER_URL, summary: 'announce to this tracker' },
    'web-seed': {
      kind: 'list',
      placeholder: 'URL',
      reader: WEB_SEED_URL,
      summary: 'also to be had from this server',
    },
    'piece-length': {
      kind: 'value',
      placeholder: 'N',
      reader: PIECE_LENGTH,
      summary: 'bytes of a piece (default: by size, for 1,000 to 2,000 of them)',
    },
    private: { kind: 'switch', summary: 'only by its trackers: no DHT, PEX or local search' },
    comment: { kind: 'value', placeholder: 'T', reader: TEXT, summary: 'a comment in the torrent file' },
  },
  operands: { least: 1, most: 1, expects: 'a file or folder' },
  details: [
    'The same files and options give the same torrent, byte for byte. Links inside a folder are left out.',
    'An existing torrent file is replaced only with --yes.',
  ],
  run: async ({ values, operands, output, folder, interrupt }) => {
    if (values.v1 && values.v2) {
      throw new UsageError('OPTION_CONFLICT', {
        option: '--v1',
        other: '--v2',
        why: 'Without either it is both.',
      })
    }
    const stop = interrupt.listen()
    const ports = toolPorts()
    const startedAt = performance.now()
    try {
      const made = await makeTorrent(
        {
          source: operands[0] as string,
          folder,
          output: values.output,
          replace: values.yes,
          version: values.v1 ? 'v1' : values.v2 ? 'v2' : 'hybrid',
          pieceLengthBytes: values['piece-length'],
          private: values.private,
          comment: values.comment,
          trackers: values.tracker,
          webSeeds: values['web-seed'],
        },
        ports,
        {
          cancelled: () => stop.aborted,
          progress: (doneBytes, totalBytes) => {
            if (doneBytes === totalBytes) return
            const seconds = (performance.now() - startedAt) / 1_000
            const parts = [
              `${formatSize(doneBytes)} of ${formatSize(totalBytes)}`,
              formatRate(doneBytes / seconds),
            ]
            output.progress([` ${bar(doneBytes / totalBytes)} ${parts.join('  ')}`])
          },
        },
      )
      output.endProgress()
      show(output, made)
      if (values.private && values.tracker.length === 0) {
        output.note(
          'It is private and has no tracker, so others find nobody to get it from. Add --tracker URL.',
        )
      }
      return 0
    } finally {
      await ports.close()
    }
  },
})

function show(output: Output, { torrent, outputPath, leftOut }: MadeTorrent): void {
  const facts = inspectTorrent(torrent)
  output.object({ ...facts, output: outputPath, leftOut })
  output.result(`${outputPath} (${factsText(facts)})`)
  for (const line of hashLines(facts)) output.result(line)
  if (leftOut.length > 0)
    output.note(`Left out, being links, special files or names that are no text: ${some(leftOut)}`)
  const renamed = torrent.metainfo.files.flatMap(({ originalPath, path }) =>
    originalPath === undefined ? [] : [`${originalPath.join('/')} as ${path.join('/')}`],
  )
  if (renamed.length > 0) output.note(`Shoal will save under safer names: ${some(renamed)}`)
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_NAMES).join(', ')
  return names.length > SHOWN_NAMES ? `${shown} and ${names.length - SHOWN_NAMES} more` : shown
}
