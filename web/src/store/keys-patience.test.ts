import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../../src/api/client.ts'
import { withKeys } from './keys-patience.ts'

const refusal = (code: string) => new ApiError(409, { code, message: 'Not now.', retry: true })

test('what is refused because keys are coming is asked for again until they are there, and that it waits is told once', async () => {
  let calls = 0
  let told = 0
  const call = async () => {
    if (++calls < 4) throw refusal('KEYS_COMING')
    return 'sent'
  }
  const wait = () => {
    told++
  }
  assert.equal(await withKeys(call, wait, () => false, 0), 'sent')
  assert.deepEqual([calls, told], [4, 1])
})

test('nothing else is asked for twice, nor anything that nobody waits for any more', async () => {
  let calls = 0
  const refusing = (code: string) => async () => {
    calls++
    throw refusal(code)
  }
  await assert.rejects(
    withKeys(refusing('CIRCLE_LEFT'), assert.fail, () => false, 0),
    { code: 'CIRCLE_LEFT' },
  )
  assert.equal(calls, 1)
  let over = false
  const stop = () => {
    over = true
  }
  await assert.rejects(
    withKeys(refusing('KEYS_COMING'), stop, () => over, 0),
    { code: 'KEYS_COMING' },
  )
  assert.equal(calls, 2)
})
