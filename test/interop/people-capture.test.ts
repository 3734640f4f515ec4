// What lies open on the wire: two people in real daemons come together in a circle, leave notes in the DHT and talk, while
// everything between their computers is captured. No name, no word, no id of a person, device or circle is in it.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { enterNamespace } from '../../lab/netns/namespace.ts'
import { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { keyBytes } from '../../src/community/ids.ts'
import { People } from '../doubles/people-daemons.ts'
import { needs } from '../doubles/require-program.ts'

const footing = await enterNamespace(import.meta.filename)

const HOSTS = ['10.64.0.1', '10.64.0.2'] as const
const PORT = 20_000
const CIRCLE = 'The secret gardeners'
const WORDS = 'nobody shall overhear these words'

test('what two people say, who they are and what their circle is lies in no packet in clear', {
  timeout: 120_000,
}, async (t) => {
  if (footing.kind === 'refused') {
    if (process.env.CI === 'true') throw new Error(footing.reason)
    t.skip(footing.reason)
    return
  }
  if (!needs(t, 'tshark', 'tshark')) return
  const file = join(footing.directory, 'all.pcap')
  // The daemons' API is on 127.0.0.1: it never leaves a computer.
  const capture = new Program('tshark', ['tshark', '-q', '-i', 'lo', '-w', file, 'not net 127.0.0.0/8'])
  const people = await People.make(t)
  const settings = (i: 0 | 1) => ({
    'network.bind': HOSTS[i],
    'network.port': PORT,
    'network.dht': true,
    'network.lan': true,
  })
  const knows = (i: 0 | 1) => ({ SHOAL_DHT_ROUTER: `${HOSTS[i]}:${PORT}` })
  const [ana, ben] = [
    await people.start('Anastasia', settings(0), knows(1)),
    await people.start('Benedikt', settings(1), knows(0)),
  ]
  const me = await ana.patiently('changeMe', { name: 'Anastasia' })
  await ana.patiently('newCircle', { name: CIRCLE })
  const { id } = await ana.circle()
  const { link } = await ana.patiently('newInvite', { id })
  assert.ok(link !== null)
  await ben.join(link)
  await ana.say(await ana.room(), WORDS)
  await ben.hears(await ben.room(), WORDS)
  const bytes = await until(
    'notes were put into the DHT',
    () => {
      const all = readFileSync(file)
      return all.includes('1:q3:put') && all
    },
    { deadlineMs: 60_000, program: capture },
  )
  await capture.stop('SIGINT')
  const all = readFileSync(file)
  assert.ok(all.length >= bytes.length && all.includes('/multistream/1.0.0'), 'links were captured, too')
  const them = await ben.patiently('me', {})
  const ids = [
    me.person,
    them.person,
    ...[me, them].flatMap(({ devices }) => devices.map(({ id }) => id)),
    id,
  ]
  for (const text of [CIRCLE, WORDS, 'Anastasia', 'Benedikt']) assert.equal(all.includes(text), false, text)
  for (const one of new Set(ids)) {
    const key = keyBytes(one)
    assert.equal(all.includes(one.slice(0, 16)), false, one)
    assert.equal(all.includes(key.subarray(0, 16)), false, `${one} as bytes`)
    const hex = Buffer.from(key).toString('hex').slice(0, 24)
    assert.equal(all.includes(utf8(hex)) || all.includes(hex.toUpperCase()), false, `${one} in hex`)
  }
})
