import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleMessage } from '../../../test/doubles/sample-people.ts'
import { ChatLog } from './chat-log.ts'

test('messages stand in the order of their places, each once, as told last', () => {
  const log = new ChatLog()
  assert.equal(log.take([sampleMessage(3), sampleMessage(1)]).length, 2)
  assert.equal(log.take([sampleMessage(1), sampleMessage(2)]).length, 1)
  assert.equal(log.take([sampleMessage(1, { edited: true, text: 'new' })]).length, 1)
  assert.deepEqual(
    log.messages.map(({ text }) => text),
    ['new', 'text 2', 'text 3'],
  )
})

test('the short name of a message is as long as tells all apart', () => {
  const log = new ChatLog()
  const like = (id: string) => sampleMessage(1, { id: id.padEnd(64, '0') })
  log.take([like('abcd1'), like('ffff')])
  assert.equal(log.ref(like('abcd1').id), 'abcd')
  log.take([like('abcd2')])
  assert.equal(log.ref(like('abcd1').id), 'abcd1')
  assert.equal(log.find('abcd'), undefined)
  assert.equal(log.find('ABCD2')?.id, like('abcd2').id)
})

test('of very many the newest are kept', () => {
  const log = new ChatLog()
  log.take(Array.from({ length: 6_000 }, (_, place) => sampleMessage(place)))
  assert.equal(log.messages.length, 5_000)
  assert.equal(log.messages[0]?.place, 1_000)
  assert.equal(log.has(sampleMessage(999).id), false)
})
