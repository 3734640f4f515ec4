// Sessions in the simulator, some in a circle: what is given there, to whom, and what strangers learn of it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ContentScene, contentOf, gets, noise, PORT } from '../../../test/doubles/content-scene.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { endpointOfDevice, nameIn, REALM, RealmSide } from '../../../test/doubles/realm-scene.ts'
import { canonicalIp } from '../../base/address.ts'
import { wireHash } from '../../base/ids.ts'
import { contentInfohash } from '../../metainfo/content-id.ts'
import { deviceEndpoint } from './realms.ts'

const FILE = noise(3, 2_000_000)
const PATH = '/home/Fotos/Nest.jpg'
const SECRET = noise(1, 32)
/** The holder first, then whoever comes (content-scene.ts). */
const MEMBERS = new Map([
  ['anna', '10.0.0.1'],
  ['ben', '10.0.1.1'],
])

async function circle(benSecret: Uint8Array = SECRET) {
  const scene = new ContentScene()
  return await scene.world.run(
    'the beginning',
    async () => {
      const anna = new RealmSide(scene.holder.host, MEMBERS, SECRET)
      anna.offered.push(await scene.plant(PATH, FILE))
      const holder = await scene.open({ realms: anna })
      await anna.listen(holder)
      const sides: { ben?: RealmSide } = {}
      const { session, disk, host } = await scene.stranger({
        realms: {
          nameOf: (realm, hash) => sides.ben?.nameOf(realm, hash),
          dialer: () => sides.ben?.dialer() ?? assert.fail(),
          source: () => sides.ben?.source() ?? assert.fail(),
        },
      })
      const ben = new RealmSide(host, MEMBERS, benSecret)
      sides.ben = ben
      await ben.listen(session)
      return { scene, anna, ben, holder, session, disk }
    },
    60_000,
  )
}

const WISH = { realm: REALM, peers: [endpointOfDevice('anna')] } as const

test('a member gets what another one offers to the circle, by streams of the circle alone', async () => {
  const { scene, holder, session, disk } = await circle()
  const got = gets(session, contentOf(FILE), { ...WISH, pex: true, lan: true, dht: true })
  await scene.world.runUntil('it is got', () => got.finished, 60_000)
  assert.deepEqual(Buffer.from(disk.peek(`/saved/${contentOf(FILE).root.toHex()}`) ?? []), Buffer.from(FILE))
  assert.ok((holder.realms?.givenBytes ?? 0) >= FILE.length)
  assert.equal(holder.content?.givenBytes, 0)
  assert.equal(got.pex, undefined)
  assert.equal(got.mayUseDht, false)
  assert.equal(got.punching, undefined)
  assert.deepEqual(got.discovery.trackers, [])
  await scene.close()
})

test('whoever asks at the public port by the infohash, or by its name in the circle, is not answered', async () => {
  const { scene, holder } = await circle()
  const hash = wireHash(contentInfohash(contentOf(FILE), digest))
  const { session } = await scene.world.run('a stranger', () => scene.stranger({ encryption: 'off' }), 60_000)
  const asked = gets(session, contentOf(FILE), { peers: [{ host: '10.0.0.1', port: PORT }] })
  await scene.world.runFor(30_000)
  assert.equal(asked.swarm.peers.size, 0)
  assert.notEqual(nameIn(SECRET, hash), hash)
  assert.equal(holder.realms?.givenBytes, 0)
  await scene.close()
})

test('whoever knows another secret names it otherwise, and gets nothing', async () => {
  const { scene, anna, ben, session } = await circle(noise(2, 32))
  const asked = gets(session, contentOf(FILE), WISH)
  await scene.world.runFor(30_000)
  assert.ok(ben.dials > 0, 'it came as far as the stream')
  assert.ok(anna.asks > 0)
  assert.equal(asked.swarm.peers.size, 0)
  assert.equal(asked.status().doneBytes, 0)
  await scene.close()
})

test('who is put out loses connections at once, and what is not offered any more is given to nobody', async () => {
  for (const what of ['put out', 'no longer offered'] as const) {
    const { scene, anna, holder, session } = await circle()
    holder.upLimit = 50_000
    const got = gets(session, contentOf(FILE), WISH)
    await scene.world.runUntil('it has begun', () => got.status().doneBytes > 0, 60_000)
    if (what === 'no longer offered') anna.offered.length = 0
    else anna.secret = noise(9, 32)
    await scene.world.run(
      'the change',
      async () => {
        await holder.realms?.changed(REALM, () => what === 'no longer offered')
      },
      10_000,
    )
    const before = holder.realms?.givenBytes
    await scene.world.runFor(120_000)
    assert.equal(holder.realms?.givenBytes, before, what)
    assert.equal(got.finished, false, what)
    await scene.close()
  }
})

test('where we are not in a realm nobody is asked, and without any there can be nothing of one', async () => {
  const { scene, session, ben } = await circle(noise(1, 32))
  ben.secret = undefined
  const asked = gets(session, contentOf(FILE), WISH)
  await scene.world.runFor(30_000)
  assert.equal(ben.dials, 0)
  ben.secret = SECRET
  await scene.world.runUntil('it is got', () => asked.finished, 120_000)
  const { session: other } = await scene.world.run('a stranger', () => scene.stranger(), 60_000)
  assert.throws(() => gets(other, contentOf(FILE), WISH), { code: 'NOT_IN_REALM' })
  await scene.close()
})

test('a folder of many small files is got, whatever the number of those that are open at once', async () => {
  const { scene, anna, session } = await circle()
  const files = Array.from({ length: 150 }, (_, i) => noise(1_000 + i, 20_000 + i))
  await scene.world.run(
    'more files',
    async () => {
      for (const [i, bytes] of files.entries())
        anna.offered.push(await scene.plant(`/home/Fotos/${i}`, bytes))
    },
    60_000,
  )
  const all = files.map((bytes) => gets(session, contentOf(bytes), WISH))
  await scene.world.runUntil('all are got', () => all.every((torrent) => torrent.finished), 600_000)
  await scene.close()
})

test('where the upload limit is short, people of a circle get most of it before strangers', async () => {
  const { scene, holder, session, anna } = await circle()
  const long = noise(77, 6_000_000)
  const open = noise(78, 6_000_000)
  const { known, stranger } = await scene.world.run(
    'two who want something',
    async () => {
      anna.offered.push(await scene.plant('/home/Fotos/long', long))
      scene.source.offer(await scene.plant('/home/open', open))
      holder.upLimit = 200_000
      const { session: other } = await scene.stranger({ encryption: 'off' })
      return { known: gets(session, contentOf(long), WISH), stranger: gets(other, contentOf(open)) }
    },
    60_000,
  )
  await scene.world.runUntil('the circle has it', () => known.finished, 60_000)
  const share = known.swarm.takenBytes / (known.swarm.takenBytes + stranger.swarm.takenBytes)
  assert.ok(share > 0.6 && share < 0.9, `${share}`)
  await scene.close()
})

test('the address of a device is canonical, and no network’s', () => {
  for (let seed = 0; seed < 200; seed++) {
    const { host } = deviceEndpoint(noise(seed, 32))
    assert.equal(canonicalIp(host), host)
    assert.match(host, /^fd/)
  }
})
