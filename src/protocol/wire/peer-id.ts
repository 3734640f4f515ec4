// Peer ids (BEP 20): ours, fresh and random for every torrent so that it links nothing, and a reading of others'.
// Promise: a name made from a peer id has only characters of our own table, ASCII letters, digits and dots.

import { fromLatin1 } from '../../base/bytes.ts'
import { PEER_ID_BYTES, type PeerId, peerId, peerIdBytes } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'

/** Azureus style: two letters for Shoal, four digits of version. */
export const PEER_ID_PREFIX = '-SH0001-'

export function makePeerId(random: Random): PeerId {
  const bytes = new Uint8Array(PEER_ID_BYTES)
  for (let i = 0; i < PEER_ID_PREFIX.length; i++) bytes[i] = PEER_ID_PREFIX.charCodeAt(i)
  bytes.set(random.bytes(PEER_ID_BYTES - PEER_ID_PREFIX.length), PEER_ID_PREFIX.length)
  return peerId(bytes)
}

/** Clients that are met today, by their two letters. Others are shown by the letters themselves. */
const CLIENTS: ReadonlyMap<string, string> = new Map([
  ['7T', 'aTorrent'],
  ['A2', 'aria2'],
  ['AZ', 'Azureus'],
  ['BC', 'BitComet'],
  ['BI', 'BiglyBT'],
  ['BT', 'BitTorrent'],
  ['DE', 'Deluge'],
  ['FD', 'Free Download Manager'],
  ['FW', 'FrostWire'],
  ['KT', 'KTorrent'],
  ['LT', 'libtorrent'],
  ['MO', 'MonoTorrent'],
  ['PI', 'PicoTorrent'],
  ['SH', 'Shoal'],
  ['TL', 'Tribler'],
  ['TR', 'Transmission'],
  ['TX', 'Tixati'],
  ['UM', 'µTorrent Mac'],
  ['UT', 'µTorrent'],
  ['UW', 'µTorrent Web'],
  ['WD', 'WebTorrent Desktop'],
  ['WW', 'WebTorrent'],
  ['XF', 'Xfplay'],
  ['XL', 'Xunlei'],
  ['lt', 'rTorrent'],
  ['qB', 'qBittorrent'],
])

const AZUREUS_STYLE = /^-([A-Za-z][A-Za-z0-9]|[0-9][A-Za-z])([0-9A-Za-z]{4})-/
const MAINLINE_STYLE = /^M([0-9]{1,3})-([0-9]{1,3})-([0-9]{1,3})-/
const ARIA2_STYLE = /^A2-([0-9]{1,3})-([0-9]{1,3})-([0-9]{1,3})-/

/** `Transmission 4.0.5`, `XY 1.2.0.0`, or undefined for an id that follows no convention. A claim, nothing more. */
export function clientOf(id: PeerId): string | undefined {
  const text = fromLatin1(peerIdBytes(id))
  const azureus = AZUREUS_STYLE.exec(text)
  if (azureus !== null) {
    const [, letters = '', version = ''] = azureus
    return `${CLIENTS.get(letters) ?? letters} ${versionOf(version)}`
  }
  const mainline = MAINLINE_STYLE.exec(text)
  if (mainline !== null) return `BitTorrent ${mainline.slice(1).join('.')}`
  const aria2 = ARIA2_STYLE.exec(text)
  if (aria2 !== null) return `aria2 ${aria2.slice(1).join('.')}`
  return undefined
}

/** Each character is one number: digits, then A = 10 and so on. At least two numbers; zeros at the end go. */
function versionOf(characters: string): string {
  const numbers = Array.from(characters, (character) => Number.parseInt(character, 36))
  while (numbers.length > 2 && numbers.at(-1) === 0) numbers.pop()
  return numbers.join('.')
}
