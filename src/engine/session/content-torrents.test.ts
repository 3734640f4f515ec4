// Sessions in the simulator: one offers files by their content, others ask, kindly or not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ContentScene, contentOf, gets, layerOf, noise, PORT } from '../../../test/doubles/content-scene.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { concatBytes } from '../../base/bytes.ts'
import { type WireHash, wireHash } from '../../base/ids.ts'
import { contentInfo, contentInfohash } from '../../metainfo/content-id.ts'
import { Merkle } from '../../metainfo/merkle.ts'
import { readInfo } from '../../metainfo/read.ts'
import { encodeHandshake } from '../../protocol/wire/handshake.ts'
import { makePeerId } from '../../protocol/wire/peer-id.ts'
import { ASKS_PER_HOST, WINDOW_MS } from './content-asks.ts'
import type { SessionOptions } from './session-options.ts'

const LONG = noise(7, 3_000_000)
const SHORT = noise(8, 20_000)
const PATH = '/home/Urlaub 2019/Mein Film.mp4'

const WAYS: Readonly<Record<string, Partial<SessionOptions>>> = {
  'TCP, plain': { encryption: 'off' },
  'TCP, encrypted': { encryption: 'require' },
  'uTP, plain': { encryption: 'off', utp: true, transports: { tcp: false, utp: true } },
  'uTP, encrypted': { encryption: 'require', utp: true, transports: { tcp: false, utp: true } },
}

for (const [way, options] of Object.entries(WAYS)) {
  test(`a file that is offered is given as its content torrent to whoever asks (${way}), and closed when nobody is there`, async () => {
    const scene = new ContentScene()
    const { world, source } = scene
    const { holder, session, got, bytes } = await world.run(
      'the beginning',
      async () => {
        source.offer(await scene.plant(PATH, LONG))
        const holder = await scene.open({ utp: options.utp ?? false })
        const { session, disk } = await scene.stranger(options)
        return { holder, session, got: gets(session, contentOf(LONG)), bytes: disk }
      },
      60_000,
    )
    await world.runUntil('it is got', () => got.finished, 60_000)
    const name = `/saved/${contentOf(LONG).root.toHex()}`
    assert.deepEqual(Buffer.from(bytes.peek(name) ?? []), Buffer.from(LONG))
    assert.equal(holder.content?.size, 1)
    assert.equal(holder.torrents.size, 0, 'it is none of the person’s own transfers')
    assert.ok((holder.content?.givenBytes ?? 0) >= LONG.length)
    await world.run('the stranger leaves', () => session.pause(got), 30_000)
    await world.runUntil('it is closed', () => holder.content?.size === 0, 90_000)
    assert.ok((holder.content?.givenBytes ?? 0) >= LONG.length)
    await scene.close()
    assert.deepEqual(
      [...(await scene.holder.disk.start().list('/home/Urlaub 2019'))],
      ['Mein Film.mp4'],
      'nothing is left beside it',
    )
  })
}

test('a layer that was kept is taken only if it leads to the root; else it is computed from the file', async () => {
  for (const layer of [layerOf(LONG), noise(1, layerOf(LONG).length), noise(1, 31)]) {
    const scene = new ContentScene()
    const got = await scene.world.run(
      'the beginning',
      async () => {
        scene.source.offer({ ...(await scene.plant(PATH, LONG)), layer })
        await scene.open()
        return gets((await scene.stranger()).session, contentOf(LONG))
      },
      60_000,
    )
    await scene.world.runUntil('it is got', () => got.finished, 60_000)
    await scene.close()
  }
})

test('what is not offered is as unknown as what is not here, and asked of the source once only', async () => {
  const scene = new ContentScene()
  const { world, source } = scene
  const torrents = await world.run(
    'the beginning',
    async () => {
      await scene.plant(PATH, LONG)
      await scene.open()
      const { session } = await scene.stranger({ encryption: 'off' })
      return [gets(session, contentOf(LONG)), gets(session, contentOf(SHORT))]
    },
    60_000,
  )
  await world.runFor(50_000)
  for (const torrent of torrents) {
    assert.equal(torrent.swarm.peers.size, 0)
    assert.equal(torrent.status().doneBytes, 0)
  }
  assert.equal(source.asks, 2)
  await scene.close()
})

test('a file that was replaced, changed or removed since it was hashed is never given, whatever its length', async () => {
  const other = noise(99, LONG.length)
  const changes: Readonly<Record<string, (scene: ContentScene) => Promise<void>>> = {
    replaced: async ({ holder: { disk } }) => {
      await disk.remove(PATH)
      const file = await disk.open(PATH, 'new')
      await file.write(other, 0)
      await file.close()
    },
    'written to': async ({ holder: { disk } }) => {
      const file = await disk.open(PATH, 'write')
      await file.write(other.subarray(0, 10), 500)
      await file.close()
    },
    removed: async ({ holder: { disk } }) => await disk.remove(PATH),
    'replaced by a link to another file of that length': async ({ holder: { disk } }) => {
      await disk.remove(PATH)
      const file = await disk.open('/home/secret', 'new')
      await file.write(other, 0)
      await file.close()
      disk.plant(PATH, 'link', '/home/secret')
    },
    'replaced by a pipe': async ({ holder: { disk } }) => {
      await disk.remove(PATH)
      disk.plant(PATH, 'other')
    },
  }
  for (const [what, change] of Object.entries(changes)) {
    const scene = new ContentScene()
    const { got, holder } = await scene.world.run(
      'the beginning',
      async () => {
        const offered = await scene.plant(PATH, LONG)
        scene.source.offer({ ...offered, layer: layerOf(LONG) })
        const holder = await scene.open()
        await scene.world.sleep(100)
        await change(scene)
        return { holder, got: gets((await scene.stranger()).session, contentOf(LONG)) }
      },
      60_000,
    )
    await scene.world.runFor(60_000)
    assert.equal(got.status().takenBytes, 0, what)
    assert.equal(holder.content?.givenBytes, 0, what)
    await scene.close()
  }
})

test('a file that is replaced between the answer of the source and its opening is not given', async () => {
  const scene = new ContentScene()
  const { disk } = scene.holder
  const got = await scene.world.run(
    'the beginning',
    async () => {
      scene.source.offer({ ...(await scene.plant(PATH, LONG)), layer: layerOf(LONG) })
      await scene.open()
      scene.source.afterAnswer = () => {
        disk.poke(PATH, noise(5, 100), 1_000)
      }
      return gets((await scene.stranger()).session, contentOf(LONG))
    },
    60_000,
  )
  await scene.world.runFor(60_000)
  assert.equal(got.status().takenBytes, 0)
  await scene.close()
})

test('a file that changes while it is given is given no further, and no wrong block leaves', async () => {
  const scene = new ContentScene()
  const { world } = scene
  const { got, holder } = await world.run(
    'the beginning',
    async () => {
      scene.source.offer(await scene.plant(PATH, LONG))
      const holder = await scene.open({ upLimit: 200_000 })
      return { holder, got: gets((await scene.stranger()).session, contentOf(LONG)) }
    },
    60_000,
  )
  await world.runUntil('some of it is there', () => got.status().doneBytes > 300_000, 60_000)
  scene.holder.disk.poke(PATH, noise(5, 100_000), 2_000_000)
  await world.runUntil('it is closed', () => holder.content?.size === 0, 60_000)
  const { wastedBytes, doneBytes } = got.status()
  assert.equal(wastedBytes, 0)
  assert.ok(doneBytes < LONG.length)
  await world.runFor(30_000)
  assert.equal(got.finished, false)
  await scene.close()
})

test('what is not offered any more has nobody connected as soon as that is said', async () => {
  const scene = new ContentScene()
  const { world, source } = scene
  const { got, holder } = await world.run(
    'the beginning',
    async () => {
      source.offer(await scene.plant(PATH, LONG))
      const holder = await scene.open({ upLimit: 200_000 })
      return { holder, got: gets((await scene.stranger()).session, contentOf(LONG)) }
    },
    60_000,
  )
  await world.runUntil('some of it is there', () => got.status().doneBytes > 300_000, 60_000)
  await world.run('kept', () => holder.offersChanged(), 1_000)
  assert.equal(holder.content?.size, 1, 'what is still offered is not disturbed')
  source.offered.clear()
  await world.run('stopped', () => holder.offersChanged(), 1_000)
  assert.equal(holder.content?.size, 0)
  const given = holder.content?.givenBytes
  await world.runFor(60_000)
  assert.equal(holder.content?.givenBytes, given)
  assert.equal(got.finished, false)
  await scene.close()
})

test('what is offered anew is found at once, though it was not found a moment ago', async () => {
  const scene = new ContentScene()
  const { world, source } = scene
  const { got, holder, offered } = await world.run(
    'the beginning',
    async () => {
      const offered = await scene.plant(PATH, SHORT)
      const holder = await scene.open()
      return { holder, offered, got: gets((await scene.stranger()).session, contentOf(SHORT)) }
    },
    60_000,
  )
  await world.runUntil('it was looked for', () => source.asks > 0, 60_000)
  source.offer(offered)
  await world.run('offered', () => holder.offersChanged(), 1_000)
  got.addPeer({ host: '10.0.0.1', port: PORT })
  await world.runUntil('it is got', () => got.finished, 120_000)
  await scene.close()
})

test('the 64 bytes that share a root with a long file are not given for it, nor it for them', async () => {
  const scene = new ContentScene()
  const merkle = new Merkle(digest)
  const half = merkle.leaves(LONG.subarray(0, 32_768))
  // Two blocks: their two leaves are a file of 64 bytes with the same root.
  const long = LONG.subarray(0, 32_768)
  const twin = concatBytes([half.subarray(0, 32), half.subarray(32, 64)])
  assert.deepEqual(contentOf(twin).root, contentOf(long).root)
  const { got, holder } = await scene.world.run(
    'the beginning',
    async () => {
      scene.source.offer(await scene.plant('/home/twin', twin))
      const holder = await scene.open()
      const { session } = await scene.stranger()
      return { holder, got: gets(session, contentOf(long)) }
    },
    60_000,
  )
  await scene.world.runFor(30_000)
  assert.equal(got.status().takenBytes, 0)
  assert.equal(holder.content?.givenBytes, 0)
  // A source that mistakes one for the other is not believed either.
  scene.source.offered.set(
    wireHash(contentInfohash(contentOf(long), digest)),
    [...scene.source.offered.values()][0] as never,
  )
  await scene.world.run('offered', () => holder.offersChanged(), 1_000)
  got.addPeer({ host: '10.0.0.1', port: PORT })
  await scene.world.runFor(120_000)
  assert.equal(holder.content?.size, 0)
  await scene.close()
})

test('a flood of unknown infohashes costs the source no more than its allowance, and others are still answered', async () => {
  const scene = new ContentScene()
  const { world, source } = scene
  const { holder } = await world.run(
    'the beginning',
    async () => {
      source.offer(await scene.plant(PATH, SHORT))
      return { holder: await scene.open({ encryption: 'off' }) }
    },
    60_000,
  )
  const { host } = await world.run('the flooder', () => scene.stranger(), 10_000)
  const flags = { extended: true, fast: true, v2: true, dht: false }
  const random = world.random('flood')
  const from = world.nowMs
  await world.run(
    'the flood',
    async () => {
      for (let each = 0; each < 400; each++) {
        const hash = random.bytes(20).toHex() as WireHash
        const { result } = host.tcp.dial({ host: '10.0.0.1', port: PORT }, 5_000)
        const connection = await result
        if (!('write' in connection)) continue
        connection.events = { data() {}, drain() {}, closed() {} }
        connection.write(encodeHandshake({ hash, peerId: makePeerId(random), flags }))
        await world.sleep(20)
        connection.close()
      }
    },
    120_000,
  )
  const windows = 1 + Math.ceil((world.nowMs - from) / WINDOW_MS)
  assert.ok(windows < 6)
  assert.ok(source.asks > 0 && source.asks <= windows * ASKS_PER_HOST, `${source.asks} asks`)
  const got = await world.run(
    'somebody else',
    async () => gets((await scene.stranger()).session, contentOf(SHORT)),
    10_000,
  )
  await world.runUntil('it is got', () => got.finished, 60_000)
  assert.equal(holder.content?.size, 1)
  await scene.close()
})

test('a person’s own transfer that comes while a content torrent is being opened is the one that answers', async () => {
  const scene = new ContentScene()
  const { world, source } = scene
  const { got, holder } = await world.run(
    'the beginning',
    async () => {
      source.offer(await scene.plant(PATH, LONG))
      await scene.holder.disk.makeDirectory('/saved')
      const holder = await scene.open()
      return { holder, got: gets((await scene.stranger()).session, contentOf(LONG)) }
    },
    60_000,
  )
  let own: ReturnType<typeof gets> | undefined
  source.afterAnswer = () => {
    own ??= gets(holder, contentOf(LONG), { peers: [] })
  }
  await world.runUntil('it was asked for', () => own !== undefined, 60_000)
  await world.runFor(20_000)
  assert.equal(holder.content?.size, 0)
  assert.equal(holder.find(contentInfohash(contentOf(LONG), digest)), own)
  assert.equal(got.status().takenBytes, 0, 'it has nothing to give yet')
  await scene.close()
})

test('a person’s own transfer of the same content takes the place of what strangers had opened', async () => {
  const scene = new ContentScene()
  const { world, source } = scene
  const { got, holder } = await world.run(
    'the beginning',
    async () => {
      source.offer(await scene.plant(PATH, LONG))
      await scene.holder.disk.makeDirectory('/saved')
      const holder = await scene.open({ upLimit: 200_000 })
      return { holder, got: gets((await scene.stranger()).session, contentOf(LONG)) }
    },
    60_000,
  )
  await world.runUntil('some of it is there', () => got.status().doneBytes > 300_000, 60_000)
  const own = gets(holder, contentOf(LONG), { peers: [] })
  assert.equal(holder.content?.size, 0)
  assert.equal(holder.find(own.options.infohashV2 as never), own)
  await world.runUntil('it runs', () => own.stateName === 'live', 10_000)
  await scene.close()
})

test('what is offered is found in the DHT by its content, and what is not offered is not', async () => {
  const scene = new ContentScene()
  const { world, source } = scene
  const dht = { dht: true, dhtNodes: ['10.0.1.1:6881'] }
  const { film, other } = await world.run(
    'the beginning',
    async () => {
      await scene.stranger({ dht: true })
      source.offer(await scene.plant(PATH, LONG))
      await scene.plant('/home/mine', SHORT)
      await scene.open(dht)
      const { session } = await scene.stranger(dht)
      const alone = { peers: [], dht: true }
      return { film: gets(session, contentOf(LONG), alone), other: gets(session, contentOf(SHORT), alone) }
    },
    60_000,
  )
  await world.runUntil('it is got', () => film.finished, 20 * 60_000)
  assert.equal(other.status().doneBytes, 0)
  assert.equal(other.discovery.candidates.stock, 0, 'nobody was told of')
  await scene.close()
})

test('an unlisted share that is a content torrent is announced under no key that follows from the file: it is met by address alone', async () => {
  const scene = new ContentScene()
  const { world } = scene
  const dht = { dht: true, dhtNodes: ['10.0.1.1:6881'] }
  const content = contentOf(LONG)
  const unlisted = { listing: 'link', peers: [], dht: true } as const
  const got = await world.run(
    'the beginning',
    async () => {
      await scene.stranger({ dht: true })
      await scene.plant(PATH, LONG)
      const holder = await scene.open(dht)
      const pieceLayers = new Map([[content.root.toHex(), layerOf(LONG)]])
      const metainfo = readInfo(contentInfo(content), digest, undefined, { pieceLayers })
      gets(holder, content, {
        ...unlisted,
        metainfo,
        diskPaths: [PATH],
        justHashed: true,
        saveFolder: '/home',
      })
      const { session } = await scene.stranger(dht)
      return gets(session, content, unlisted)
    },
    60_000,
  )
  await world.runFor(20 * 60_000)
  assert.equal(got.status().doneBytes, 0)
  got.addPeer({ host: '10.0.0.1', port: PORT })
  await world.runUntil('it is got', () => got.finished, 120_000)
  await scene.close()
})
