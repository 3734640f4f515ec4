import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PAGE_ROWS, withPage } from './paged.ts'

const load = async () => ({ rows: [], total: 0 })
const answer = (total: number, name: string) => ({ rows: [name], total, name })
type Held = ReturnType<typeof withPage<string, ReturnType<typeof answer>>>

test('the first answer speaks for the whole, the newest says how many there are', () => {
  const one = withPage<string, ReturnType<typeof answer>>(
    undefined,
    load as never,
    0,
    answer(500, 'a'),
    [0, 0],
  )
  const two = withPage(one, load as never, 3, answer(501, 'd'), [3, 3])
  assert.equal(two.head.name, 'a')
  assert.equal(two.head.total, 501)
  assert.deepEqual(two.pages.get(3), ['d'])
  assert.equal(withPage(two, load as never, 0, answer(7, 'b'), [0, 0]).head.name, 'b')
})

test('however far somebody scrolls, few pages are held, and those that are seen are among them', () => {
  let held: Held | undefined
  for (let page = 0; page < 1_000; page++) {
    held = withPage(held, load as never, page, answer(1_000 * PAGE_ROWS, String(page)), [page, page + 1])
  }
  assert.ok((held?.pages.size ?? 0) <= 14, `${held?.pages.size}`)
  assert.ok(held?.pages.has(999))
  assert.ok(held?.pages.has(0))
})
