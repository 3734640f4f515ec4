// What is inside archives: names of all members, bytes of small ones. ZIP by its directory, tar by its headers, gzip as one member,
// RAR by the names its headers show. Bounded in members, bytes and what one unpacks to.

import { gunzipSync } from 'node:zlib'
import { asLatin1 } from '../file-kind.ts'
import { decodeText } from './decode.ts'
import type { Member } from './extracted.ts'

/** Small ones: papers, keys, settings. Larger ones are told by their names. */
export const MAX_MEMBER_BYTES = 4 * 1_048_576
const MAX_MEMBERS = 10_000
const MAX_UNPACKED = 48 * 1_048_576

export interface ArchiveMember {
  readonly name: string
  readonly bytes: (() => Promise<Uint8Array | undefined>) | undefined
}

export function gunzipped(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED, finishFlush: 2 })
  } catch {
    // Larger than is looked at, or damaged: its name must do.
    return undefined
  }
}

export function isTar(bytes: Uint8Array): boolean {
  return asLatin1(bytes, 257, 262) === 'ustar'
}

export function tarMembers(bytes: Uint8Array): Member[] {
  const members: Member[] = []
  let at = 0
  let longName: string | undefined
  while (at + 512 <= bytes.length && members.length < MAX_MEMBERS) {
    const name = decodeText(bytes.subarray(at, at + 100)).split('\0')[0] ?? ''
    if (name === '' && bytes[at] === 0) break
    const prefix = decodeText(bytes.subarray(at + 345, at + 500)).split('\0')[0] ?? ''
    const size = Number.parseInt(
      asLatin1(bytes, at + 124, at + 136)
        .replace(/\0.*$/, '')
        .trim(),
      8,
    )
    if (!Number.isFinite(size) || size < 0) break
    const kind = asLatin1(bytes, at + 156, at + 157)
    const content = bytes.subarray(at + 512, at + 512 + size)
    if (kind === 'L') longName = decodeText(content).replace(/\0.*$/, '')
    else if (kind === 'x') longName = /\d+ path=([^\n]+)\n/.exec(decodeText(content))?.[1]
    else {
      if (kind === '0' || kind === '\0' || kind === '7')
        members.push({ name: longName ?? (prefix === '' ? name : `${prefix}/${name}`), bytes: content })
      longName = undefined
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
  return members
}

/** Names that the headers of a RAR archive show; undefined when they are encrypted themselves. */
export function rarNames(bytes: Uint8Array): {
  readonly names: readonly string[]
  readonly encrypted: boolean
} {
  const names = new Set<string>()
  const isFive = asLatin1(bytes, 0, 8) === 'Rar!\x1a\x07\x01\x00'
  if (isFive) return rarFive(bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 7
  let encrypted = false
  while (at + 32 < bytes.length && names.size < MAX_MEMBERS) {
    const kind = bytes[at + 2]
    const flags = view.getUint16(at + 3, true)
    const headerLength = view.getUint16(at + 5, true)
    if (headerLength < 7) break
    if (kind === 0x73 && (flags & 0x80) !== 0) return { names: [], encrypted: true }
    if (kind === 0x74) {
      if ((flags & 0x04) !== 0) encrypted = true
      const nameLength = view.getUint16(at + 26, true)
      const nameAt = at + 32 + ((flags & 0x100) !== 0 ? 8 : 0)
      names.add(decodeText(bytes.subarray(nameAt, nameAt + nameLength)).split('\0')[0] ?? '')
      at += headerLength + view.getUint32(at + 7, true)
    } else at += headerLength + ((flags & 0x8000) !== 0 ? view.getUint32(at + 7, true) : 0)
  }
  return { names: [...names], encrypted }
}

function rarFive(bytes: Uint8Array): { readonly names: readonly string[]; readonly encrypted: boolean } {
  const names: string[] = []
  let encrypted = false
  let at = 8
  const number = (): number => {
    let value = 0
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = bytes[at++] ?? 0
      value += (byte & 0x7f) * 2 ** shift
      if ((byte & 0x80) === 0) break
    }
    return value
  }
  while (at + 7 < bytes.length && names.length < MAX_MEMBERS) {
    at += 4
    const size = number()
    const end = at + size
    if (size === 0 || end > bytes.length) break
    const kind = number()
    const flags = number()
    const extra = (flags & 1) !== 0 ? number() : 0
    const data = (flags & 2) !== 0 ? number() : 0
    if (kind === 4) return { names: [], encrypted: true }
    if (kind === 2) {
      const fileFlags = number()
      number()
      number()
      if ((fileFlags & 2) !== 0) at += 4
      if ((fileFlags & 4) !== 0) at += 4
      number()
      number()
      const length = number()
      names.push(decodeText(bytes.subarray(at, at + Math.min(length, 4_096))))
      // An extra record of type 1 is encryption.
      if (extra > 0 && bytes[end - extra + 1] === 1) encrypted = true
    }
    at = end + data
  }
  return { names, encrypted }
}
