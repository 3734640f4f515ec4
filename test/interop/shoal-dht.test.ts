// A private DHT of 200 nodes of ours with libtorrent and transmission in it: each finds what the others announce, and items
// are put and read both ways.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { until } from '../../lab/netns/until.ts'
import { compactEndpoint } from '../../src/base/address.ts'
import { encode } from '../../src/base/bencode-encode.ts'
import { concatBytes, EMPTY, fromHex, toHex, utf8 } from '../../src/base/bytes.ts'
import { endpointText } from '../../src/base/endpoint.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { SystemSignatures } from '../../src/platform/signatures.ts'
import { immutableTarget, signItem } from '../../src/protocol/dht/item.ts'
import { DhtNetwork } from './dht-network.ts'
import { differences, makeBigFile } from './fixtures.ts'
import { Ground } from './ground.ts'
import { Libtorrent, PEER_PORT } from './libtorrent.ts'
import type { Scene } from './scene.ts'
import { Transmission } from './transmission.ts'

const ground = await Ground.enter(import.meta.filename)

const NODES = 200
const random = new SystemRandom()
const digest = new SystemDigest()
const signatures = new SystemSignatures()

async function network(scene: Scene, count = NODES): Promise<DhtNetwork> {
  const made = new DhtNetwork()
  scene.defer(async () => made.close())
  await made.grow(count)
  return made
}

interface LibtorrentNode {
  readonly client: Libtorrent
  readonly host: string
}

/** All nodes are in one private network, of which libtorrent would otherwise take one. */
async function libtorrents(scene: Scene, count: number): Promise<LibtorrentNode[]> {
  const nodes: LibtorrentNode[] = []
  for (let i = 0; i < count; i++) {
    const host = `10.64.9.${1 + i}`
    const client = Libtorrent.idle(scene)
    await client.open({
      listen: [`${host}:${PEER_PORT}`],
      settings: {
        enable_dht: true,
        dht_bootstrap_nodes: endpointText(DhtNetwork.addressOf(17 * i)),
        dht_restrict_routing_ips: false,
        dht_restrict_search_ips: false,
        dht_ignore_dark_internet: false,
        dht_prefer_verified_node_ids: false,
      },
    })
    nodes.push({ client, host })
  }
  for (const { client } of nodes)
    await until('libtorrent knows nodes', async () => (await client.dhtNodes()) >= 8, {
      program: client.program,
    })
  return nodes
}

async function makeContent(
  scene: Scene,
  name: string,
): Promise<{ readonly folder: string; readonly torrent: string; readonly infohash: string }> {
  const folder = await scene.folder(name)
  await makeBigFile(join(folder, name), name, 100_000)
  const torrent = join(scene.directory, `${name}.torrent`)
  const maker = Libtorrent.idle(scene)
  const made = await maker.make({ path: join(folder, name), output: torrent, kind: 'v1' })
  await maker.stop()
  return { folder, torrent, infohash: made.infohashV1 ?? '' }
}

ground.test(
  '200 of our nodes, libtorrent and transmission each find what the others announce',
  ['libtorrent', 'transmission'],
  async (scene) => {
    const [dht, others] = [await network(scene), await libtorrents(scene, 3)]
    const host = '10.64.10.1'
    const { folder, torrent, infohash } = await makeContent(scene, 'content')
    const known = Array.from({ length: 40 }, (_, i) => compactEndpoint(DhtNetwork.addressOf(5 * i)))
    const transmission = await Transmission.start(scene, undefined, {
      bind: host,
      settings: { 'dht-enabled': true },
      files: { 'dht.dat': encode({ id: random.bytes(20), nodes: concatBytes(known) }) },
    })
    await transmission.add(torrent, { savePath: folder })

    // transmission is to find what one of ours announces: a seed at its address that is in no DHT itself.
    const wish = await makeContent(scene, 'other')
    const ours = dht.member(55)
    const giver = Libtorrent.idle(scene)
    await giver.open({ listen: [`${ours.endpoint.host}:7007`] })
    await (await giver.add(wish.torrent, { savePath: wish.folder })).complete()
    await ours.findPeers(fromHex(wish.infohash), 7_007)
    const target = await scene.folder('target')
    const taking = await transmission.add(`magnet:?xt=urn:btih:${wish.infohash}`, { savePath: target })

    // Ours announce, each other torrent by another node; ours and libtorrent find it.
    const hashes = Array.from({ length: 10 }, () => random.bytes(20))
    await Promise.all(
      hashes.map(async (hash, i) => {
        const { done } = await dht.member(19 * i).findPeers(hash, 7_000 + i)
        assert.ok(done.result.kind === 'peers' && done.result.announcedTo >= 8, JSON.stringify(done))
      }),
    )
    for (const [i, hash] of hashes.entries()) {
      const announced = { host: dht.member(19 * i).endpoint.host, port: 7_000 + i }
      for (const seeker of [3, 77, 151]) {
        const { peers, done } = await dht.member(seeker + i).findPeers(hash)
        assert.ok(
          peers.some((peer) => endpointText(peer) === endpointText(announced)),
          endpointText(announced),
        )
        assert.ok(done.figures.asked <= 60, `${done.figures.asked} questions`)
      }
      const { client } = others[i % others.length] as LibtorrentNode
      const seen = await client.call<string[]>('dhtGetPeers', { hash: toHex(hash), atLeast: 1 })
      assert.ok(seen.includes(endpointText(announced)), `libtorrent saw ${seen}`)
    }

    // libtorrent announces; ours and the other libtorrents find it.
    for (const [i, { client, host: announcer }] of others.entries()) {
      const hash = random.bytes(20)
      const link = `magnet:?xt=urn:btih:${toHex(hash)}`
      const { number } = await client.add(link, { savePath: await scene.folder('wanted'), noPex: true })
      await client.call('dhtAnnounce', { torrent: number })
      const wanted = endpointText({ host: announcer, port: PEER_PORT })
      const found = async (): Promise<boolean> =>
        (await dht.member(31 * i).findPeers(hash)).peers.some((peer) => endpointText(peer) === wanted)
      await until('ours find what libtorrent announced', found)
      const other = others[(i + 1) % others.length] as LibtorrentNode
      const seen = await other.client.call<string[]>('dhtGetPeers', { hash: toHex(hash), atLeast: 1 })
      assert.ok(seen.includes(wanted), `libtorrent saw ${seen}`)
    }

    // transmission announces its torrent; ours and libtorrent find it.
    const hash = fromHex(infohash)
    const wanted = endpointText({ host, port: PEER_PORT })
    await until(
      'ours find what transmission announced',
      async () => (await dht.member(101).findPeers(hash)).peers.some((peer) => endpointText(peer) === wanted),
      { deadlineMs: 60_000, everyMs: 500, program: transmission.program },
    )
    const seen = await (others[0] as LibtorrentNode).client.call<string[]>('dhtGetPeers', {
      hash: toHex(hash),
      atLeast: 1,
    })
    assert.ok(seen.includes(wanted), `libtorrent saw ${seen}`)

    await taking.complete()
    assert.deepEqual(await differences(join(wish.folder, 'other'), join(target, 'other')), [])
  },
)

ground.test(
  'immutable and mutable items are put and read both ways between ours and libtorrent, with salt and without',
  ['libtorrent'],
  async (scene) => {
    const [dht, others] = [await network(scene, 60), await libtorrents(scene, 2)]
    const [one, two] = others as [LibtorrentNode, LibtorrentNode]

    const value = encode('from ours')
    const put = await dht.member(1).wish((id) => ({ kind: 'put-immutable', id, value }))
    assert.ok(put.done.result.kind === 'put' && put.done.result.storedAt >= 7, JSON.stringify(put.done))
    const target = toHex(immutableTarget(value, digest))
    assert.equal(await one.client.call('dhtGetImmutable', { target }), 'from ours')

    const theirs = await two.client.call<string>('dhtPutImmutable', { value: 'from libtorrent' })
    assert.equal(theirs, toHex(immutableTarget(encode('from libtorrent'), digest)))
    const got = await dht.member(40).wish((id) => ({ kind: 'get-immutable', id, target: fromHex(theirs) }))
    assert.deepEqual(got.done.result, { kind: 'item', value: encode('from libtorrent'), mutable: undefined })

    for (const salt of [EMPTY, utf8('a room')]) {
      const secret = random.bytes(32)
      const publicKey = signatures.publicKey(secret)
      const key = { publicKey: toHex(publicKey), salt: toHex(salt) }
      const ours = (sequence: number, text: string, cas?: number) =>
        dht.member(7).wish((id) => ({
          kind: 'put-mutable',
          id,
          item: signItem({ salt, sequence, value: encode(text) }, secret, signatures),
          cas,
        }))
      const read = async (who: number) => {
        const { done } = await dht.member(who).wish((id) => ({ kind: 'get-mutable', id, publicKey, salt }))
        assert.ok(done.result.kind === 'item')
        return {
          text: done.result.value && toHex(done.result.value),
          sequence: done.result.mutable?.sequence,
        }
      }
      const stored = (await ours(1, 'first, ours')).done.result
      assert.ok(stored.kind === 'put' && stored.storedAt >= 7, JSON.stringify(stored))
      assert.deepEqual(await one.client.call('dhtGetMutable', key), { value: 'first, ours', sequence: 1 })

      // libtorrent reads, raises the number by one, and signs.
      const answer = await two.client.call('dhtPutMutable', {
        seed: toHex(secret),
        ...key,
        value: 'second, theirs',
      })
      assert.deepEqual(answer, { sequence: 2 })
      assert.deepEqual(await read(33), { text: toHex(encode('second, theirs')), sequence: 2 })

      const late = (await ours(2, 'second, ours')).done.result
      assert.deepEqual(late, { kind: 'put', storedAt: 0, refusals: [302] })
      const mismatched = (await ours(3, 'third, ours', 1)).done.result
      assert.deepEqual(mismatched, { kind: 'put', storedAt: 0, refusals: [301] })
      const third = (await ours(3, 'third, ours', 2)).done.result
      assert.ok(third.kind === 'put' && third.storedAt >= 6, JSON.stringify(third))
      assert.deepEqual(await one.client.call('dhtGetMutable', key), { value: 'third, ours', sequence: 3 })
    }
  },
)
