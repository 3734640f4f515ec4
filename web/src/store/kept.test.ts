import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { Kept } from './kept.ts'

function asked() {
  const answers: PromiseWithResolvers<string>[] = []
  const kept = new Kept(() => {
    const answer = Promise.withResolvers<string>()
    answers.push(answer)
    return answer.promise
  })
  const settle = async (index: number, value: string | Error): Promise<void> => {
    if (value instanceof Error) answers[index]?.reject(value)
    else answers[index]?.resolve(value)
    await new Promise((done) => setImmediate(done))
  }
  return { kept, answers, settle }
}

test('nothing is asked before somebody looks, and then once', async () => {
  const { kept, answers, settle } = asked()
  kept.changed()
  assert.equal(answers.length, 0)
  let told = 0
  const stop = kept.subscribe(() => told++)
  kept.subscribe(() => undefined)
  assert.equal(answers.length, 1)
  await settle(0, 'a')
  assert.deepEqual([kept.value, told], ['a', 1])
  stop()
})

test('an older answer does not replace a newer one, nor what a change answered with', async () => {
  const { kept, settle } = asked()
  kept.again()
  kept.again()
  await settle(1, 'new')
  await settle(0, 'old')
  assert.equal(kept.value, 'new')
  kept.again()
  kept.put('put')
  await settle(2, 'old')
  assert.equal(kept.value, 'put')
})

test('many changes are one question, and what is known stays when it fails', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  const { kept, answers, settle } = asked()
  kept.subscribe(() => undefined)
  await settle(0, 'a')
  for (let i = 0; i < 20; i++) kept.changed()
  assert.equal(answers.length, 1)
  mock.timers.tick(500)
  assert.equal(answers.length, 2)
  await settle(1, new Error('no answer'))
  assert.equal(kept.value, 'a')
  assert.match(String(kept.get().error), /no answer/)
})

test('what changed while nobody looked is asked for when somebody does', async () => {
  const { kept, answers, settle } = asked()
  kept.subscribe(() => undefined)()
  await settle(0, 'a')
  kept.changed()
  assert.equal(answers.length, 1)
  kept.subscribe(() => undefined)
  assert.equal(answers.length, 2)
})
