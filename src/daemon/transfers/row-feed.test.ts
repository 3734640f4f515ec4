import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import type { Change } from '../../api/schemas/events.ts'
import type { Totals } from '../../api/schemas/status.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { RowFeed, type RowSource } from './row-feed.ts'

const STEP_MS = 500

class Scene implements RowSource {
  readonly clock = new VirtualClock()
  readonly made = new Map<string, Partial<TransferRow>>()
  readonly busy = new Set<string>()
  looks = 0
  peers = 0
  readonly feed = new RowFeed(
    this.clock,
    'epoch',
    this,
    (filter) =>
      ({ name }) =>
        name === filter,
  )
  readonly heard: Change[] = []

  constructor(count: number) {
    for (let n = 0; n < count; n++) this.put(String(n), { name: `n${n}` })
  }

  put(id: string, fields: Partial<TransferRow>): void {
    this.made.set(id, { ...this.made.get(id), ...fields, id })
    this.feed?.touch(id)
  }

  follow(): () => void {
    return this.feed.follow(undefined, (change) => this.heard.push(change)).close
  }

  ids(): readonly string[] {
    return [...this.made.keys()]
  }

  row(id: string): TransferRow | undefined {
    this.looks++
    const found = this.made.get(id)
    return found === undefined ? undefined : ({ ...found } as TransferRow)
  }

  lively(): Iterable<string> {
    return this.busy
  }

  totals(): Totals {
    return { peers: this.peers } as Totals
  }
}

test('what changes is told within half a second, several changes together', async () => {
  const scene = new Scene(2)
  await scene.feed.listJson(undefined)
  scene.follow()
  scene.put('0', { doneBytes: 1 })
  scene.put('0', { doneBytes: 2 })
  scene.put('1', { state: 'giving' })
  await scene.clock.advance(STEP_MS)
  assert.equal(scene.heard.length, 1)
  assert.deepEqual(scene.heard[0]?.transfers, [
    { id: '0', doneBytes: 2 },
    { id: '1', state: 'giving' },
  ])
})

test('at rest nobody is told anything, and few rows are looked at', async () => {
  const scene = new Scene(10_000)
  await scene.feed.listJson(undefined)
  scene.follow()
  scene.looks = 0
  await scene.clock.advance(20 * STEP_MS)
  assert.deepEqual(scene.heard, [])
  assert.ok(scene.looks <= 20 * 40, `${scene.looks} looks`)
})

test('without followers there is no timer', async () => {
  const scene = new Scene(3)
  const close = scene.follow()
  assert.equal(scene.clock.waiting, 1)
  close()
  assert.equal(scene.clock.waiting, 0)
})

test('what changes without anybody saying so is found by the slow round', async () => {
  const scene = new Scene(100)
  await scene.feed.listJson(undefined)
  scene.follow()
  scene.made.set('77', { id: '77', name: 'other' })
  await scene.clock.advance(3 * STEP_MS)
  assert.deepEqual(
    scene.heard.flatMap(({ transfers }) => transfers),
    [{ id: '77', name: 'other' }],
  )
})

test('what is lively is looked at in every step, and once more when it is not any more', async () => {
  const scene = new Scene(1_000)
  await scene.feed.listJson(undefined)
  scene.follow()
  scene.busy.add('999')
  scene.made.set('999', { id: '999', doneBytes: 1 })
  await scene.clock.advance(STEP_MS)
  scene.busy.delete('999')
  scene.made.set('999', { id: '999', doneBytes: 2 })
  await scene.clock.advance(STEP_MS)
  assert.deepEqual(
    scene.heard.map(({ transfers }) => transfers?.[0]?.doneBytes),
    [1, 2],
  )
})

test('a list has what changed a moment ago, and a stream from its cursor misses nothing after it', async () => {
  const scene = new Scene(2)
  scene.follow()
  await scene.clock.advance(STEP_MS)
  scene.put('1', { doneBytes: 5 })
  const { cursor, transfers } = JSON.parse(String(await scene.feed.listJson(undefined)))
  assert.equal(transfers[1].doneBytes, 5)
  scene.put('1', { doneBytes: 6 })
  const { first } = scene.feed.follow({ epoch: 'epoch', cursor }, () => {})
  assert.equal(first.transfers?.at(-1)?.doneBytes, 6)
})

test('a list can be filtered, and of the totals only changes are told', async () => {
  const scene = new Scene(5)
  assert.deepEqual(
    JSON.parse(String(await scene.feed.listJson('n3'))).transfers.map(({ id }: TransferRow) => id),
    ['3'],
  )
  scene.follow()
  scene.peers = 4
  await scene.clock.advance(2 * STEP_MS)
  assert.deepEqual(
    scene.heard.map(({ totals }) => totals),
    [{ peers: 4 }],
  )
})

test('a cursor of another start of the daemon begins anew', () => {
  const scene = new Scene(2)
  const { first } = scene.feed.follow({ epoch: 'earlier', cursor: 1 }, () => {})
  assert.equal(first.reset, true)
  assert.equal(first.transfers?.length, 2)
})

test('whoever lists and then follows is not told the same rows again, nor what was said to nobody', async () => {
  const scene = new Scene(3)
  scene.feed.notice({ kind: 'settings', id: null, code: null })
  const { cursor } = JSON.parse(String(await scene.feed.listJson(undefined)))
  const { first } = scene.feed.follow({ epoch: 'epoch', cursor }, () => {})
  assert.deepEqual([first.transfers, first.notices], [undefined, undefined])
})

test('where thousands change at once their rows are made in turns, and a list waits for the last few only', async () => {
  const scene = new Scene(1_000)
  assert.equal(scene.looks, 0)
  await scene.clock.advance(0)
  const made = scene.looks
  assert.ok(made >= 200, `${made} looks`)
  await scene.clock.advance(1)
  assert.ok(scene.looks > 800)
  assert.equal(scene.clock.waiting, 0)
  assert.equal(JSON.parse(String(await scene.feed.listJson(undefined))).transfers.length, 1_000)
})

test('a list is made once while nothing changes, and anew for every change', async () => {
  const scene = new Scene(3)
  const names = async () =>
    JSON.parse(String(await scene.feed.listJson(undefined))).transfers.map(({ name }: TransferRow) => name)
  assert.deepEqual(await names(), ['n0', 'n1', 'n2'])
  assert.equal(await scene.feed.listJson(undefined), await scene.feed.listJson(undefined))
  scene.put('1', { name: 'other' })
  assert.deepEqual(await names(), ['n0', 'other', 'n2'])
  scene.made.delete('0')
  scene.feed.touch('0')
  assert.deepEqual(await names(), ['other', 'n2'])
  assert.equal(JSON.parse(String(await scene.feed.listJson('n2'))).transfers.length, 1)
})
