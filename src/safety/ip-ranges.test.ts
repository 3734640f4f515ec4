import assert from 'node:assert/strict'
import { randomInt as anyInt } from 'node:crypto'
import { test } from 'node:test'
import { formatIp, parseIp } from '../base/address.ts'
import { writeUint32 } from '../base/bytes.ts'
import { randomInt, SeededRandom } from '../base/random.ts'
import { IpRangesBuilder } from './ip-ranges.ts'

function ip(text: string): Uint8Array {
  const bytes = parseIp(text)
  assert.ok(bytes !== undefined)
  return bytes
}

test('overlapping and touching ranges become one, in both families', () => {
  const builder = new IpRangesBuilder()
  for (const [start, end] of [
    ['1.0.0.10', '1.0.0.20'],
    ['1.0.0.15', '1.0.0.18'],
    ['1.0.0.21', '1.0.0.30'],
    ['255.255.255.255', '255.255.255.255'],
    ['0.0.0.0', '0.0.0.0'],
    ['fd00::10', 'fd00::20'],
    ['fd00::21', 'fd00::30'],
    ['fd00::40', 'fd00::40'],
  ] as const)
    assert.ok(builder.add(ip(start), ip(end)))
  const ranges = builder.sealed()
  assert.equal(ranges.count, 5)
  const answers = (hosts: readonly string[]) => hosts.map((host) => ranges.has(host))
  assert.deepEqual(answers(['1.0.0.9', '1.0.0.10', '1.0.0.30', '1.0.0.31']), [false, true, true, false])
  assert.deepEqual(answers(['0.0.0.0', '0.0.0.1', '255.255.255.254', '255.255.255.255']), [
    true,
    false,
    false,
    true,
  ])
  assert.deepEqual(answers(['fd00::f', 'fd00::10', 'fd00::30', 'fd00::31', 'fd00::40', 'fd01::10']), [
    false,
    true,
    true,
    false,
    true,
    false,
  ])
})

test('what is no range is not added, and no range holds what is no address', () => {
  const builder = new IpRangesBuilder()
  assert.equal(builder.add(ip('1.0.0.2'), ip('1.0.0.1')), false)
  assert.equal(builder.add(ip('1.0.0.2'), ip('fd00::1')), false)
  assert.equal(builder.add(ip('fd00::2'), ip('fd00::1')), false)
  assert.equal(builder.add(ip('0.0.0.0'), ip('255.255.255.255')), true)
  const ranges = builder.sealed()
  assert.deepEqual([ranges.count, ranges.has('x.example'), ranges.has('fd00::1')], [1, false, false])
})

test('random ranges answer as a plain search would', () => {
  const seed = anyInt(2 ** 32)
  const random = new SeededRandom(seed)
  const builder = new IpRangesBuilder()
  const plain: [number, number][] = []
  for (let i = 0; i < 300; i++) {
    const start = randomInt(random, 5_000)
    const end = start + randomInt(random, 20)
    plain.push([start, end])
    builder.add(bytesOf(start), bytesOf(end))
  }
  const ranges = builder.sealed()
  for (let address = 0; address < 5_100; address++) {
    const expected = plain.some(([start, end]) => start <= address && address <= end)
    assert.equal(ranges.has(formatIp(bytesOf(address))), expected, `${address}, seed ${seed}`)
  }
})

function bytesOf(address: number): Uint8Array {
  const bytes = new Uint8Array(4)
  writeUint32(bytes, 0, address)
  return bytes
}
