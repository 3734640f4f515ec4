import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatIp } from '../base/address.ts'
import { parseFilterLine } from './ip-filter-line.ts'

function read(line: string): string {
  const parsed = parseFilterLine(line)
  return typeof parsed === 'string' ? parsed : `${formatIp(parsed.start)} ${formatIp(parsed.end)}`
}

for (const [line, meaning] of [
  ['001.002.003.000 - 001.002.003.255 , 000 , Some, Company', '1.2.3.0 1.2.3.255'],
  ['1.2.3.4-1.2.3.9,127,x', '1.2.3.4 1.2.3.9'],
  ['1.2.3.4 - 1.2.3.9 , 128 , allowed', 'nothing'],
  ['1.2.3.4 - 1.2.3.9 , 200 , allowed', 'nothing'],
  ['Some: Company:1.2.3.0-1.2.3.255', '1.2.3.0 1.2.3.255'],
  [':1.2.3.0-1.2.3.255\r', '1.2.3.0 1.2.3.255'],
  ['Six:2001:db8::-2001:db8::ff', '2001:db8:: 2001:db8::ff'],
  ['1.2.3.77/24', '1.2.3.0 1.2.3.255'],
  ['1.2.3.4/32', '1.2.3.4 1.2.3.4'],
  ['0.0.0.0/0', '0.0.0.0 255.255.255.255'],
  ['10.0.0.0/9 # half', '10.0.0.0 10.127.255.255'],
  ['2001:db8::/33', '2001:db8:: 2001:db8:7fff:ffff:ffff:ffff:ffff:ffff'],
  ['1.2.3.4', '1.2.3.4 1.2.3.4'],
  ['1.2.3.4 - 1.2.3.5', '1.2.3.4 1.2.3.5'],
  ['2001:db8::1', '2001:db8::1 2001:db8::1'],
  ['::ffff:1.2.3.4', '1.2.3.4 1.2.3.4'],
  ['', 'nothing'],
  ['# a comment', 'nothing'],
  ['// a comment', 'nothing'],
  ['; a comment', 'nothing'],
  ['1.2.3.9-1.2.3.4', 'malformed'],
  ['1.2.3.4/33', 'malformed'],
  ['1.2.3.256', 'malformed'],
  ['1.2.3', 'malformed'],
  ['1.2.3.4-2001:db8::1', 'malformed'],
  ['1.2.3.4 - 1.2.3.9 , x , y', 'malformed'],
  ['<html>', 'malformed'],
] as const) {
  test(`"${line.trim()}" is ${meaning}`, () => assert.equal(read(line), meaning))
}
