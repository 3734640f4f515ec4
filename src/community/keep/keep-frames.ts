// What the frames about kept copies hold, read with every bound and written.

import type { BDict } from '../../base/bencode-value.ts'
import { BList } from '../../base/bencode-value.ts'
import { toHex } from '../../base/bytes.ts'
import { parseContentId } from '../../metainfo/content-id.ts'
import { RecordError } from '../community-error.ts'
import { type CircleId, type DeviceId, KEY_BYTES, keyText } from '../ids.ts'
import { MAX_SEEN } from './presence.ts'

/** Root, and the length as eight bytes. */
const CONTENT_BYTES = 40
const ROOT_BYTES = 32

/** @throws RecordError */
export function circleIn(body: BDict): CircleId {
  const bytes = body.bytes('c')
  if (bytes?.length !== KEY_BYTES) throw new RecordError('FRAME_INVALID', { what: 'circle' })
  return keyText<CircleId>(bytes)
}

/** @throws RecordError */
export function roomIn(body: BDict): { readonly freeBytes: number; readonly seen: readonly DeviceId[] } {
  const freeBytes = body.int('f')
  const list = body.get('d')
  if (freeBytes === undefined || freeBytes < 0 || !(list instanceof BList) || list.length > MAX_SEEN)
    throw new RecordError('FRAME_INVALID', { what: 'room' })
  const seen = Array.from(list, (item) => {
    if (!(item instanceof Uint8Array) || item.length !== KEY_BYTES)
      throw new RecordError('FRAME_INVALID', { what: 'device' })
    return keyText<DeviceId>(item)
  })
  return { freeBytes, seen }
}

/** Content ids as text. @throws RecordError */
export function contentsIn(body: BDict, most: number): string[] {
  const bytes = body.bytes('i')
  if (bytes === undefined || bytes.length % CONTENT_BYTES !== 0 || bytes.length > most * CONTENT_BYTES)
    throw new RecordError('FRAME_INVALID', { what: 'plan' })
  const contents: string[] = []
  for (let at = 0; at < bytes.length; at += CONTENT_BYTES) {
    const item = bytes.subarray(at, at + CONTENT_BYTES)
    const length = new DataView(item.buffer, item.byteOffset, item.byteLength).getBigUint64(ROOT_BYTES)
    const content = `${toHex(item.subarray(0, ROOT_BYTES))}-${length}`
    if (parseContentId(content) === undefined) throw new RecordError('FRAME_INVALID', { what: 'content' })
    contents.push(content)
  }
  return contents
}

/** @param contents contentIdText() each */
export function packed(contents: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(contents.length * CONTENT_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [i, text] of contents.entries()) {
    const id = parseContentId(text)
    if (id === undefined) throw new TypeError(`${text} is no content id`)
    bytes.set(id.root, i * CONTENT_BYTES)
    view.setBigUint64(i * CONTENT_BYTES + ROOT_BYTES, BigInt(id.lengthBytes))
  }
  return bytes
}
