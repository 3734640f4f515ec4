// Ports for what needs no engine: making, reading and checking torrents. No socket is opened.

import type { Digest, Disk } from '../base/ports.ts'
import { SystemDigest } from '../platform/digest.ts'
import { NodeDisk } from '../platform/disk.ts'
import { NodeHasher } from '../platform/hasher.ts'

export interface ToolPorts {
  readonly digest: Digest
  readonly disk: Disk
  readonly hasher: NodeHasher
  /** Ends the hashing threads: the process can exit. */
  close(): Promise<void>
}

export function toolPorts(): ToolPorts {
  const hasher = new NodeHasher()
  return { digest: new SystemDigest(), disk: new NodeDisk(), hasher, close: () => hasher.close() }
}
