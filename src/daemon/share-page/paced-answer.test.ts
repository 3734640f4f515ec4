import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import type { Allowance } from '../../engine/peer/host.ts'
import { type Pace, sendPaced } from './paced-answer.ts'
import { AnswerCut, FileChanged } from './share-page-error.ts'

/** Like an answer's stream; `take` is told of each chunk and calls back once it is taken. */
function reader(take: (bytes: Buffer, taken: () => void) => void): {
  stream: Writable
  response: ServerResponse
} {
  const stream = new Writable({ highWaterMark: 1, write: (bytes: Buffer, _, taken) => take(bytes, taken) })
  return { stream, response: stream as unknown as ServerResponse }
}

function pace(parts: Partial<Pace> = {}): Pace {
  const unlimited: Allowance = {
    take: (bytes) => bytes,
    give() {},
    satisfied() {},
    nextAt: (now) => now,
    unlimited: true,
  }
  return { allowance: unlimited, now: () => 0 as Millis, given() {}, stallMs: 1_000_000, ...parts }
}

async function* chunks(count: number, onEnd: () => void = () => undefined): AsyncGenerator<Uint8Array> {
  try {
    for (let at = 0; at < count; at++) yield Buffer.alloc(1_000, at)
  } finally {
    onEnd()
  }
}

test('no more is read than the reader takes', async () => {
  let produced = 0
  let waiting: (() => void) | undefined
  const { response } = reader((_, taken) => {
    waiting = taken
  })
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks(3)) {
      produced++
      yield chunk
    }
  }
  const sent = sendPaced(response, counted(), pace())
  for (let at = 1; at <= 3; at++) {
    while (waiting === undefined) await new Promise(setImmediate)
    assert.equal(produced, at)
    const taken = waiting as () => void
    waiting = undefined
    taken()
  }
  await sent
})

test('a reader that takes nothing is let go, and the source is closed', async () => {
  let closed = false
  const { stream, response } = reader(() => undefined)
  await assert.rejects(
    sendPaced(
      response,
      chunks(5, () => (closed = true)),
      pace({ stallMs: 5 }),
    ),
    AnswerCut,
  )
  assert.deepEqual([closed, stream.destroyed, stream.writableEnded], [true, true, false])
})

test('a reader that goes away ends it, also while it waits for its turn', async () => {
  const { stream, response } = reader((_, taken) => taken())
  const never: Allowance = {
    ...pace().allowance,
    unlimited: false,
    take: () => 0,
    nextAt: () => 1e9 as Millis,
  }
  const sent = sendPaced(response, chunks(1), pace({ allowance: never }))
  stream.destroy()
  await assert.rejects(sent, AnswerCut)
})

test('an answer whose source fails is cut, never ended', async () => {
  const { stream, response } = reader((_, taken) => taken())
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(10)
    throw new FileChanged('shorter')
  }
  await assert.rejects(sendPaced(response, failing(), pace()), FileChanged)
  assert.deepEqual([stream.destroyed, stream.writableEnded], [true, false])
})

test('under a limit it goes in turns, each no larger than what was granted, and every byte is counted', async () => {
  const sizes: number[] = []
  let given = 0
  let refusals = 2
  const allowance: Allowance = {
    ...pace().allowance,
    unlimited: false,
    take: (wanted) => (refusals-- > 0 ? 0 : Math.min(wanted, 400)),
    nextAt: () => 1 as Millis,
  }
  const { response } = reader((bytes, taken) => {
    sizes.push(bytes.length)
    taken()
  })
  await sendPaced(response, chunks(2), pace({ allowance, given: (bytes) => (given += bytes) }))
  assert.deepEqual(sizes, [400, 400, 200, 400, 400, 200])
  assert.equal(given, 2_000)
})
