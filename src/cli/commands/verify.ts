// `shoal verify`: whether files on disk are what a torrent describes. Reads only.

import path from 'node:path'
import { formatCount, formatRate, formatSize } from '../../api/format-quantity.ts'
import { toolPorts } from '../../daemon/tool-ports.ts'
import { readTorrentFile } from '../../daemon/torrent-input.ts'
import {
  type FileVerdict,
  type Verification,
  type VerifiedFile,
  VerifyError,
  verifyData,
} from '../../daemon/verify-data.ts'
import { defineCommand } from '../command.ts'
import type { Output } from '../output.ts'
import type { Style } from '../terminal.ts'
import { bar } from '../transfer-view.ts'

const STATE_COLUMNS = 11

const STYLES: Readonly<Record<FileVerdict, Style>> = {
  right: 'good',
  missing: 'bad',
  shorter: 'bad',
  longer: 'bad',
  different: 'bad',
  unreadable: 'bad',
  unproven: 'careful',
}

export const command = defineCommand({
  options: {},
  operands: { least: 2, most: 2, expects: 'a torrent file and the folder or file that holds its data' },
  details: [
    'PATH is the folder that holds the torrent’s folder or file, or that folder or file itself. Nothing is written.',
    'Exit code 0 if everything is right, 1 if not.',
    'unproven: a v1 piece reaches into a neighbour that is missing or wrong, so that nothing can be said of it.',
  ],
  run: async ({ operands, output, folder, interrupt }) => {
    const [torrentPath, dataPath] = operands as readonly [string, string]
    const stop = interrupt.listen()
    const ports = toolPorts()
    const startedAt = performance.now()
    try {
      const { metainfo } = await readTorrentFile(path.resolve(folder, torrentPath), ports)
      const result = await verifyData(metainfo, path.resolve(folder, dataPath), ports, {
        cancelled: () => stop.aborted,
        progress: (doneBytes, totalBytes) => {
          if (doneBytes === totalBytes) return
          const rate = formatRate(doneBytes / ((performance.now() - startedAt) / 1_000))
          output.progress([
            ` ${bar(doneBytes / totalBytes)} ${formatSize(doneBytes)} of ${formatSize(totalBytes)}  ${rate}`,
          ])
        },
      })
      output.endProgress()
      output.object(result)
      show(output, result)
      if (!result.complete) throw new VerifyError('VERIFY_FAILED', { path: dataPath })
      return 0
    } finally {
      await ports.close()
    }
  },
})

function show(output: Output, { name, files, totalBytes, goodBytes, complete }: Verification): void {
  if (complete) {
    output.result([
      { text: '✓', style: 'good' },
      ` ${name}: ${formatCount(files.length, 'file')}, ${formatSize(totalBytes)}, all right.`,
    ])
    return
  }
  const wrong = files.filter((file) => file.state !== 'right')
  for (const file of wrong) {
    output.result([
      ' ',
      { text: file.state.padEnd(STATE_COLUMNS), style: STYLES[file.state] },
      file.path,
      detail(file),
    ])
  }
  const right = files.length - wrong.length
  const share = totalBytes === 0 ? 0 : Math.floor((goodBytes / totalBytes) * 1_000) / 10
  output.result(
    `${name}: ${right} of ${formatCount(files.length, 'file')} right, ${formatSize(goodBytes)} of ${formatSize(totalBytes)} (${share} %).`,
  )
}

function detail({ state, goodBytes, lengthBytes }: VerifiedFile): string {
  const partly = state === 'different' || state === 'shorter' || state === 'unproven'
  const wrong = `${formatSize(lengthBytes - goodBytes)} of ${formatSize(lengthBytes)} not right`
  return partly ? ` (${wrong})` : ` (${formatSize(lengthBytes)})`
}
