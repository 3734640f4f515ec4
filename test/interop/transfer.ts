// One transfer between two clients, from a row of a table to a test: its sentence and its run.

import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { differences, makeBigFile, makeTree } from './fixtures.ts'
import type { Client, Ground } from './ground.ts'
import { Libtorrent, type TorrentKind } from './libtorrent.ts'
import { type Finding, type Offer, PLAYERS, type PlayerName } from './players.ts'
import type { Scene } from './scene.ts'
import { Tracker } from './tracker.ts'

export type ContentKind = 'file' | 'tree'

export interface Transfer {
  readonly giver: PlayerName
  readonly taker: PlayerName
  readonly kind: TorrentKind
  readonly content: ContentKind
  /** What the taker starts from. */
  readonly from: 'file' | 'magnet'
  readonly finding: Finding
  readonly family: 4 | 6
}

/** Small pieces: hundreds of them, so that a v2 magnet needs several hash requests (512 hashes each). */
const PIECE_BYTES: Readonly<Record<ContentKind, number>> = { file: 64 * 1024, tree: 16 * 1024 }

const NAMES: Readonly<Record<PlayerName, string>> = {
  shoal: 'Shoal',
  libtorrent: 'libtorrent',
  transmission: 'transmission',
  aria2: 'aria2',
  rtorrent: 'rtorrent',
}

export function sentence(transfer: Transfer): string {
  const { giver, taker, kind, content, from, finding, family } = transfer
  const what = content === 'file' ? `a big ${kind} file` : `a ${kind} tree of 2,000 files`
  const start = from === 'file' ? 'a torrent file' : 'a magnet link'
  const how =
    finding === 'hand' ? 'by address' : `through ${finding === 'http' ? 'an HTTP' : 'a UDP'} tracker`
  return `${NAMES[taker]} fetches ${what} from ${NAMES[giver]}, starting with ${start}, found ${how}, over IPv${family}`
}

/** Content that all transfers of a file read; made when the first one needs it. */
export class Library {
  readonly #ground: Ground
  readonly #made = new Map<ContentKind, Promise<string>>()

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** The folder that holds it, under the name it has in torrents: `content`. */
  folder(content: ContentKind): Promise<string> {
    const known = this.#made.get(content)
    if (known !== undefined) return known
    const making = this.#make(content)
    this.#made.set(content, making)
    return making
  }

  async #make(content: ContentKind): Promise<string> {
    const folder = await this.#ground.folder(content)
    await (content === 'file' ? makeBigFile : makeTree)(join(folder, 'content'), 'interop')
    return folder
  }
}

/** Registers the test of one transfer. */
export function testTransfer(ground: Ground, library: Library, transfer: Transfer): void {
  const others = [transfer.giver, transfer.taker].filter((name): name is Client => name !== 'shoal')
  // libtorrent makes the torrents.
  ground.test(sentence(transfer), [...new Set<Client>(['libtorrent', ...others])], (scene) =>
    runTransfer(scene, library, transfer),
  )
}

async function runTransfer(scene: Scene, library: Library, transfer: Transfer): Promise<void> {
  const { giver, taker, finding, family } = transfer
  const source = await library.folder(transfer.content)
  const tracker = finding === 'hand' ? undefined : await Tracker.start(scene)
  const offer = await makeOffer(scene, source, transfer, tracker)
  const [giverHost, takerHost] = [await scene.host('giver'), await scene.host('taker')]
  const given = await PLAYERS[giver].give(scene, giverHost, offer)
  const target = join(scene.directory, 'target')
  await mkdir(target)
  // Found by address, the giver's own link is used where it words one: others must understand Shoal's.
  const magnet = finding === 'hand' ? (given.magnet ?? offer.made.magnet) : offer.made.magnet
  const from = transfer.from === 'file' ? offer.torrent : magnet
  await PLAYERS[taker].take(scene, takerHost, offer, from, target, giverHost)
  // Version 3.00 makes no empty files.
  const options = { withoutEmptyFiles: taker === 'transmission' }
  assert.deepEqual(await differences(join(source, 'content'), join(target, 'content'), options), [])
  if (tracker === undefined) return
  const families = tracker.announces.map(({ address }) => (address.includes(':') ? 6 : 4))
  assert.deepEqual(new Set(families), new Set([family]), 'both were announced over this family only')
}

async function makeOffer(
  scene: Scene,
  source: string,
  { kind, content, finding, family }: Transfer,
  tracker: Tracker | undefined,
): Promise<Offer> {
  const torrent = join(scene.directory, 'content.torrent')
  const maker = Libtorrent.idle(scene)
  const made = await maker.make({
    path: join(source, 'content'),
    output: torrent,
    kind,
    pieceLengthBytes: PIECE_BYTES[content],
    trackers: tracker === undefined || finding === 'hand' ? [] : [tracker.url(finding, family)],
  })
  await maker.stop()
  return { kind, torrent, made, source, finding, family, tracker }
}
