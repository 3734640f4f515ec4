// Hole punching between production torrents in memory: three of them, handshakes, PEX and messages on the wire.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  joined,
  live,
  metainfoOf,
  TorrentScene,
  type TorrentSceneOptions,
} from '../../../test/doubles/torrent-scene.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { encodeExtended } from '../../protocol/wire/encode.ts'
import { EXTENSION_IDS } from '../peer/peer.ts'

const METAINFO = metainfoOf(4, 1, 'v1')

function scene(clock: VirtualClock, name: string, options: Partial<TorrentSceneOptions> = {}): TorrentScene {
  return new TorrentScene(clock, name, {
    metainfo: METAINFO,
    pieces: '....',
    blocksPerPiece: 1,
    pex: true,
    ...options,
  })
}

/** Two that dialled a third, which has told each of the other. */
async function introduced() {
  const clock = new VirtualClock()
  const [relay, one, other] = [scene(clock, 'r'), scene(clock, 'a'), scene(clock, 'b')]
  await joined(one, relay)
  await joined(other, relay, {}, 40_001)
  await live([relay, one, other], 8)
  return { clock, relay, one, other }
}

test('a torrent that cannot reach a peer is brought together with it by the one that told of it', async () => {
  const { clock, relay, one, other } = await introduced()
  assert.deepEqual(
    one.hints.map(({ endpoint }) => endpoint),
    [other.endpoint],
  )
  one.punching.unreachable(other.endpoint, clock.now())
  await clock.advance(100)
  assert.deepEqual(one.punched, [other.endpoint])
  assert.deepEqual(
    other.punched,
    [one.endpoint],
    'where it listens, and not where its dial to the relay came from',
  )
  assert.deepEqual(relay.punched, [])
})

test('when the target has left the relay says so, and nobody dials', async () => {
  const { clock, relay, one, other } = await introduced()
  relay.peer('b')?.close({ code: 'TEST', blame: 'nobody' })
  one.punching.unreachable(other.endpoint, clock.now())
  await clock.advance(100)
  assert.deepEqual([one.punched, other.punched], [[], []])
  assert.equal(one.connected, 'r')
})

test('nobody is asked when the relay itself is gone', async () => {
  const { clock, one, other } = await introduced()
  one.peer('r')?.close({ code: 'TEST', blame: 'nobody' })
  one.punching.unreachable(other.endpoint, clock.now())
  await clock.advance(100)
  assert.deepEqual([one.punched, other.punched], [[], []])
})

test('a message that is none ends the connection', async () => {
  const { clock, relay, one } = await introduced()
  one.peer('r')?.send(encodeExtended(EXTENSION_IDS.ut_holepunch, Uint8Array.of(0, 0, 1)))
  await clock.advance(100)
  assert.deepEqual(relay.closings, [{ code: 'BAD_HOLEPUNCH', blame: 'remote', of: 'a' }])
})
