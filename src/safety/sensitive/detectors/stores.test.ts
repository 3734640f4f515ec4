import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { memoryBytes } from '../file-bytes.ts'
import { scanFile } from '../scan-file.ts'

async function classes(name: string, bytes: Uint8Array | string): Promise<string[]> {
  const content = Buffer.from(bytes as Uint8Array)
  const input = { path: name, components: name.split('/'), lengthBytes: content.length, modifiedMs: 0 }
  return (await scanFile(input, () => Promise.resolve(memoryBytes(content)))).map((finding) => finding.class)
}

function database(schema: string): Uint8Array {
  const opened = new DatabaseSync(':memory:')
  opened.exec(schema)
  const bytes = opened.serialize()
  opened.close()
  return bytes
}

test('databases of browsers and messengers are told by their tables, whatever they are called', async () => {
  assert.deepEqual(
    await classes('x.bin', database('CREATE TABLE logins (origin_url TEXT, password_value BLOB)')),
    ['password-store'],
  )
  assert.deepEqual(await classes('x.db', database('CREATE TABLE moz_places (url TEXT)')), ['browser-data'])
  assert.deepEqual(
    await classes('x.db', database('CREATE TABLE message (text TEXT); CREATE TABLE handle (id TEXT)')),
    ['messages'],
  )
  assert.deepEqual(await classes('tiles.db', database('CREATE TABLE tiles (x INTEGER, data BLOB)')), [])
})

test('seed phrases are told by their checksum, in every list', async () => {
  assert.deepEqual(
    await classes('a.txt', 'legal winner thank year wave sausage worth useful legal winner thank yellow'),
    ['wallet'],
  )
  assert.deepEqual(
    await classes(
      'a.txt',
      '1. legal\n2. winner\n3. thank\n4. year\n5. wave\n6. sausage\n7. worth\n8. useful\n9. legal\n10. winner\n11. thank\n12. yellow',
    ),
    ['wallet'],
  )
  assert.deepEqual(
    await classes('a.txt', 'legal winner thank year wave sausage worth useful legal winner thank year'),
    [],
  )
  assert.deepEqual(await classes('a.txt', '的 的 的 的 的 的 的 的 的 的 的 在 助记词'), ['wallet'])
})

test('chats, mails, contacts and dumps are told by their form; logs, patches and schemas are quiet', async () => {
  assert.deepEqual(
    await classes(
      'a.txt',
      '12/03/24, 2:05 PM - Ana: hi\n12/03/24, 2:06 PM - Ben: hi you\n12/03/24, 2:07 PM - Ana: ok\n12/03/24, 2:08 PM - Ben: bye',
    ),
    ['messages'],
  )
  assert.deepEqual(
    await classes(
      'a.txt',
      'Return-Path: <a@b.invalid>\nFrom: A <a@b.invalid>\nTo: B <b@b.invalid>\nDate: Tue, 12 Mar 2024 09:14:55 +0100\nSubject: us\n\nhello',
    ),
    ['mail'],
  )
  assert.deepEqual(await classes('a.txt', 'BEGIN:VCARD\nFN:Ana\nTEL:+49171000000\nEND:VCARD'), ['contacts'])
  assert.deepEqual(
    await classes(
      'a.log',
      '2024-03-12 14:05:01 INFO start: ok\n2024-03-12 14:05:02 WARN slow: disk\n2024-03-12 14:05:03 INFO done: ok\n2024-03-12 14:05:04 INFO bye: ok\n',
    ),
    [],
  )
  assert.deepEqual(
    await classes(
      'a.patch',
      'From abc Mon Sep 17 00:00:00 2001\nFrom: A <a@b.invalid>\nDate: Tue, 12 Mar 2024 09:14:55 +0100\nSubject: [PATCH] fix\n\ndiff --git a/x b/x',
    ),
    [],
  )
  assert.deepEqual(await classes('a.sql', 'CREATE TABLE users (id int, email text, password text);'), [])
})

test('hidden files are told, those of every project are not', async () => {
  assert.deepEqual(await classes('.things', 'x'), ['hidden-file'])
  assert.deepEqual(await classes('a/.git/config', '[core]'), ['hidden-file'])
  assert.deepEqual(await classes('.gitignore', 'node_modules'), [])
  assert.deepEqual(await classes('.hidden/inside.txt', 'x'), ['hidden-file'])
})
