import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleFile, sampleMessage } from '../../../test/doubles/sample-people.ts'
import { ChatLog } from './chat-log.ts'
import { NotUnderstood, readLine, shellWords } from './slash-words.ts'

const LOG = new ChatLog()
LOG.take([
  sampleMessage(1),
  sampleMessage(2, { mine: true }),
  sampleMessage(3, { file: sampleFile() }),
  sampleMessage(4, { kind: 'notice', notice: { code: 'JOINED', data: {} } }),
])
const id = (place: number): string => sampleMessage(place).id

function meant(line: string): unknown {
  return readLine(line, LOG)
}

test('a line is said as it is, and one with a slash before it only with two', () => {
  assert.deepEqual(meant('hello /all'), { kind: 'say', text: 'hello /all' })
  assert.deepEqual(meant('//etc/passwd is a path'), { kind: 'say', text: '/etc/passwd is a path' })
  assert.throws(() => meant('/etc/passwd'), NotUnderstood)
  assert.throws(() => meant('/repyl hi'), /did you mean \/reply/)
  assert.throws(() => meant('/'), NotUnderstood)
})

test('a slash word is about the message that is named, else about the last that fits', () => {
  assert.deepEqual(meant('/reply #0001 yes\nno'), { kind: 'say', text: 'yes\nno', replyTo: id(1) })
  assert.deepEqual(meant('/reply yes'), { kind: 'say', text: 'yes', replyTo: id(3) })
  assert.deepEqual(meant('/edit better'), { kind: 'edit', message: id(2), text: 'better' })
  assert.deepEqual(meant('/delete'), { kind: 'delete', message: id(2) })
  assert.deepEqual(meant('/get'), { kind: 'get', message: id(3), folder: undefined })
  assert.deepEqual(meant('/get #0003 "my films"'), { kind: 'get', message: id(3), folder: 'my films' })
  assert.throws(() => meant('/delete #00'), /several/)
  assert.throws(() => meant('/reply #ffff x'), NotUnderstood)
  assert.throws(() => meant('/edit'), /\/edit \[#ID\] TEXT/)
})

test('a reaction can be typed by its name, and is taken back the second time', () => {
  assert.deepEqual(meant('/react #0001 +1'), { kind: 'react', message: id(1), emoji: '👍', on: true })
  const log = new ChatLog()
  log.take([sampleMessage(1, { reactions: [{ emoji: '👍', people: ['Me'], mine: true }] })])
  assert.deepEqual(readLine('/react 👍', log), { kind: 'react', message: id(1), emoji: '👍', on: false })
})

test('paths are taken apart as a shell does', () => {
  assert.deepEqual(shellWords('a "b c" d\\ e \'f "g"\''), ['a', 'b c', 'd e', 'f "g"'])
  assert.deepEqual(meant('/file ~/a\\ b c'), { kind: 'file', paths: ['~/a b', 'c'] })
})
