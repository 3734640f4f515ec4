import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDuration, parseRate, parseSize } from './parse-quantity.ts'

test('sizes are decimal unless they say KiB, MiB, GiB', () => {
  assert.equal(parseSize('4096'), 4_096)
  assert.equal(parseSize('10G'), 10_000_000_000)
  assert.equal(parseSize('10 gb'), 10_000_000_000)
  assert.equal(parseSize('1.5GiB'), 1_610_612_736)
  assert.equal(parseSize('16KiB'), 16_384)
  assert.equal(parseSize('0'), 0)
  assert.equal(parseSize('0.3'), 0)
})

test('what is no size is refused', () => {
  for (const text of [
    '',
    '-1',
    'G',
    '1e9',
    '10X',
    '1,5G',
    '10 G B',
    '0x10',
    'NaN',
    'Infinity',
    '99999999999T',
  ]) {
    assert.equal(parseSize(text), undefined, text)
  }
})

test('rates are bytes, and bits only when they say bit', () => {
  assert.equal(parseRate('2M'), 2_000_000)
  assert.equal(parseRate('2MB/s'), 2_000_000)
  assert.equal(parseRate('500KiB'), 512_000)
  assert.equal(parseRate('16mbit'), 2_000_000)
  assert.equal(parseRate('16 Mbit/s'), 2_000_000)
  assert.equal(parseRate('100000'), 100_000)
})

test('a rate that could be bits or bytes is refused', () => {
  for (const text of ['2Mb', '2mb', '2Mb/s', 'fast', '-2M', '2M/h', '']) {
    assert.equal(parseRate(text), undefined, text)
  }
})

test('times name their unit and may join several', () => {
  assert.equal(parseDuration('90s'), 90_000)
  assert.equal(parseDuration('10m'), 600_000)
  assert.equal(parseDuration('7d'), 604_800_000)
  assert.equal(parseDuration('1h30m'), 5_400_000)
  assert.equal(parseDuration('2w'), 1_209_600_000)
  assert.equal(parseDuration('0.5s'), 500)
})

test('a time without a unit is refused', () => {
  for (const text of ['90', '', 'm', '10 minutes', '-1s', '1s2', '99999999999999w']) {
    assert.equal(parseDuration(text), undefined, text)
  }
})
