// Nothing about what a circle shares is in any packet that others can read: two daemons with the DHT, the local network and PEX on get a
// file from one another in a circle, while everything they send is captured and searched. A file that is offered to everyone in the
// same run shows that the capture would have seen it.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../../lab/netns/until.ts'
import { endpointText } from '../../src/base/endpoint.ts'
import { contentInfohash, parseContentId } from '../../src/metainfo/content-id.ts'
import { noise } from '../doubles/content-scene.ts'
import { digest } from '../doubles/digest.ts'
import { PersonDaemon } from '../doubles/people-daemons.ts'
import { DhtCrowd } from './dht-crowd.ts'
import { Ground } from './ground.ts'

const ground = await Ground.enter(import.meta.filename)

const run = promisify(execFile)

const LENGTH_BYTES = 2_000_000

/** How often a hash stands in what was captured, as bytes or as text. */
function seen(capture: Buffer, hash: string): number {
  const spellings = [Buffer.from(hash.slice(0, 40), 'hex'), Buffer.from(hash.slice(0, 40))]
  let count = 0
  for (const spelling of spellings)
    for (let at = capture.indexOf(spelling); at >= 0; at = capture.indexOf(spelling, at + 1)) count++
  return count
}

ground.test(
  'what a circle shares is in no packet of DHT, tracker, PEX or local network, nor in any other',
  ['tcpdump'],
  async (scene) => {
    const crowd = await DhtCrowd.gather(scene, 8)
    const folder = await scene.folder('people')
    const capture = join(await scene.folder('capture'), 'lo.pcap')
    const words = [
      'tcpdump',
      '-i',
      'lo',
      '-n',
      '-U',
      '--immediate-mode',
      '-Z',
      'root',
      '-B',
      '65536',
      '-w',
      capture,
    ]
    const tcpdump = scene.start('tcpdump', words)
    await until('tcpdump listens', () => tcpdump.tail().includes('listening on'), { program: tcpdump })
    const settings = {
      'network.dht': true,
      'network.lan': true,
      'network.dhtNodes': [endpointText(crowd.first)],
    }
    const [ana, ben] = [new PersonDaemon('Ana', folder, settings), new PersonDaemon('Ben', folder, settings)]
    try {
      await Promise.all([ana.start(), ben.start()])
      const circle = await ana.call('newCircle', { name: 'Family', myName: 'Ana' })
      const { link } = await ana.call('newInvite', { id: circle.id })
      await ben.join(link as string)
      const [inCircle, open] = [join(folder, 'Nest.bin'), join(folder, 'Open.bin')]
      await writeFile(inCircle, noise(1, LENGTH_BYTES))
      await writeFile(open, noise(2, LENGTH_BYTES))
      const licence = { kind: 'own-work' as const, id: null }
      const { transfer } = await ana.call('addShare', { path: open, audience: 'everyone', licence })
      await ana.call('offerFiles', { id: await ana.room(), paths: [inCircle] })
      const entry = await ben.until('Ben finds it', async () => {
        const { entries } = await ben.patiently('searchOthers', { in: 'circles', words: 'nest' })
        return entries[0]
      })
      const contents = [{ content: entry.content, path: entry.name }]
      const { done } = await ben.call('getShared', { from: `circle:${circle.id}`, contents })
      await ben.until(
        'it is here',
        async () => (await ben.call('transfer', { id: done[0] ?? '' })).row.doneBytes === LENGTH_BYTES,
      )
      const control = await ana.until('the open one is announced', async () => {
        const row = (await ana.call('listShares', {})).shares.find(
          (share) => share.transfer.name === transfer.name,
        )
        const hash = row?.transfer.infohashV1 ?? undefined
        return hash !== undefined && seen(await readFile(capture), hash) > 0 ? hash : undefined
      })
      await tcpdump.stop('SIGINT')
      assert.match(tcpdump.tail(), /^0 packets dropped by kernel/m)
      // The test's own calls go over this interface too, and name what they are about.
      const ports = [ana, ben].map(({ daemon }) => `port ${new URL(daemon.url).port}`).join(' or ')
      const others = `${capture}.others`
      await run('tcpdump', ['-r', capture, '-w', others, '-Z', 'root', `not (${ports})`])
      const packets = await readFile(others)
      assert.ok(seen(packets, control) > 0, 'the capture would have seen it')
      const id = parseContentId(entry.content) ?? assert.fail()
      assert.equal(seen(packets, contentInfohash(id, digest)), 0, 'its infohash')
      assert.equal(seen(packets, id.root.toHex()), 0, 'its root')
      assert.equal(packets.includes(Buffer.from('Nest.bin')), false, 'its name')
      assert.equal(packets.includes(Buffer.from(noise(1, LENGTH_BYTES)).subarray(0, 64)), false, 'its bytes')
    } finally {
      await Promise.allSettled([ana.kill(), ben.kill()])
    }
  },
)
