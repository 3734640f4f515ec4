// The composition root: real ports and an engine session made of them. The only place where the parts meet; the command line
// and the library's public face come through here.

import type { Ports } from '../base/ports.ts'
import { Session } from '../engine/session/session.ts'
import {
  DEFAULT_SESSION_OPTIONS,
  type SessionOptions,
  type SessionWarning,
} from '../engine/session/session-options.ts'
import type { TorrentOptions } from '../engine/torrent/options.ts'
import type { Torrent } from '../engine/torrent/torrent.ts'
import { SystemClock } from '../platform/clock.ts'
import { SystemDigest } from '../platform/digest.ts'
import { NodeDisk } from '../platform/disk.ts'
import { NodeHasher } from '../platform/hasher.ts'
import { NodeHttp } from '../platform/http.ts'
import { NodeNames } from '../platform/names.ts'
import { SystemRandom } from '../platform/random.ts'
import { SystemSignatures } from '../platform/signatures.ts'
import { defaultStateFolder } from '../platform/state-folder.ts'
import { NodeTcp } from '../platform/tcp.ts'
import { NodeUdp } from '../platform/udp.ts'
import { TransferLocks } from './transfer-locks.ts'
import { VERSION } from './version.ts'

export interface NodePorts extends Ports {
  /** Ends the hashing workers: the process can exit. */
  close(): Promise<void>
}

export function nodePorts(): NodePorts {
  const hasher = new NodeHasher()
  return {
    clock: new SystemClock(),
    random: new SystemRandom(),
    digest: new SystemDigest(),
    signatures: new SystemSignatures(),
    hasher,
    disk: new NodeDisk(),
    tcp: new NodeTcp(),
    udp: new NodeUdp(),
    http: new NodeHttp(),
    names: new NodeNames(),
    close: () => hasher.close(),
  }
}

/** Where this system keeps such things (INTERFACE.md: the platform's usual place). */
export function usualStateFolder(): string {
  return defaultStateFolder()
}

export interface Engine {
  readonly ports: NodePorts
  readonly session: Session
  readonly stateFolder: string
  /** session.add() of what no other process works on. @throws SessionError, TransferLockError TRANSFER_RUNNING */
  add(options: TorrentOptions): Torrent
  /** Everything durable, everyone told, workers ended, locks released. */
  close(): Promise<void>
}

export type EngineWarning = SessionWarning
export type EngineOptions = Pick<SessionOptions, 'stateFolder' | 'listen'> & Partial<SessionOptions>

/** @throws SocketError when the port cannot be had */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const ports = nodePorts()
  try {
    const session = await Session.open(ports, {
      ...DEFAULT_SESSION_OPTIONS,
      agent: `Shoal ${VERSION}`,
      ...options,
    })
    const locks = new TransferLocks()
    return {
      ports,
      session,
      stateFolder: options.stateFolder,
      add: (torrent) => {
        locks.take(session.journalPaths(torrent), torrent.displayName)
        return session.add(torrent)
      },
      close: async () => {
        await session.close()
        locks.releaseAll()
        await ports.close()
      },
    }
  } catch (error) {
    await ports.close()
    throw error
  }
}
