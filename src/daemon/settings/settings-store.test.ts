import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { explain } from '../../api/errors.ts'
import { SETTINGS } from '../../api/settings.ts'
import { NodeDisk } from '../../platform/disk.ts'
import { SettingError, SettingsStore } from './settings-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-settings-'))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'config.json')
const open = (environment: Record<string, string> = {}) =>
  SettingsStore.open({ disk: new NodeDisk(), stateFolder: folder, environment, options: {} })

test('a default is given back, also where nothing is a value of its own', async () => {
  const store = await open()
  await store.change({ 'sharing.ratio': null, 'network.port': 4_000 })
  assert.equal(store.values['sharing.ratio'], null)
  await store.change({}, ['sharing.ratio', 'network.port'])
  assert.equal(store.values['sharing.ratio'], 1)
  assert.equal(store.values['network.port'], 0)
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {})
})

test('what is written into the file by hand holds when it is read again, and what is wrong changes nothing', async () => {
  const store = await open()
  writeFileSync(file, JSON.stringify({ 'speed.down': 2_000_000, 'of.tomorrow': 1 }))
  assert.deepEqual(await store.reread(), ['speed.down'])
  assert.equal(store.values['speed.down'], 2_000_000)
  writeFileSync(file, JSON.stringify({ 'speed.down': 'fast' }))
  await assert.rejects(store.reread(), { code: 'SETTING_INVALID' })
  assert.equal(store.values['speed.down'], 2_000_000)
  await store.change({ 'speed.up': 1_000_000 })
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {
    'of.tomorrow': 1,
    'speed.down': 2_000_000,
    'speed.up': 1_000_000,
  })
})

test('what a setting cannot be is said by what it takes', async () => {
  writeFileSync(file, '{}')
  const store = await open()
  const said = async (work: () => Promise<unknown>): Promise<string> => {
    const error = await work().catch((thrown: unknown) => thrown)
    assert.ok(error instanceof SettingError)
    return explain(error).report.message
  }
  const change = (values: Record<string, unknown>) => said(() => store.change(values))
  const rate = 'speed.up should be a rate of at least 1k such as 2M (2 MB/s) or 16mbit, or none'
  assert.equal(
    await change({ 'speed.up': 'fast' }),
    `${rate} (in JSON: bytes a second as a number, or null).`,
  )
  assert.equal(await change({ 'speed.up': 5 }), `${rate}.`)
  assert.equal(await said(() => open({ SHOAL_SPEED_UP: 'fast' })), `${rate}.`)
  assert.equal(
    await change({ 'network.port': 70_000 }),
    'network.port should be a whole number from 0 to 65535.',
  )
  assert.equal(
    await change({ 'sharing.ratio': -1 }),
    'sharing.ratio should be a number from 0 to 10000 such as 1.5, or none.',
  )
  assert.equal(
    await change({ 'network.encryption': 'maybe' }),
    'network.encryption should be prefer, require or off.',
  )
  assert.equal(
    await change({ 'network.dht': 1 }),
    'network.dht should be on or off (in JSON: true or false).',
  )
  for (const key of Object.keys(SETTINGS))
    assert.doesNotMatch(await change({ [key]: Number.NaN }), /invalid|received|undefined|null to/i, key)
})

test('what the environment says is not given up by a default either', async () => {
  writeFileSync(file, '{}')
  const store = await open({ SHOAL_SPEED_DOWN: '3000000' })
  assert.equal(store.values['speed.down'], 3_000_000)
  await assert.rejects(store.change({}, ['speed.down']), { code: 'SETTING_FIXED' })
})

test('the environment says amounts as the command line does', async () => {
  const words = { SHOAL_SPEED_DOWN: '2M', SHOAL_SPEED_UP: '16mbit', SHOAL_SHARING_SECONDS: '7d' }
  const store = await open({ ...words, SHOAL_SPEED_SLOW_UP: 'none' })
  assert.equal(store.values['speed.down'], 2_000_000)
  assert.equal(store.values['speed.up'], 2_000_000)
  assert.equal(store.values['sharing.seconds'], 604_800)
  assert.equal(store.values['speed.slowUp'], null)
  await assert.rejects(open({ SHOAL_SPEED_DOWN: '2Mb' }), { code: 'SETTING_INVALID' })
})
