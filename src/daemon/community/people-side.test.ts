// The daemon with its people process: begun when somebody asks, who it is kept over its death and the daemon's.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { until } from '../../../lab/netns/until.ts'
import { Ground } from '../../../test/doubles/real-daemon.ts'
import { IDENTITY_FILE } from './identity-file.ts'

test('nobody is anybody before people are asked for; then the key is for the account alone', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('mia')
  const file = path.join(ground.stateFolder('mia'), IDENTITY_FILE)
  assert.ok(!existsSync(file))
  assert.deepEqual([daemon.people.link.state, daemon.people.link.pid], ['off', undefined])
  const me = await daemon.handlers.me({})
  assert.equal(me.network.state, 'running')
  assert.deepEqual([me.name, me.words, me.devices.length], [null, 'unwritten', 1])
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal((await stat(path.join(ground.stateFolder('mia'), 'community.db'))).mode & 0o777, 0o600)
})

test('who I am outlives the process and the daemon, and what was answered is kept', async (t) => {
  const ground = await Ground.make(t)
  let daemon = await ground.start('mia')
  const { person, device } = await daemon.handlers.changeMe({ name: 'Mia', deviceName: 'Kitchen' })
  const { link } = daemon.people
  process.kill(link.pid as number, 'SIGKILL')
  await until('the process is noticed to be gone', async () => link.state === 'restarting' || undefined, {
    deadlineMs: 10_000,
  })
  const away = await daemon.handlers.me({})
  assert.deepEqual([away.person, away.network.state], [person, 'restarting'])
  await until('it is back', async () => link.state === 'running' || undefined, { deadlineMs: 30_000 })
  const back = await daemon.handlers.me({})
  assert.deepEqual(
    [back.person, back.device.id, back.name, back.device.name, back.network.restarts],
    [person, device.id, 'Mia', 'Kitchen', 1],
  )
  await daemon.close()
  daemon = await ground.start('mia')
  const again = await daemon.handlers.me({})
  assert.deepEqual([again.person, again.device.id, again.name], [person, device.id, 'Mia'])
})

test('a key that cannot be read is an error and stays as it is', async (t) => {
  const ground = await Ground.make(t)
  const first = await ground.start('mia')
  await first.handlers.me({})
  await first.close()
  const file = path.join(ground.stateFolder('mia'), IDENTITY_FILE)
  const bent = await readFile(file)
  bent[40] = (bent[40] as number) ^ 1
  await writeFile(file, bent)
  const daemon = await ground.start('mia')
  await assert.rejects(async () => daemon.handlers.me({}), { code: 'IDENTITY_UNUSABLE' })
  assert.deepEqual(await readFile(file), bent)
})

test('a person comes back by their words, as a new device', async (t) => {
  const ground = await Ground.make(t)
  const old = await ground.start('old')
  const before = await old.handlers.me({})
  const { words } = await old.handlers.myWords({})
  assert.equal(words.length, 12)
  const fresh = await ground.start('new')
  assert.notEqual((await fresh.handlers.me({})).person, before.person)
  await assert.rejects(async () => fresh.handlers.restoreMe({ words: words.with(3, words[4] as string) }), {
    code: 'WORDS_WRONG',
  })
  const { pid } = fresh.people.link
  const restored = await fresh.handlers.restoreMe({ words })
  assert.notEqual(fresh.people.link.pid, pid, 'what had the keys of before has ended')
  assert.equal(restored.person, before.person)
  assert.notEqual(restored.device.id, before.device.id)
  assert.deepEqual([restored.words, restored.network.state], ['written', 'running'])
})

test('switched off nothing runs and calls say why; switched on it is there at once', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('mia')
  await daemon.handlers.changeSettings({ values: { 'people.on': false } })
  await assert.rejects(async () => daemon.handlers.me({}), { code: 'PEOPLE_OFF' })
  await daemon.handlers.changeSettings({ values: { 'people.on': true } })
  const { person, visible } = await daemon.handlers.me({})
  assert.equal(visible, 'contacts')
  assert.equal((await daemon.handlers.changeMe({ visible: 'off' })).visible, 'off')
  await daemon.handlers.changeSettings({ values: { 'people.on': false } })
  await assert.rejects(async () => daemon.handlers.circles({}), { code: 'PEOPLE_OFF' })
  await daemon.handlers.changeSettings({ values: { 'people.on': true } })
  assert.equal((await daemon.handlers.me({})).person, person)
})

test('with a proxy nobody is met directly, and that is said', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('mia', { 'network.proxy': 'socks5://127.0.0.1:9' })
  await assert.rejects(async () => daemon.handlers.me({}), { code: 'PEOPLE_OFF_BY_PROXY' })
  assert.equal(daemon.people.link.pid, undefined)
})
