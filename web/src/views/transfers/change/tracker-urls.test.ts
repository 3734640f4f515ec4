import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTrackers } from './tracker-urls.ts'

test('each line is a tracker, once', () => {
  assert.deepEqual(readTrackers(' udp://a.example:80 \n\nhttps://b.example/announce\nudp://a.example:80'), {
    urls: ['udp://a.example:80', 'https://b.example/announce'],
    wrong: [],
  })
})

test('what is no address of a tracker is told', () => {
  assert.deepEqual(readTrackers('tracker.example\nftp://x/y\nhttp://').wrong, [
    'tracker.example',
    'ftp://x/y',
    'http://',
  ])
})
