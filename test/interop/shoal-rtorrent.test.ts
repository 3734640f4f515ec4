// Shoal and rtorrent, both ways: the client that knows nothing of v2 and yet shares the v1 half of hybrid torrents.

import { describe } from 'node:test'
import { Ground } from './ground.ts'
import { Library, type Transfer, testTransfer } from './transfer.ts'

const ground = await Ground.enter(import.meta.filename)
const library = new Library(ground)

const ROWS: readonly Transfer[] = [
  row('shoal', 'rtorrent', 'hybrid', 'file', 'file', 'http'),
  row('shoal', 'rtorrent', 'hybrid', 'file', 'magnet', 'udp'),
  row('shoal', 'rtorrent', 'v1', 'tree', 'file', 'udp'),
  row('rtorrent', 'shoal', 'hybrid', 'file', 'file', 'udp'),
  row('rtorrent', 'shoal', 'hybrid', 'file', 'magnet', 'http'),
]

function row(
  giver: Transfer['giver'],
  taker: Transfer['taker'],
  kind: Transfer['kind'],
  content: Transfer['content'],
  from: Transfer['from'],
  finding: Transfer['finding'],
): Transfer {
  return { giver, taker, kind, content, from, finding, family: 4 }
}

describe('Shoal and rtorrent exchange every byte', { concurrency: 2 }, () => {
  for (const transfer of ROWS) testTransfer(ground, library, transfer)
})
