// Shoal and transmission, both ways. Each transfer waits 13 to 16 s for transmission's first unchoke or request, so they
// run side by side. transmission 3.00 cannot read hybrid torrents (see transmission.ts).

import { describe } from 'node:test'
import { Ground } from './ground.ts'
import { Library, type Transfer, testTransfer } from './transfer.ts'

const ground = await Ground.enter(import.meta.filename)
const library = new Library(ground)

const ROWS: readonly Omit<Transfer, 'kind'>[] = [
  { giver: 'shoal', taker: 'transmission', content: 'file', from: 'file', finding: 'udp', family: 4 },
  { giver: 'shoal', taker: 'transmission', content: 'file', from: 'magnet', finding: 'http', family: 4 },
  { giver: 'shoal', taker: 'transmission', content: 'tree', from: 'file', finding: 'http', family: 4 },
  { giver: 'transmission', taker: 'shoal', content: 'file', from: 'file', finding: 'http', family: 4 },
  { giver: 'transmission', taker: 'shoal', content: 'tree', from: 'magnet', finding: 'udp', family: 4 },
  { giver: 'transmission', taker: 'shoal', content: 'tree', from: 'file', finding: 'http', family: 6 },
]

describe('Shoal and transmission exchange every byte', { concurrency: 6 }, () => {
  for (const row of ROWS) testTransfer(ground, library, { ...row, kind: 'v1' })
})
