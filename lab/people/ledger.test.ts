import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger, type View } from './ledger.ts'

const message = (id: string, text = id, deleted: 'no' | 'author' = 'no') => ({
  id,
  text,
  author: 'ana',
  deleted,
  kind: 'text' as const,
})

function ledgerOf(...ids: string[]): Ledger {
  const ledger = new Ledger()
  for (const [at, id] of ids.entries())
    ledger.add({ conversation: 'room', author: 'ana', text: id, id, after: ids[at - 1] })
  return ledger
}

function viewOf(...messages: View['messages'][number][]): View {
  return { member: 'ben', conversation: 'room', messages }
}

test('what was said and is there as it was said is no fault', () => {
  assert.deepEqual(
    ledgerOf('a', 'b').faults([viewOf(message('a'), message('b')), viewOf(message('a'), message('b'))]),
    [],
  )
})

test('lost, doubled, invented, turned round, changed and differing are each found', () => {
  const found = (...messages: View['messages'][number][]) =>
    ledgerOf('a', 'b')
      .faults([viewOf(...messages)])
      .join()
  assert.match(found(message('a')), /lost: b/)
  assert.match(found(message('a'), message('b'), message('b2', 'b')), /said by nobody: b.*doubled: b/)
  assert.match(found(message('b'), message('a')), /before what it followed: b/)
  assert.match(found(message('a', 'x'), message('b')), /another text.*: a/)
  assert.match(found(message('a'), message('b', 'b', 'author')), /deleted or not: b/)
  const views = [
    viewOf(message('a'), message('b')),
    { ...viewOf(message('b'), message('a')), member: 'caro' },
  ]
  assert.match(new Ledger().faults(views).join(), /ben has 2, caro 2; at 0/)
})

test('what nobody answered may be there once or not at all', () => {
  const ledger = new Ledger()
  const said = ledger.add({ conversation: 'room', author: 'ana', text: 'a', id: undefined, after: undefined })
  assert.deepEqual(ledger.faults([viewOf()]), [])
  assert.deepEqual(ledger.faults([viewOf(message('1', 'a'))]), [])
  assert.match(ledger.faults([viewOf(message('1', 'a'), message('2', 'a'))]).join(), /doubled/)
  said.id = '1'
  said.texts.push('b')
  assert.deepEqual(ledger.faults([viewOf(message('1', 'b'))]), [])
  said.deleted = 'perhaps'
  assert.deepEqual(ledger.faults([viewOf(message('1', '', 'author'))]), [])
})
