import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHostName, isPublicName } from './host-name.ts'

test('names of the public network may be asked of others', () => {
  for (const name of [
    'tracker.example.org',
    'a.b',
    'x.onion',
    'xn--bcher-kva.example',
    'T.Example.',
    'a_b.example',
  ])
    assert.equal(isPublicName(name), true, name)
})

test('names that mean something near whoever resolves them may not', () => {
  for (const name of [
    'localhost',
    'a.localhost',
    'router',
    'nas.local',
    'x.home.arpa',
    'db.internal',
    'x.LAN.',
  ])
    assert.equal(isPublicName(name), false, name)
})

test('numbers that some resolvers take for addresses are no names', () => {
  for (const text of [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    'a.0x7f',
    '1.2.3.4.',
    '::1',
    'fe80::1%eth0',
  ])
    assert.equal(isHostName(text), false, text)
})

test('what is no name is none', () => {
  for (const text of [
    '',
    '.',
    'a..b',
    'a b.c',
    '-a.b',
    'a-.b',
    'a\0.b',
    'é.example',
    `${'a'.repeat(64)}.b`,
    `${'a.'.repeat(130)}b`,
  ])
    assert.equal(isHostName(text), false, text)
})
