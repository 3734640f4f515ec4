// What sharing would show, said before anything is shared: files, sizes and kinds, and to whom they will be visible.

import { formatCount, formatSize } from '../api/format-quantity.ts'
import type { Listing } from '../daemon/get-source.ts'
import type { ShareSurvey } from '../daemon/share-survey.ts'
import type { ToolPorts } from '../daemon/tool-ports.ts'
import { readTorrentFile } from '../daemon/torrent-input.ts'
import type { Output } from './output.ts'

export function saySurvey(output: Output, survey: ShareSurvey, listing: Listing): void {
  const { files } = survey.source
  const kinds = survey.kinds.slice(0, 3).map(({ kind, count }) => formatCount(count, kind))
  output.note(
    `${survey.root}: ${formatCount(files.length, 'file')}, ${formatSize(survey.totalBytes)}: ${kinds.join(', ')}`,
  )
  sayAudience(output, listing)
  const { leftOut } = survey.source
  if (leftOut.length > 0)
    output.note(
      `Left out, being links, special files or names that are no text: ${leftOut.slice(0, 5).join(', ')}`,
    )
}

function sayAudience(output: Output, listing: Listing): void {
  output.note(
    `Names, sizes and contents will be visible to ${listing === 'link' ? 'whoever has the link' : 'everyone'}.`,
  )
}

export function surveyObject(survey: ShareSurvey, listing: Listing): object {
  return {
    event: 'survey',
    path: survey.root,
    audience: listing,
    files: survey.source.files.length,
    totalBytes: survey.totalBytes,
    kinds: survey.kinds,
    leftOut: survey.source.leftOut,
  }
}

/** What sharing a torrent file would show; whether its data is here is found out when it is shared. */
export async function foretellTorrent(
  torrentPath: string,
  listing: Listing,
  output: Output,
  ports: ToolPorts,
): Promise<void> {
  const { metainfo } = await readTorrentFile(torrentPath, ports)
  const files = metainfo.files.filter(({ pad }) => !pad).length
  const totalBytes = metainfo.geometry.payloadBytes
  output.note(
    `${metainfo.name}, as ${torrentPath} says: ${formatCount(files, 'file')}, ${formatSize(totalBytes)}`,
  )
  sayAudience(output, listing)
  output.object({ event: 'survey', path: torrentPath, audience: listing, files, totalBytes })
}
