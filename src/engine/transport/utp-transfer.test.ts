// What uTP is for: whatever the way does to packets, bytes arrive once, in order and unchanged. Seeded runs in virtual time.

import assert from 'node:assert/strict'
import { randomInt as dice } from 'node:crypto'
import { describe, test } from 'node:test'
import { CONDITIONS, type PathOptions } from '../../../lab/relay/path.ts'
import { World } from '../../../lab/sim/world.ts'
import { randomBytes, UtpPair, writeInParts } from '../../../test/doubles/utp-pair.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { PROBE_STEP_BYTES } from '../../protocol/utp/limits.ts'

async function exchange(
  seed: number,
  paths: readonly [PathOptions, PathOptions],
  [thereBytes, backBytes]: readonly [number, number],
  withinMs: number,
): Promise<{ readonly pair: UtpPair; readonly tookMs: number }> {
  const world = new World(seed)
  const pair = new UtpPair(world, { there: paths[0], back: paths[1] })
  const [there, back] = [randomBytes(seed, thereBytes), randomBytes(seed + 1, backBytes)]
  await world.run(
    'both sides close',
    async () => {
      const { near, far } = await pair.connect((connection) => writeInParts(connection, there, seed))
      writeInParts(far.connection, back, seed + 1)
      while (near.lengthBytes < backBytes || far.lengthBytes < thereBytes) await world.sleep(20)
      near.connection.close(true)
      while (near.ending === undefined || far.ending === undefined) await world.sleep(20)
      assert.deepEqual([near.ending.error, far.ending.error], [undefined, undefined], `seed ${seed}`)
      assert.ok(Buffer.compare(far.received, there) === 0, `seed ${seed}: there`)
      assert.ok(Buffer.compare(near.received, back) === 0, `seed ${seed}: back`)
    },
    withinMs,
  )
  const tookMs = world.nowMs
  await world.runFor(30_000)
  assert.equal(pair.near.connections + pair.far.connections, 0, `seed ${seed}: nothing is left`)
  return { pair, tookMs }
}

describe('bytes arrive unchanged', () => {
  for (const [name, paths] of Object.entries(CONDITIONS)) {
    test(`with the ${name} of libutp's transfer test`, async () => {
      for (let i = 0; i < 3; i++) await exchange(dice(2 ** 31), paths, [2_000_000, 300_000], 600_000)
    })
  }

  test('whatever a way does that loses, doubles, delays and overtakes at will', async () => {
    for (let i = 0; i < 20; i++) {
      const seed = dice(2 ** 31)
      const random = new SeededRandom(seed)
      const way = (): PathOptions => {
        const least = randomInt(random, 100)
        return {
          delayMs: [least, least + randomInt(random, 150)],
          lossOneIn: 5 + randomInt(random, 60),
          reorderOneIn: 3 + randomInt(random, 60),
          duplicateOneIn: 3 + randomInt(random, 60),
          mtuBytes: 548 + randomInt(random, 1_000),
        }
      }
      const sizes = [1 + randomInt(random, 400_000), randomInt(random, 400_000)] as const
      await exchange(seed, [way(), way()], sizes, 1_200_000)
    }
  })

  test('through a queue that overflows', async () => {
    const narrow = { rate: 200_000, queueBytes: 20_000, delayMs: [20, 20] as const }
    await exchange(dice(2 ** 31), [narrow, narrow], [2_000_000, 1_000_000], 120_000)
  })
})

describe('packets are as long as the way carries', () => {
  for (const mtuBytes of [2_000, 1_400, 1_300, 1_232, 1_000, 600, 548]) {
    test(`${mtuBytes} bytes`, async () => {
      const seed = dice(2 ** 31)
      const paths = [
        { mtuBytes, delayMs: [10, 10], rate: 1_500_000 },
        { mtuBytes, delayMs: [10, 10] },
      ] as const
      let longest = 0
      const world = new World(seed)
      const pair = new UtpPair(world, { there: paths[0], back: paths[1] })
      const bytes = randomBytes(seed, 2_000_000)
      pair.pass = ({ side, packet }) => {
        if (side === 'near' && packet.bytes.length <= mtuBytes)
          longest = Math.max(longest, packet.payloadBytes)
        return true
      }
      await world.run(
        'all arrives',
        async () => {
          const { near, far } = await pair.connect()
          near.connection.write(bytes)
          while (far.lengthBytes < bytes.length) await world.sleep(20)
          assert.ok(Buffer.compare(far.received, bytes) === 0, `seed ${seed}`)
          near.connection.close()
        },
        60_000,
      )
      const wanted = Math.min(mtuBytes, 1_400)
      assert.ok(
        longest + 20 <= wanted && longest + 20 > wanted - PROBE_STEP_BYTES,
        `seed ${seed}: ${longest + 20} of ${wanted}`,
      )
    })
  }
})
