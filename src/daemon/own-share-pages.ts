// The pages for phones of what a command with an engine of its own shares (`share --web`): gone with the command.

import path from 'node:path'
import type { Torrent } from '../engine/torrent/torrent.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import type { Engine } from './compose.ts'
import type { PagedShare } from './share-page/paged-share.ts'
import { openSharePages, type PageAddress } from './share-page/share-pages.ts'

export interface OwnSharePages {
  /** What is checked and here is on the page. @throws SharePageError */
  open(share: { readonly torrent: Torrent; readonly metainfo: Metainfo }): Promise<PageAddress>
  close(): Promise<void>
}

/** @param host the address to listen on; one that a phone can reach, unless given */
export function openOwnSharePages(engine: Engine, host: string | undefined): OwnSharePages {
  const pages = openSharePages({
    allowance: () => engine.session.uploading(),
    now: () => engine.ports.clock.now(),
    ...(host === undefined ? {} : { address: async () => host }),
  })
  return {
    open: ({ torrent, metainfo }) => pages.open(pagedShare(torrent, metainfo)),
    close: () => pages.closeAll(),
  }
}

function pagedShare(torrent: Torrent, metainfo: Metainfo): PagedShare {
  const { saveFolder, diskPaths, priorities } = torrent.options
  const chosen = priorities?.(metainfo)
  const shown = metainfo.files.filter((file) => !file.pad && !file.symlink && (chosen?.[file.index] ?? 1) > 0)
  return {
    id: String(metainfo.infohashV2 ?? metainfo.infohashV1),
    name: metainfo.name,
    files: shown.map((file) => ({
      path: file.path,
      lengthBytes: file.lengthBytes,
      diskPath: diskPaths?.[file.index] ?? path.join(saveFolder, ...file.path),
    })),
    whole: (index) => {
      const file = shown[index]
      const { live } = torrent
      if (file === undefined || live === undefined) return false
      const range = live.geometry.piecesOf(file.index)
      // Without a piece there is nothing that could be missing.
      if (range === undefined) return file.lengthBytes === 0
      for (let piece = range.first; piece <= range.last; piece++) if (!live.have.has(piece)) return false
      return true
    },
  }
}
