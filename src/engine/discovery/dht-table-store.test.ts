import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimDisk } from '../../../lab/sim/disk.ts'
import { SeededRandom } from '../../base/random.ts'
import { DhtTableStore, encodeTable, parseTable } from './dht-table-store.ts'

const NODES = [
  { host: '1.2.3.4', port: 6881 },
  { host: '2001:db8::1', port: 7000 },
  { host: '5.6.7.8', port: 1 },
]
const SORTED = [NODES[0], NODES[2], NODES[1]]

async function store(): Promise<{ readonly disk: SimDisk; readonly table: DhtTableStore }> {
  const disk = new SimDisk({ random: new SeededRandom(1), wallMs: () => 0 })
  return { disk, table: new DhtTableStore(disk, '/state') }
}

test('nodes of both families are there again after they were kept', async () => {
  const { table } = await store()
  assert.deepEqual(await table.read(), [])
  assert.equal(await table.write(NODES), true)
  assert.deepEqual(await table.read(), SORTED)
  await table.write([])
  assert.deepEqual(await table.read(), [])
})

test('a flipped byte anywhere is noticed, and the file is set aside', async () => {
  const whole = encodeTable(NODES)
  for (let at = 0; at < whole.length; at++) {
    const flipped = whole.slice()
    flipped[at] = (flipped[at] as number) ^ 0x10
    assert.equal(parseTable(flipped), undefined, `byte ${at}`)
    assert.equal(parseTable(whole.subarray(0, at)), undefined, `cut at ${at}`)
  }
  const { disk, table } = await store()
  await table.write(NODES)
  const file = await disk.open(table.path, 'write')
  await file.write(Uint8Array.of(0xff), 6)
  await file.close()
  assert.deepEqual(await table.read(), [])
  assert.equal(disk.peek(table.path), undefined)
  assert.ok(disk.peek(`${table.path}.corrupt`) !== undefined)
})
