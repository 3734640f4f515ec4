// The infohash of an unlisted share is the link, so to say: whoever hears it has it. Everything that three Shoals say to
// each other, to the DHT and to the local network is captured and searched.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { endpointText } from '../../src/base/endpoint.ts'
import { DhtCrowd } from './dht-crowd.ts'
import { differences, makeBigFile } from './fixtures.ts'
import { Ground } from './ground.ts'
import type { Scene } from './scene.ts'
import { Shoal } from './shoal.ts'
import { type Packet, WireCapture } from './wire-capture.ts'

const ground = await Ground.enter(import.meta.filename)

const LENGTH_BYTES = 3 * 1024 * 1024 + 17
/** In a handshake the infohash stands behind these and eight bytes of flags (BEP 3). */
const PROTOCOL = Buffer.from('\x13BitTorrent protocol', 'latin1')
const FLAGS_BYTES = 8

interface Seen {
  readonly packets: number
  /** Places where an infohash stands in a handshake, and anywhere else. */
  readonly inHandshakes: number
  readonly elsewhere: number
}

/** One share and two gets of it, found by DHT and LSD, with PEX between them. */
async function session(scene: Scene, encryption: 'off' | 'require'): Promise<Seen> {
  const source = await scene.folder('source')
  const file = join(source, 'secret.bin')
  await makeBigFile(file, 'unlisted', LENGTH_BYTES)
  const crowd = await DhtCrowd.gather(scene, 8)
  const words = ['--dht-node', endpointText(crowd.first), '--encryption', encryption]
  const hosts = [await scene.host('giver'), await scene.host('one'), await scene.host('two')] as const
  const captures: WireCapture[] = []
  for (const host of hosts) captures.push(await WireCapture.start(scene, host, 'ip'))
  const sharing = await Shoal.share(scene, hosts[0], file, ...words)
  const link = sharing.magnet.replace(/&x\.pe=[^&]*/g, '')
  const targets = [await scene.folder('one'), await scene.folder('two')]
  const gets = await Promise.all(
    targets.map((target, i) => {
      const host = i === 0 ? hosts[1] : hosts[2]
      return Shoal.get(scene, host, link, '-o', target, '--seed', ...words)
    }),
  )
  await Promise.all(gets.map((get) => get.done()))
  for (const target of targets) assert.deepEqual(await differences(file, join(target, 'secret.bin')), [])
  for (const { program } of [...gets, sharing.shoal]) await program.stop('SIGINT')
  const packets: Packet[] = []
  for (const capture of captures) packets.push(...(await capture.end()))
  return look(packets, [sharing.infohashV1 ?? '', sharing.infohashV2 ?? ''])
}

function look(packets: readonly Packet[], hashes: readonly string[]): Seen {
  const spellings = hashes.flatMap((hash) => {
    const short = hash.slice(0, 40)
    assert.equal(short.length, 40)
    return [Buffer.from(short, 'hex'), Buffer.from(short), Buffer.from(short.toUpperCase())]
  })
  const seen = { packets: packets.length, inHandshakes: 0, elsewhere: 0 }
  for (const { bytes } of packets) {
    for (const spelling of spellings) {
      for (let at = bytes.indexOf(spelling); at >= 0; at = bytes.indexOf(spelling, at + 1)) {
        const before = at - FLAGS_BYTES - PROTOCOL.length
        if (before >= 0 && bytes.subarray(before, before + PROTOCOL.length).equals(PROTOCOL))
          seen.inHandshakes++
        else seen.elsewhere++
      }
    }
  }
  return seen
}

ground.test(
  'the infohash of an unlisted share is in no packet but handshakes',
  ['tcpdump'],
  async (scene) => {
    const { packets, inHandshakes, elsewhere } = await session(scene, 'off')
    assert.ok(packets > 1_000, `${packets} packets`)
    assert.ok(inHandshakes >= 4, 'the capture would have seen it')
    assert.equal(elsewhere, 0)
  },
)

ground.test('where connections are encrypted it is in none at all', ['tcpdump'], async (scene) => {
  const { packets, inHandshakes, elsewhere } = await session(scene, 'require')
  assert.ok(packets > 1_000, `${packets} packets`)
  assert.deepEqual([inHandshakes, elsewhere], [0, 0])
})
