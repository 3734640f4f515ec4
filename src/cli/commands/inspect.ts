// `shoal inspect`: what a torrent file or link says. Reads only, contacts nobody.

import { formatSize } from '../../api/format-quantity.ts'
import { type Inspection, inspect } from '../../daemon/inspection.ts'
import { toolPorts } from '../../daemon/tool-ports.ts'
import { readTorrentInput } from '../../daemon/torrent-input.ts'
import { defineCommand } from '../command.ts'
import type { Output } from '../output.ts'
import { factsText, hashLines } from '../torrent-text.ts'

const SIZE_COLUMNS = 9

export const command = defineCommand({
  options: {},
  operands: { least: 1, most: 1, expects: 'a torrent file, a link or - for standard input' },
  details: ['Nobody is contacted: a link alone does not know its files.'],
  run: async ({ operands, output, input }) => {
    const facts = inspect(await readTorrentInput(operands[0] as string, { ...toolPorts(), stdin: input }))
    output.object(facts)
    show(output, facts)
    return 0
  },
})

function show(output: Output, facts: Inspection): void {
  const name = facts.name ?? 'A link without a name'
  output.result(
    facts.version === null
      ? `${name} (a link: its files are not known yet)`
      : `${name} (${factsText(facts)})`,
  )
  for (const line of hashLines(facts)) output.result(line)
  for (const tracker of facts.trackers) output.result(`  tracker   ${tracker}`)
  for (const url of facts.webSeeds) output.result(`  web seed  ${url}`)
  if (facts.comment !== null) output.result(`  comment   ${facts.comment}`)
  if (facts.createdBy !== null || facts.createdAt !== null) {
    output.result(
      `  made      ${[facts.createdBy, facts.createdAt].filter((fact) => fact !== null).join(', ')}`,
    )
  }
  for (const { path, lengthBytes } of facts.files) {
    output.result(`${formatSize(lengthBytes).padStart(SIZE_COLUMNS)}  ${path}`)
  }
}
