// `shoal import qbittorrent|transmission DIR`: the transfers of another client come to the running Shoal, with their folders.
// Their files stay where they are; that client's own folder is only read.

import path from 'node:path'
import { explain } from '../../api/errors.ts'
import { formatCount } from '../../api/format-quantity.ts'
import type { OutputOf } from '../../api/routes.ts'
import type { AddRequest } from '../../api/schemas/adding.ts'
import { CodedError } from '../../base/errors.ts'
import { CLIENTS, foreignTransfers } from '../../daemon/import/foreign-folder.ts'
import { type ForeignTransfer, ImportError } from '../../daemon/import/foreign-transfer.ts'
import { defineCommand } from '../command.ts'
import type { DaemonLink } from '../daemon-link.ts'
import { openLink } from '../open-link.ts'
import type { Output } from '../output.ts'
import { UsageError } from '../usage-error.ts'

export const command = defineCommand({
  options: {
    paused: { kind: 'switch', summary: 'let all of them rest at first' },
    'dry-run': { kind: 'switch', summary: 'say what would come, and bring nothing' },
  },
  operands: { least: 2, most: 2, expects: `${CLIENTS.join(' or ')}, and its folder` },
  details: [
    'DIR is where that client keeps its transfers: for qBittorrent ~/.local/share/qBittorrent/BT_backup, for Transmission ~/.config/transmission (or transmission-daemon).',
    'End that client first, so that two do not work on the same files. What is there is checked before anything is given or got; folders, categories, tags, chosen files and limits come along, counts of bytes do not.',
  ],
  run: async (context) => {
    const { values, operands, output, folder, interrupt } = context
    const [named = '', given = ''] = operands
    const client = CLIENTS.find((name) => name === named)
    if (client === undefined)
      throw new UsageError('OPERAND_MISSING', {
        command: 'import',
        expects: CLIENTS.join(' or '),
        usage: 'import qbittorrent|transmission DIR',
      })
    const link = values['dry-run'] ? undefined : await openLink(context)
    const stop = interrupt.listen()
    const categories = new Set((await link?.call('categories', {}))?.categories.map(({ name }) => name))
    const counts = { added: 0, here: 0, failed: 0 }
    for await (const found of foreignTransfers(client, path.resolve(folder, given))) {
      if (stop.aborted) break
      try {
        if ('refused' in found) throw found.refused
        const { transfer } = found
        const added = link === undefined ? undefined : await bring(link, transfer, values.paused, categories)
        counts[added?.added === false ? 'here' : 'added']++
        sayOne(output, transfer, added)
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        counts.failed++
        sayFailure(output, error)
      }
    }
    output.object({ event: 'imported', ...counts, dryRun: values['dry-run'] })
    const verb = values['dry-run'] ? 'would come' : 'came'
    output.result(
      `${formatCount(counts.added, 'transfer')} ${verb}, ${counts.here} ${counts.here === 1 ? 'was' : 'were'} here already.`,
    )
    if (counts.failed > 0)
      throw new ImportError('IMPORT_PARTS_FAILED', {
        failed: counts.failed,
        count: counts.added + counts.here + counts.failed,
      })
    return 0
  },
})

/** With its category, which is made where there is none of that name: it has no folder of its own. */
async function bring(
  link: DaemonLink,
  transfer: ForeignTransfer,
  paused: boolean,
  categories: Set<string>,
): Promise<OutputOf<'addTransfer'>> {
  const { category } = transfer
  if (category !== null && !categories.has(category)) {
    await link.call('setCategory', { name: category, saveFolder: null })
    categories.add(category)
  }
  return link.call('addTransfer', requestFor(transfer, paused))
}

function requestFor(transfer: ForeignTransfer, paused: boolean): AddRequest {
  const { torrent, saveFolder, tags, files, upLimit, downLimit, ratio } = transfer
  return {
    source: { torrent: Buffer.from(torrent).toString('base64') },
    saveFolder,
    category: transfer.category,
    tags: [...new Set(tags)],
    paused: paused || transfer.paused,
    ...(files === undefined ? {} : { files: [...files] }),
    ...(upLimit === undefined ? {} : { upLimit }),
    ...(downLimit === undefined ? {} : { downLimit }),
    ...(ratio === undefined ? {} : { stopRule: { ratio, seconds: null, copies: null } }),
    // That client wrote them for this very torrent: what is right of them is kept, the rest is got anew in place.
    agreed: true,
  }
}

function sayOne(
  output: Output,
  { name, saveFolder }: ForeignTransfer,
  added: { readonly added: boolean; readonly transfer: { readonly id: string } } | undefined,
): void {
  output.object({
    event: 'transfer',
    name,
    saveFolder,
    id: added?.transfer.id ?? null,
    added: added?.added ?? false,
  })
  output.result(`${added?.added === false ? 'Here already' : 'From'} ${saveFolder}: ${name}`)
}

function sayFailure(output: Output, error: CodedError): void {
  const { report } = explain(error)
  output.object({ event: 'not-imported', error: report })
  output.warn([
    {
      text: `${report.message}${report.help === undefined ? '' : ` ${report.help}`} [${report.code}]`,
      style: 'careful',
    },
  ])
}
