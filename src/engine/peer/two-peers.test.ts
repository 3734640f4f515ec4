// Two and more production peers joined in memory: whole transfers, byte for byte, under each extension set.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { link } from '../../../test/doubles/linked-connections.ts'
import { MemoryContent } from '../../../test/doubles/memory-content.ts'
import {
  couple,
  generous,
  idOf,
  MODERN,
  PLAIN,
  pass,
  RecordingHost,
} from '../../../test/doubles/peer-scene.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import type { HandshakeFlags } from '../../protocol/wire/handshake.ts'

function torrent(clock: VirtualClock, pieces: string, seed = 1): RecordingHost {
  const host = new RecordingHost(clock, new MemoryContent({ pieces, lastPieceBytes: 20_001, seed }))
  generous(host)
  return host
}

const FLAGS: readonly [string, HandshakeFlags][] = [
  ['all extensions', MODERN],
  ['no extensions', PLAIN],
  ['fast only', { ...PLAIN, fast: true }],
]

for (const [what, flags] of FLAGS) {
  test(`a seed gives everything to a leech, with ${what}, and interest ends on both sides`, async () => {
    const clock = new VirtualClock()
    const seed = torrent(clock, '#'.repeat(30))
    const leech = torrent(clock, '.'.repeat(30))
    const [down, up] = couple(clock, [leech, seed], [flags, flags])
    await pass(clock, [seed, leech], 5)
    assert.equal(leech.content?.drawn, '#'.repeat(30))
    assert.deepEqual(leech.wrong, [])
    assert.equal(leech.wastedBytes, 0)
    assert.equal(leech.receivedBytes, leech.content?.geometry.payloadBytes)
    assert.deepEqual([down.amInterested, up.peerInterested, up.amChoking], [false, false, true])
    assert.equal(up.isSeed, true, 'the seed knows that a copy is out')
    assert.deepEqual([...seed.closings, ...leech.closings], [])
    up.close({ code: 'CLOSED', blame: 'nobody' })
    assert.equal(up.isSeed, true, 'and that it was out when the leech has left')
  })
}

test('two halves complete each other', async () => {
  const clock = new VirtualClock()
  const left = torrent(clock, `${'#'.repeat(15)}${'.'.repeat(15)}`)
  const right = torrent(clock, `${'.'.repeat(15)}${'#'.repeat(15)}`, 2)
  couple(clock, [left, right])
  await pass(clock, [left, right], 5)
  assert.equal(left.content?.drawn, '#'.repeat(30))
  assert.equal(right.content?.drawn, '#'.repeat(30))
})

test('a peer that starts without metadata gets everything once it is known', async () => {
  const clock = new VirtualClock()
  const seed = torrent(clock, '#'.repeat(10))
  const leech = torrent(clock, '.'.repeat(10))
  const content = leech.content
  leech.content = undefined
  const [down] = couple(clock, [leech, seed])
  await pass(clock, [seed, leech], 2)
  leech.content = content
  down.contentKnown()
  await pass(clock, [seed, leech], 3)
  assert.equal(content?.drawn, '#'.repeat(10))
  assert.deepEqual([...seed.closings, ...leech.closings], [])
})

test('chains, choke changes, cut streams and departures never spoil a byte, over random swarms', async () => {
  for (let run = 1; run <= 12; run++) {
    const random = new SeededRandom(run)
    const context = `seed ${run}`
    const clock = new VirtualClock()
    const count = 3 + randomInt(random, 3)
    const pieces = 6 + randomInt(random, 20)
    const hosts = Array.from({ length: count }, (_, i) =>
      torrent(clock, (i === 0 ? '#' : '.').repeat(pieces), run * 10 + i),
    )
    for (let a = 0; a < count; a++) {
      for (let b = a + 1; b < count; b++) {
        // Not everybody knows the first one: the others pass pieces on.
        if (a === 0 && b > 2) continue
        const flags = [MODERN, PLAIN, { ...PLAIN, fast: true }][randomInt(random, 3)] ?? MODERN
        const [near, far] = link(clock, {
          delayMs: 1 + randomInt(random, 80),
          cut: () => 1 + randomInt(random, 30_000),
          ends: [
            { host: `198.51.100.${a + 1}`, port: 6_881 },
            { host: `198.51.100.${b + 1}`, port: 6_881 },
          ],
        })
        hosts[a]?.adopt(near, { flags, peerId: idOf(String(b)) }, false)
        hosts[b]?.adopt(far, { flags, peerId: idOf(String(a)) }, true)
      }
    }
    for (let second = 0; second < 120; second++) {
      await pass(clock, hosts, 1)
      const moody = hosts[randomInt(random, count)]
      for (const peer of moody?.peers.values() ?? []) {
        if (second > 60 || randomInt(random, 3) > 0) continue
        if (peer.amChoking && peer.peerInterested) peer.unchoke(clock.now())
        else peer.choke(clock.now())
      }
      if (second > 60) {
        for (const host of hosts)
          for (const peer of host.peers.values()) if (peer.peerInterested) peer.unchoke(clock.now())
      }
      if (hosts.every((host) => host.content?.have.complete)) break
    }
    for (const host of hosts) {
      assert.equal(host.content?.drawn, '#'.repeat(pieces), context)
      assert.deepEqual(host.wrong, [], context)
      assert.deepEqual(host.codes, [], context)
      assert.equal(host.content?.reservedBlocks, 0, context)
      for (const peer of host.peers.values()) {
        assert.equal(peer.download.outstanding, 0, context)
        assert.equal(peer.download.pipeline.outstanding, 0, context)
      }
    }
  }
})
