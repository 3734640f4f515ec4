// Files of a circle between real daemons: straight from engine to engine where one can be called, else through the people processes.

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { noise } from '../doubles/content-scene.ts'
import { People } from '../doubles/people-daemons.ts'

const FILE = noise(6, 4_000_000)
/** So that it is seen who gives, and how. */
const SLOW_BYTES_PER_SECOND = 400_000
const NO_DIRECT = join(import.meta.dirname, '..', '..', 'lab', 'people', 'no-direct.ts')

/** Ben gets a file of Ana's. @returns by what it came */
async function got(
  t: TestContext,
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const people = await People.make(t)
  const ana = await people.start('Ana', { 'speed.up': SLOW_BYTES_PER_SECOND }, environment)
  const ben = await people.start('Ben', {}, environment)
  const circle = await ana.call('newCircle', { name: 'Family', myName: 'Ana' })
  const { link } = await ana.call('newInvite', { id: circle.id })
  await ben.join(link as string)
  const path = join(people.folder, 'Film.bin')
  await writeFile(path, FILE)
  await ana.call('offerFiles', { id: await ana.room(), paths: [path] })
  const entry = await ben.until('Ben finds it', async () => {
    const { entries } = await ben.patiently('searchOthers', { in: 'circles', words: 'film' })
    return entries[0]
  })
  const contents = [{ content: entry.content, path: entry.name }]
  const { done } = await ben.call('getShared', { from: `circle:${circle.id}`, contents })
  const id = done[0] ?? assert.fail()
  const peers = await ben.until('Ana gives', async () => {
    const all = (await ben.call('transferPeers', { id })).peers
    return all.some(({ downBytesPerSecond }) => downBytesPerSecond > 0) && all
  })
  await ana.call('changeSettings', { values: { 'speed.up': null } })
  const saved = join(people.folder, 'Ben-saved', 'Film.bin')
  await ben.until(
    'it is here',
    async () => (await ben.call('transfer', { id })).row.doneBytes === FILE.length,
  )
  const bytes = await ben.until('it has its name', () => readFile(saved).catch(() => undefined))
  assert.deepEqual(bytes, Buffer.from(FILE))
  return peers.map(({ transport }) => transport)
}

test('a file of a circle goes straight from engine to engine', async (t) => {
  assert.deepEqual(await got(t, {}), ['tls'])
})

test('where neither engine can be called it goes through the people processes', async (t) => {
  assert.deepEqual(await got(t, { NODE_OPTIONS: `--import=${NO_DIRECT}` }), ['stream'])
})
