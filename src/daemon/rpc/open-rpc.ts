// The Transmission RPC of a running daemon: the pure translation with the clock, the disk and a session id of its own.

import { randomBytes } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SystemDigest } from '../../platform/digest.ts'
import type { Feed } from '../feed.ts'
import { VERSION } from '../version.ts'
import type { RpcHandlers } from './calls.ts'
import { readNamedTorrentFile, realPath, unreadable } from './named-torrent-file.ts'
import { TransmissionRpc } from './transmission-rpc.ts'

export interface OpenRpcOptions {
  /** Those that bind paths to the allowed roots for programs. */
  readonly handlers: RpcHandlers
  readonly feed: Feed
}

/** Cannot be guessed by another site's page. */
const SESSION_ID_BYTES = 36

export function openRpc({ handlers, feed }: OpenRpcOptions): TransmissionRpc {
  return new TransmissionRpc({
    handlers,
    feed,
    digest: new SystemDigest(),
    now: () => Date.now(),
    sessionId: randomBytes(SESSION_ID_BYTES).toString('base64url'),
    version: VERSION,
    readTorrentFile: async (path) => {
      const real = await realPath(path)
      // Says no for a folder that programs may not use, as everywhere.
      await handlers.folder({ path: dirname(real) })
      return readNamedTorrentFile(real)
    },
    totalBytes: async (folder) => {
      try {
        const { blocks, bsize } = await statfs(folder)
        return blocks * bsize
      } catch (error) {
        throw unreadable(folder, error)
      }
    },
  })
}
