import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimDisk } from '../../lab/sim/disk.ts'
import { SeededRandom } from './random.ts'
import { writeStateFile } from './state-file.ts'

const OLD = new Uint8Array(3_000).fill(1)
const NEW = new Uint8Array(2_000).fill(2)

test('after a crash at any moment the file is the old one or the new one, whole', async () => {
  let news = 0
  for (let seed = 0; seed < 300; seed++) {
    const random = new SeededRandom(seed)
    const disk = new SimDisk({ random, wallMs: () => 0 })
    // What a dead process still asks never ends.
    const process = disk.start()
    await disk.makeDirectory('/state')
    await disk.syncDirectory('/')
    await writeStateFile(process, '/state', 'file', OLD)
    void writeStateFile(process, '/state', 'file', NEW)
    // Operations take a few turns of the promise queue each.
    for (let turns = random.uint32() % 200; turns > 0; turns--) await Promise.resolve()
    disk.crash()
    const found = disk.peek('/state/file')
    assert.ok(found !== undefined)
    const isNew = found.length === NEW.length
    assert.deepEqual(found, isNew ? NEW : OLD, `seed ${seed}`)
    if (isNew) news++
  }
  assert.ok(news > 0 && news < 300, `${news} were new`)
})
