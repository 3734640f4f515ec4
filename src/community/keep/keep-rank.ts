// Who of a circle keeps which file: an order of devices for each content that all members compute alike and that differs from content
// to content, so that the work is spread (rendezvous hashing). Nobody has to be asked, and where one leaves only its share moves.

import { compareBytes, concatBytes, utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/ports.ts'
import type { DeviceId } from '../ids.ts'

const PREFIX = utf8('shoal keep 1\n')

/** The first comes first. @param content contentIdText() */
export function keepOrder(content: string, devices: Iterable<DeviceId>, digest: Digest): DeviceId[] {
  const name = utf8(content)
  return Array.from(devices, (device) => ({
    device,
    rank: digest.sha256(concatBytes([PREFIX, name, utf8(device)])),
  }))
    .sort((a, b) => compareBytes(a.rank, b.rank))
    .map(({ device }) => device)
}
