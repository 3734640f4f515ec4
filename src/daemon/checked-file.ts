// Files of the daemon's state: JSON behind a checksum of its exact bytes and the version of its shape (SAFETY.md, G2, G14, G15).
// Promise: one flipped byte anywhere makes it `corrupt`, never something else; what a newer Shoal wrote is `newer` and is
// left as it is.

import { fromUtf8, utf8 } from '../base/bytes.ts'
import { crc32c } from '../base/crc32c.ts'
import { type Disk, DiskError } from '../base/ports.ts'

export interface Sealed {
  readonly version: number
  readonly body: unknown
}

const PREFIX = '{"crc32c":"'
const DIGITS = 8
const BODY_AT = PREFIX.length + DIGITS + '",'.length

export function seal(version: number, body: unknown): Uint8Array {
  const rest = utf8(`"version":${version},"body":${JSON.stringify(body)}}\n`)
  const head = utf8(`${PREFIX}${checksum(rest)}",`)
  const bytes = new Uint8Array(head.length + rest.length)
  bytes.set(head)
  bytes.set(rest, head.length)
  return bytes
}

/** @param known the newest version that is understood */
export function unseal(bytes: Uint8Array, known: number): Sealed | 'corrupt' | 'newer' {
  try {
    const text = fromUtf8(bytes)
    if (!text.startsWith(`${PREFIX}${checksum(bytes.subarray(BODY_AT))}",`)) return 'corrupt'
    // The checksum says that it is ours, and so well formed.
    const { version, body } = JSON.parse(text) as Sealed
    return version > known ? 'newer' : { version, body }
  } catch {
    // No text, or no JSON behind a checksum that fits by chance.
    return 'corrupt'
  }
}

function checksum(bytes: Uint8Array): string {
  return crc32c(bytes).toString(16).padStart(DIGITS, '0')
}

/** The whole file; undefined when there is none. @throws DiskError; OTHER when it is longer than `limitBytes` */
export async function readWhole(
  disk: Disk,
  path: string,
  limitBytes: number,
): Promise<Uint8Array | undefined> {
  const stat = await disk.stat(path)
  if (stat === undefined) return undefined
  if (stat.kind !== 'file' || stat.lengthBytes > limitBytes)
    throw new DiskError('OTHER', { path, errno: 'NOT_A_STATE_FILE' })
  const file = await disk.open(path, 'read')
  try {
    const bytes = new Uint8Array(stat.lengthBytes)
    const read = await file.read(bytes, 0)
    return bytes.subarray(0, read)
  } finally {
    await file.close()
  }
}

/** Out of the way, where a person or a report can find it. @returns its new name in the folder */
export async function setAside(disk: Disk, folder: string, name: string, wallMs: number): Promise<string> {
  const aside = `${name}.corrupt-${new Date(wallMs).toISOString().replace(/[:.]/g, '-')}`
  await disk.replace(disk.join(folder, name), disk.join(folder, aside))
  return aside
}
