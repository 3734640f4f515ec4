import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMagnet } from '../../metainfo/magnet.ts'
import { engineOptions } from './engine-options.ts'
import { BLANK, type TransferRecord } from './record.ts'

const HASH = '0123456789abcdef0123456789abcdef01234567'
const LINK =
  `magnet:?xt=urn:btih:${HASH}&tr=udp%3A%2F%2Fone.example%3A1337&tr=https%3A%2F%2Ftwo.example%2Fannounce` +
  '&x.pe=192.0.2.1:6881&x.pe=[2001:db8::1]:6881&ws=https%3A%2F%2Ffiles.example%2F'

const record = (fields: Partial<TransferRecord> = {}): TransferRecord => ({
  ...BLANK,
  id: HASH,
  role: 'get',
  magnet: LINK,
  infohashV1: parseMagnet(LINK).infohashV1 as string,
  journalFolder: '/data',
  saveFolder: '/data',
  addedAt: 0,
  ...fields,
})

const optionsOf = (fields: Partial<TransferRecord> = {}) =>
  engineOptions(record(fields), {
    content: undefined,
    kept: undefined,
    justHashed: false,
    asked: false,
    priorities: () => [],
    arrival: { withheldOf: () => new Set<number>(), beforeFinal: async () => {} },
    events: {},
    defaults: { preallocate: false, maxPeers: 50 },
  })

const trackersOf = (fields: Partial<TransferRecord> = {}) =>
  optionsOf(fields)
    .trackers.flat()
    .map(({ url }) => url)

test('hosts that a person left out are not contacted, as trackers, peers or web seeds, with a port or without', () => {
  const exceptHosts = ['one.example:1337', 'files.example', '[2001:db8::1]:6881']
  const { peers, webSeeds } = optionsOf({ exceptHosts })
  assert.deepEqual(trackersOf({ exceptHosts }), ['https://two.example/announce'])
  assert.deepEqual(peers, [{ host: '192.0.2.1', port: 6881 }])
  assert.deepEqual(webSeeds, [])
})

test('trackers that were added are asked first, and those taken out are not', () => {
  const addedTrackers = ['http://mine.example/announce']
  const removedTrackers = ['udp://one.example:1337']
  assert.deepEqual(trackersOf({ addedTrackers, removedTrackers }), [
    'http://mine.example/announce',
    'https://two.example/announce',
  ])
})

test('what is unlisted asks no tracker, whoever added it', () => {
  assert.deepEqual(trackersOf({ audience: 'link', addedTrackers: ['http://mine.example/announce'] }), [])
})

test('a transfer that was moved is opened by the name of its first folder, and known to be in the other', () => {
  const { saveFolder, movedTo } = optionsOf({ saveFolder: '/elsewhere' })
  assert.deepEqual([saveFolder, movedTo], ['/data', '/elsewhere'])
})

test('only what a person asks for now is fetched again where it was removed', () => {
  assert.equal(optionsOf().refetch, false)
})
