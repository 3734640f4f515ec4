// The clients behind one small interface, so that a table of transfers can say who gives to whom.
// Promise: `give` returns when the giver can be found in the way the transfer uses; `take` when the taker says that it
// has everything, verified.

import { cp } from 'node:fs/promises'
import type { Host } from '../../lab/netns/lan.ts'
import { Aria2 } from './aria2.ts'
import { writePadFiles } from './fixtures.ts'
import { Libtorrent, type MadeTorrent, PEER_PORT, type TorrentKind } from './libtorrent.ts'
import { forV1, Rtorrent } from './rtorrent.ts'
import type { Scene } from './scene.ts'
import { Shoal } from './shoal.ts'
import type { Tracker } from './tracker.ts'
import { Transmission } from './transmission.ts'

export type PlayerName = 'shoal' | 'libtorrent' | 'transmission' | 'aria2' | 'rtorrent'

/** How the taker learns of the giver. */
export type Finding = 'hand' | 'http' | 'udp'

export interface Offer {
  readonly kind: TorrentKind
  readonly torrent: string
  readonly made: MadeTorrent
  /** The folder that holds the content; not to be written to. */
  readonly source: string
  readonly finding: Finding
  readonly family: 4 | 6
  readonly tracker: Tracker | undefined
}

export interface Given {
  /** The link as the giver itself words it, where it does. */
  readonly magnet: string | undefined
  /** Ends the giver in order. */
  stop(): Promise<unknown>
}

export interface Player {
  give(scene: Scene, host: Host, offer: Offer): Promise<Given>
  /** `from` is a torrent file or a magnet link, `giver` the host to connect to when found by hand. */
  take(scene: Scene, host: Host, offer: Offer, from: string, target: string, giver: Host): Promise<void>
}

function addressOf(host: Host, family: 4 | 6): string {
  return family === 6 ? host.address6 : host.address
}

async function announced(offer: Offer): Promise<void> {
  await offer.tracker?.heard('the giver', ({ left }) => left === 0)
}

const shoal: Player = {
  async give(scene, host, offer) {
    const audience = offer.tracker === undefined ? [] : ['--to', 'everyone', '--licence', 'own-work']
    const flags = ['--dir', offer.source, '--no-lsd', '--no-pex', ...audience]
    const sharing = await Shoal.share(scene, host, offer.torrent, ...flags)
    await announced(offer)
    return { magnet: sharing.magnet, stop: () => sharing.shoal.program.stop('SIGINT') }
  },
  async take(scene, host, offer, from, target, giver) {
    const address = addressOf(giver, offer.family)
    const peer = offer.family === 6 ? `[${address}]:${PEER_PORT}` : `${address}:${PEER_PORT}`
    const byHand = offer.finding === 'hand' ? ['--peer', peer] : []
    await (await Shoal.get(scene, host, from, '-o', target, '--no-lsd', '--no-pex', ...byHand)).done()
  },
}

const libtorrent: Player = {
  async give(scene, host, offer) {
    const client = await Libtorrent.start(scene, host, { family: offer.family })
    await (await client.add(offer.torrent, { savePath: offer.source })).complete()
    await announced(offer)
    return { magnet: undefined, stop: () => client.stop() }
  },
  async take(scene, host, offer, from, target, giver) {
    const client = await Libtorrent.start(scene, host, { family: offer.family })
    const torrent = await client.add(from, { savePath: target })
    if (offer.finding === 'hand') await torrent.connect(addressOf(giver, offer.family), PEER_PORT)
    await torrent.complete()
  },
}

const transmission: Player = {
  async give(scene, host, offer) {
    const client = await Transmission.start(scene, host)
    const savePath = await withPadFiles(scene, offer)
    await (await client.add(offer.torrent, { savePath })).complete()
    await announced(offer)
    return { magnet: undefined, stop: () => client.program.stop() }
  },
  async take(scene, host, _offer, from, target) {
    const client = await Transmission.start(scene, host)
    await (await client.add(from, { savePath: target })).complete()
  },
}

const aria2: Player = {
  async give(scene, host, offer) {
    const client = await Aria2.start(scene, host, aria2Options(offer))
    const savePath = await withPadFiles(scene, offer)
    await (await client.add(offer.torrent, { savePath, seed: true })).complete()
    await announced(offer)
    return { magnet: undefined, stop: () => client.program.stop() }
  },
  async take(scene, host, offer, from, target) {
    const client = await Aria2.start(scene, host, aria2Options(offer))
    await (await client.add(from, { savePath: target })).complete()
  },
}

function aria2Options(offer: Offer): { ipv6: boolean; udpTrackers: boolean } {
  return { ipv6: offer.family === 6, udpTrackers: offer.finding === 'udp' }
}

const rtorrent: Player = {
  async give(scene, host, offer) {
    const savePath = await withPadFiles(scene, offer)
    const client = await Rtorrent.start(scene, host, offer.torrent, { savePath })
    await client.complete()
    await announced(offer)
    return { magnet: undefined, stop: () => client.program.stop() }
  },
  async take(scene, host, _offer, from, target) {
    const source = from.startsWith('magnet:') ? forV1(from) : from
    await (await Rtorrent.start(scene, host, source, { savePath: target })).complete()
  },
}

/** For clients without BEP 47, a copy of the content with a hybrid torrent's zeros beside it. */
async function withPadFiles(scene: Scene, offer: Offer): Promise<string> {
  if (offer.kind !== 'hybrid') return offer.source
  const copy = await scene.folder('padded')
  await cp(offer.source, copy, { recursive: true })
  await writePadFiles(copy, offer.made.files)
  return copy
}

export const PLAYERS: Readonly<Record<PlayerName, Player>> = {
  shoal,
  libtorrent,
  transmission,
  aria2,
  rtorrent,
}
