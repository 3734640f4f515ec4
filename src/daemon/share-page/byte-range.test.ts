import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRange } from './byte-range.ts'

function shown(header: string | undefined, lengthBytes = 100): string {
  const range = readRange(header, lengthBytes)
  return range.kind === 'part' ? `${range.first}-${range.last}` : range.kind
}

test('ranges are read as RFC 9110 has them', () => {
  const table: [string | undefined, string][] = [
    [undefined, 'whole'],
    ['bytes=0-0', '0-0'],
    ['bytes=0-99', '0-99'],
    ['bytes=10-', '10-99'],
    ['bytes=99-', '99-99'],
    ['bytes=50-1000', '50-99'],
    ['bytes=-1', '99-99'],
    ['bytes=-1000', '0-99'],
    ['bytes= 5 - 9 ', '5-9'],
    ['bytes=100-', 'beyond'],
    ['bytes=100-200', 'beyond'],
    ['bytes=-0', 'beyond'],
  ]
  for (const [header, expected] of table) assert.equal(shown(header), expected, String(header))
})

test('what is no single range of bytes is ignored', () => {
  const ignored = [
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=9-5',
    'bytes=0-1,3-4',
    'items=0-1',
    'bytes=a-b',
    'bytes=+1-2',
  ]
  for (const header of [...ignored, 'bytes=1.5-2', 'bytes=0x1-2', `bytes=${'9'.repeat(16)}-`, 'bytes=0--1'])
    assert.equal(shown(header), 'whole', header)
})

test('an empty file has no range', () => {
  assert.equal(shown(undefined, 0), 'whole')
  for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1', 'bytes=-0'])
    assert.equal(shown(header, 0), 'beyond')
})
