import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DialTurns, MAX_STREAMS } from './dial-turns.ts'

const LONG_MS = 60_000

test('no more streams than a link carries are opened to one device, and who waits is served in order', async () => {
  const turns = new DialTurns()
  const open = await Promise.all(Array.from({ length: MAX_STREAMS }, () => turns.take('ben', LONG_MS)))
  const served: string[] = []
  const wait = (name: string) =>
    turns.take('ben', LONG_MS).then((over) => {
      served.push(name)
      return over
    })
  const [first, second] = [wait('first'), wait('second')]
  assert.ok((await turns.take('cleo', LONG_MS)) !== undefined, 'others do not wait')
  assert.deepEqual(served, [])
  open[0]?.()
  open[0]?.()
  const over = await first
  assert.deepEqual(served, ['first'], 'one that ends is counted once')
  over?.()
  await second
  assert.deepEqual(served, ['first', 'second'])
})

test('who waits too long is told so, and takes nobody else’s turn', async () => {
  const turns = new DialTurns()
  const open = await Promise.all(Array.from({ length: MAX_STREAMS }, () => turns.take('ben', LONG_MS)))
  assert.equal(await turns.take('ben', 1), undefined)
  const next = turns.take('ben', LONG_MS)
  open[0]?.()
  assert.ok((await next) !== undefined)
})
