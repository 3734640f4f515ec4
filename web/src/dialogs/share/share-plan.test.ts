import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ShareRequest } from '../../../../src/api/schemas/share.ts'
import { folderOf, NO_MORE, shareRequest, stopRuleOf, widens, wrongIn } from './share-plan.ts'

const NOW = new Date(2026, 10, 28, 12).getTime()

test('whatever may reach somebody new widens: the link, everyone, another person or circle', () => {
  assert.ok(widens('me', 'link'))
  assert.ok(!widens('link', 'me'))
  assert.ok(widens('link', 'everyone'))
  assert.ok(!widens('everyone', 'link'))
  assert.ok(!widens('link', 'link'))
  assert.ok(widens('link', 'circle:aa'))
  assert.ok(widens('circle:aa', 'circle:bb'))
  assert.ok(widens('circle:aa', 'link'))
  assert.ok(!widens('circle:aa', 'me'))
})

test('what was left alone is left out of the request', () => {
  const request = shareRequest({ path: '/a/film.mp4', who: 'link', more: NO_MORE }, NOW)
  assert.deepEqual(request, {
    path: '/a/film.mp4',
    audience: 'link',
    format: 'hybrid',
    stopRule: { ratio: null, seconds: null, copies: null },
  })
  assert.ok(ShareRequest.safeParse(request).success)
})

test('what was chosen is in it', () => {
  const more = {
    ...NO_MORE,
    name: ' Our film ',
    stop: 'copy' as const,
    upLimit: '2 MB/s',
    trackers: 'http://a.org/announce\n\n udp://b.org:1 ',
    comment: 'hi',
  }
  const request = shareRequest({ path: '/a', who: 'everyone', more }, NOW)
  assert.deepEqual(
    { ...request, path: undefined },
    {
      path: undefined,
      audience: 'everyone',
      format: 'hybrid',
      stopRule: { ratio: null, seconds: null, copies: 1 },
      name: 'Our film',
      upLimit: 2_000_000,
      trackers: ['http://a.org/announce', 'udp://b.org:1'],
      comment: 'hi',
    },
  )
  assert.ok(ShareRequest.safeParse(request).success)
})

test('a date means its end, and must be to come', () => {
  const until = (stopDate: string) => ({ ...NO_MORE, stop: 'date' as const, stopDate })
  assert.equal(stopRuleOf(until('2026-11-28'), NOW).seconds, 12 * 3_600)
  assert.equal(wrongIn(until('2026-11-28'), NOW), undefined)
  assert.equal(wrongIn(until('2026-11-27'), NOW), 'date')
  assert.equal(wrongIn(until(''), NOW), 'date')
})

test('a limit must be a rate of a kilobyte or more', () => {
  assert.equal(wrongIn({ ...NO_MORE, upLimit: '500 kB/s' }, NOW), undefined)
  assert.equal(wrongIn({ ...NO_MORE, upLimit: 'fast' }, NOW), 'rate')
  assert.equal(wrongIn({ ...NO_MORE, upLimit: '10' }, NOW), 'rate')
})

test('a folder is remembered by its own path, on every system', () => {
  assert.equal(folderOf('/home/a/film.mp4'), '/home/a')
  assert.equal(folderOf('C:\\Users\\a\\film\\'), 'C:\\Users\\a')
})
