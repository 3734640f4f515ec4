// Shoal and libtorrent, both ways: every kind of torrent, one big file and a tree, from file and from magnet. The ways
// to find each other and the address families take turns, so that each of them meets each kind and each direction.

import { describe } from 'node:test'
import { Ground } from './ground.ts'
import type { TorrentKind } from './libtorrent.ts'
import type { Finding } from './players.ts'
import { type ContentKind, Library, testTransfer } from './transfer.ts'

const ground = await Ground.enter(import.meta.filename)
const library = new Library(ground)

const KINDS: readonly TorrentKind[] = ['v1', 'v2', 'hybrid']
const CONTENTS: readonly ContentKind[] = ['file', 'tree']
const SOURCES = ['file', 'magnet'] as const
const FINDINGS: readonly Finding[] = ['hand', 'http', 'udp']

describe('Shoal and libtorrent exchange every byte', { concurrency: 2 }, () => {
  for (const [k, kind] of KINDS.entries()) {
    for (const [c, content] of CONTENTS.entries()) {
      for (const [s, from] of SOURCES.entries()) {
        for (const [d, giver] of (['shoal', 'libtorrent'] as const).entries()) {
          const taker = giver === 'shoal' ? 'libtorrent' : 'shoal'
          // A Latin square: within a kind and direction, every finding and both families occur.
          const finding = FINDINGS[(k + d + 2 * c + s) % 3] ?? 'hand'
          const family = (k + c + s + d) % 2 === 0 ? 4 : 6
          testTransfer(ground, library, { giver, taker, kind, content, from, finding, family })
        }
      }
    }
  }
})
