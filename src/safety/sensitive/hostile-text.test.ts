import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryBytes } from './file-bytes.ts'
import { scanFile } from './scan-file.ts'

const LENGTH = 60_000

/** What makes expressions of these forms walk in circles, were they not linear. */
const PIECES = [
  'a',
  'a_',
  'pass_',
  'password ',
  'password: ',
  '4',
  '4 ',
  '4111-',
  'DE89 ',
  'AA00A',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN A PRIVATE KEY-----\nA',
  '<',
  '<x ',
  '&#',
  '{"',
  '"',
  ':',
  '\n',
  '\t',
  ',',
  'a,b\n',
  '.',
  '_',
  'http://a:',
  'https://a:b@',
  'a@',
  'a.b@c.d',
  '+49 ',
  '身份证',
  'name: x\n',
  'P<',
  'From ',
  '{"messages":[',
  'INSERT INTO users ',
  '<server><password>',
  '-- dump\n',
  '[1.1.24, 1:1',
  'eyJaaaaaaaaaaaaaaaaaa.',
  'otpauth://totp/',
  'a\tTRUE\t/\t',
  '0f',
  '"userName":"a"',
  'machine a login ',
  ' ',
  'abandon ',
  'abandon\n',
  '[a ',
  '{{',
  '01.01.2000 ',
  'net pay 12 ',
]

test('text that is made to be slow is not', { timeout: 240_000 }, async () => {
  for (const name of ['x.txt', 'x.json']) {
    for (const piece of PIECES) {
      const bytes = Buffer.from(piece.repeat(LENGTH / piece.length))
      const input = { path: name, components: [name], lengthBytes: bytes.length, modifiedMs: 0 }
      assert.ok(Array.isArray(await scanFile(input, () => Promise.resolve(memoryBytes(bytes)))), piece)
    }
  }
})
