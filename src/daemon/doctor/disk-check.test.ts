import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimDisk } from '../../../lab/sim/disk.ts'
import type { DiskCode } from '../../base/ports.ts'
import { SeededRandom } from '../../base/random.ts'
import { checkDisk } from './disk-check.ts'

const FOLDER = '/home/a'
const ROOMY_BYTES = 100_000_000_000

async function look(
  change: (disk: SimDisk) => void = () => {},
  folder = FOLDER,
  syncMs = 1,
): Promise<{ readonly said: string; readonly left: readonly string[] }> {
  const random = new SeededRandom(7)
  const disk = new SimDisk({ random, wallMs: () => 0, capacityBytes: ROOMY_BYTES })
  await disk.makeDirectory(FOLDER)
  change(disk)
  let nowMs = 0
  const now = () => {
    nowMs += syncMs
    return nowMs
  }
  const { state, code } = await checkDisk('disk-save', folder, { disk, random, now })
  disk.fault = undefined
  return { said: `${state} ${code}`, left: await disk.list(FOLDER) }
}

test('a folder that takes a file and keeps it is good, and nothing stays in it', async () => {
  assert.deepEqual(await look(), { said: 'good DISK_GOOD', left: [] })
})

test('little room and slow syncing are told, for nothing is broken', async () => {
  const little = await look((disk) => {
    disk.capacityBytes = 1_000_000_000
  })
  assert.equal(little.said, 'careful DISK_LITTLE_SPACE')
  assert.equal((await look(() => {}, FOLDER, 1_500)).said, 'careful DISK_SLOW')
})

for (const [fault, operation, said] of [
  ['EROFS', 'open', 'bad DISK_READ_ONLY'],
  ['EACCES', 'open', 'bad DISK_DENIED'],
  ['ENOSPC', 'write', 'bad DISK_FULL'],
  ['EDQUOT', 'write', 'bad DISK_FULL'],
  ['EIO', 'sync', 'bad DISK_FAILED'],
] as const satisfies readonly (readonly [DiskCode, string, string])[]) {
  test(`${fault} at ${operation} is ${said}, and the file is taken away again`, async () => {
    const seen = await look((disk) => {
      disk.fault = (at) => (at === operation ? fault : undefined)
    })
    assert.deepEqual(seen, { said, left: [] })
  })
}

test('a folder that is not there is said to be missing', async () => {
  assert.equal((await look(() => {}, '/home/b')).said, 'bad DISK_MISSING')
})
