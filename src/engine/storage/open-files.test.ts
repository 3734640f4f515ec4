import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimDisk } from '../../../lab/sim/disk.ts'
import { settle } from '../../../test/doubles/storage-rig.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { OpenFiles } from './open-files.ts'

async function scene(limit: number, files = 6) {
  const clock = new VirtualClock()
  const disk = new SimDisk({ random: new SeededRandom(1), wallMs: () => clock.wallMs() })
  await disk.makeDirectory('/d')
  for (let file = 0; file < files; file++) disk.poke(`/d/${file}`, Uint8Array.of(file))
  let opens = 0
  disk.watch = (operation) => {
    if (operation === 'open') opens++
  }
  const openFiles = new OpenFiles(disk, () => clock.now(), limit)
  const read = async (file: number): Promise<number> => {
    const into = new Uint8Array(1)
    await openFiles.use(`/d/${file}`, 'read', '/d', (opened) => opened.read(into, 0))
    return into[0] as number
  }
  return { clock, disk, openFiles, read, opens: () => opens }
}

test('a file is opened once for many uses, also at the same time', async () => {
  const { openFiles, read, opens } = await scene(4)
  assert.deepEqual(await Promise.all([read(1), read(1), read(1)]), [1, 1, 1])
  assert.equal(await read(1), 1)
  assert.equal(opens(), 1)
  assert.equal(openFiles.size, 1)
})

test('above the limit the least recently used is closed', async () => {
  const { openFiles, read, opens } = await scene(2)
  await read(0)
  await read(1)
  await read(0)
  await read(2)
  assert.equal(openFiles.size, 2)
  await read(0)
  assert.equal(opens(), 3, '0 was kept')
  await read(1)
  assert.equal(opens(), 4, '1 was not')
})

test('what is in use is never closed, even above the limit', async () => {
  const { openFiles, read } = await scene(1)
  let release: () => void = () => {}
  const held = openFiles.use('/d/0', 'read', '/d', async (opened) => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    return await opened.read(new Uint8Array(1), 0)
  })
  await settle()
  await read(1)
  await read(2)
  release()
  assert.equal(await held, 1)
  await settle()
  assert.equal(openFiles.size, 1)
})

test('closing a path waits for its users', async () => {
  const { openFiles } = await scene(4)
  let release: () => void = () => {}
  const order: string[] = []
  const held = openFiles.use('/d/0', 'write', '/d', async (opened) => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    await opened.write(Uint8Array.of(9), 0)
    order.push('written')
  })
  await settle()
  const closed = openFiles.close('/d/0').then(() => order.push('closed'))
  await settle()
  assert.deepEqual(order, [])
  release()
  await Promise.all([held, closed])
  assert.deepEqual(order, ['written', 'closed'])
  assert.equal(openFiles.size, 0)
})

test('what nobody used for a while can be let go', async () => {
  const { clock, openFiles, read } = await scene(4)
  await read(0)
  await clock.advance(1_000)
  await read(1)
  await openFiles.closeIdle(500 as Millis)
  assert.equal(openFiles.size, 1)
})

test('a file that cannot be opened is tried anew the next time', async () => {
  const { disk, openFiles, read } = await scene(4, 1)
  await assert.rejects(read(3), { code: 'ENOENT' })
  disk.poke('/d/3', Uint8Array.of(3))
  assert.equal(await read(3), 3)
  assert.equal(openFiles.size, 1)
})

test('out of descriptors: everything idle is let go and it is tried once more', async () => {
  const { disk, openFiles, read } = await scene(4)
  await read(0)
  await read(1)
  let refusals = 1
  disk.fault = (operation) => (operation === 'open' && refusals-- > 0 ? 'EMFILE' : undefined)
  assert.equal(await read(2), 2)
  assert.equal(openFiles.size, 1)
})

test('a new file is made once and stays open for writing', async () => {
  const { disk, openFiles, opens } = await scene(4)
  await openFiles.create('/d/new', '/d', 'new', (opened) => opened.truncate(5))
  await openFiles.use('/d/new', 'write', '/d', (opened) => opened.write(Uint8Array.of(1), 4))
  assert.equal(opens(), 1)
  assert.deepEqual(disk.peek('/d/new'), Uint8Array.of(0, 0, 0, 0, 1))
  await assert.rejects(
    openFiles.create('/d/new', '/d', 'new', async () => {}),
    { code: 'EEXIST' },
  )
})
