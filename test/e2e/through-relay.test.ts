// Datagrams through a SOCKS5 relay carry whole transfers: uTP between peers, and the DHT that finds them.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { endpointText } from '../../src/base/endpoint.ts'
import type { EngineOptions } from '../../src/daemon/compose.ts'
import { parseProxy } from '../../src/daemon/way-out.ts'
import { MadeTorrent } from '../doubles/made-torrent.ts'
import { PretendedProxy } from '../doubles/pretended-proxy.ts'
import { RealEngine } from '../doubles/real-engine.ts'

const UTP = { utp: true, transports: { tcp: false, utp: true } } as const

async function behindRelay(
  t: TestContext,
  options: Partial<EngineOptions>,
): Promise<{ readonly real: RealEngine; readonly proxy: PretendedProxy }> {
  const proxy = await PretendedProxy.start({ protocol: 'socks5' })
  t.after(() => proxy.stop())
  const real = await RealEngine.open(t, { ...options, exit: { proxy: parseProxy(proxy.url) } })
  assert.deepEqual(real.engine.withheld, ['LISTENING', 'LAN', 'PORT_MAPPING'])
  return { real, proxy }
}

test('peers transfer over uTP through the relay', async (t) => {
  const made = await MadeTorrent.make({ lengthsBytes: [3_000_000] })
  const giver = await RealEngine.open(t, UTP)
  await giver.seed(made)
  const { real, proxy } = await behindRelay(t, UTP)
  const torrent = real.addTorrent(made.torrent, { peers: [giver.listensAt] })
  await real.finish(torrent, made)
  assert.ok(proxy.relayed.length > 100)
  assert.deepEqual(new Set(proxy.relayed), new Set([endpointText(giver.listensAt)]))
  assert.deepEqual([proxy.asked.filter((to) => to !== ''), proxy.faults], [[], []])
})

test('peers are found in the DHT through the relay, and fetched from through the proxy', async (t) => {
  const made = await MadeTorrent.make({ lengthsBytes: [300_000] })
  const node = await RealEngine.open(t, { dht: true })
  const known = { dht: true, dhtNodes: [`127.0.0.1:${node.listensAt.port}`] }
  const giver = await RealEngine.open(t, known)
  await giver.seed(made, { listing: 'everyone', dht: true })
  const { real, proxy } = await behindRelay(t, known)
  const torrent = real.addTorrent(made.torrent, { listing: 'everyone', dht: true })
  await until('it is found and fetched', () => torrent.finished, { deadlineMs: 60_000 })
  await real.sameAs(made)
  assert.ok(proxy.relayed.includes(endpointText(node.listensAt)))
  assert.ok(proxy.asked.includes(endpointText(giver.listensAt)))
  assert.deepEqual(proxy.faults, [])
})
