import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogueOf, entryOf, headOf, NOW, signatures } from '../../../test/doubles/catalogues.ts'
import { crypto, PeopleScene, type SceneDevice } from '../../../test/doubles/people-scene.ts'
import { encodeHead, signHead } from '../../protocol/catalogue/head.ts'
import { CommunityError } from '../community-error.ts'
import type { Found, PublicPage } from './browse.ts'
import { STRANGER_QUERIES_AT_ONCE } from './limits.ts'

const ALL = { words: '', offset: 0, limit: 100 }

/** Two files, as their library tells them. */
function publicPage() {
  const { tree, entries, leaves } = catalogueOf([
    entryOf({ number: 1, name: 'Sintel.mkv' }),
    entryOf({ number: 2, name: 'Cosmos.pdf' }),
  ])
  const head = headOf(tree)
  const hits = leaves.map(({ key }) => ({
    entry: entries.get(Buffer.from(key).toString('hex')) as Uint8Array,
    path: tree.path(key, crypto) as Uint8Array,
  }))
  return { head, page: { head: encodeHead(head), total: hits.length, hits } satisfies PublicPage }
}

async function neighbours() {
  const scene = new PeopleScene()
  scene.seconds = NOW
  const [ana, bob] = [scene.add('Ana'), scene.add('Bob')]
  const { head, page } = publicPage()
  bob.catalogue = () => page
  bob.near.offering({ files: 2, bytes: 300, author: head.author, port: 51_413 }, scene.now)
  await scene.pass(6)
  await scene.meet(ana, bob, 'nearby')
  return { scene, ana, bob, head, page }
}

async function ask(scene: PeopleScene, from: SceneDevice, of: SceneDevice): Promise<Found | Error> {
  const answers: (Found | Error)[] = []
  from.near.browse(of.id, ALL, scene.now, (answer) => answers.push(answer))
  await scene.settle()
  if (answers.length === 0) await scene.pass(11)
  assert.equal(answers.length, 1)
  return answers[0] as Found | Error
}

test('devices on one network see one another with what they offer, without an account', async () => {
  const { ana, bob } = await neighbours()
  const [near] = ana.near.near()
  assert.deepEqual(
    [near?.device, near?.person, near?.name, near?.deviceName, near?.files, near?.bytes, near?.port],
    [bob.id, bob.person, 'Bob', "Bob's", 2, 300, 51_413],
  )
  assert.equal(bob.near.near().length, 1)
  // Who offers nothing tells no port.
  assert.equal(bob.near.near()[0]?.port, undefined)
})

test('a card with a port that is none ends the link', async () => {
  for (const port of [0, 65_536, -1]) {
    const { scene, ana, bob, head } = await neighbours()
    const changes = scene.seen.length
    bob.near.offering({ files: 3, bytes: 400, author: head.author, port }, scene.now)
    await scene.pass(6)
    assert.ok(scene.seen.slice(changes).some(({ kind, from }) => kind === 'card' && from === bob.id))
    assert.deepEqual(ana.hungUp, ['RECORD_INVALID'])
    assert.deepEqual(ana.near.near(), [])
  }
})

test('another port is told like all that is offered', async () => {
  const { scene, ana, bob, head } = await neighbours()
  bob.near.offering({ files: 2, bytes: 300, author: head.author, port: 65_535 }, scene.now)
  await scene.pass(6)
  assert.equal(ana.near.nearDevice(bob.id)?.port, 65_535)
})

test('only on the same network', async () => {
  const scene = new PeopleScene()
  const [ana, bob] = [scene.add('Ana'), scene.add('Bob')]
  await scene.meet(ana, bob, 'direct')
  assert.deepEqual([ana.near.near(), bob.near.near()], [[], []])
})

test('with contacts only, or off, a stranger is told nothing and gets no answer', async () => {
  for (const visible of ['contacts', 'off'] as const) {
    const scene = new PeopleScene()
    const [ana, bob] = [scene.add('Ana'), scene.add('Bob')]
    await scene.settle()
    bob.visible = visible
    await scene.meet(ana, bob, 'nearby')
    assert.ok((await ask(scene, ana, bob)) instanceof CommunityError)
    assert.deepEqual(
      scene.seen.filter(({ from }) => from === bob.id),
      [],
    )
  }
})

test('with contacts only, a contact sees me', async () => {
  const scene = new PeopleScene()
  const [ana, bob] = [scene.add('Ana'), scene.add('Bob')]
  await scene.acquaint(ana, bob)
  bob.visible = 'contacts'
  await scene.meet(ana, bob, 'nearby')
  assert.equal(ana.near.near().length, 1)
  scene.unlink(ana, bob)
  bob.visible = 'off'
  await scene.meet(ana, bob, 'nearby')
  assert.equal(ana.near.near().length, 0)
})

test('what is found is proven: entry, way and signed head', async () => {
  const { scene, ana, bob } = await neighbours()
  const found = (await ask(scene, ana, bob)) as Found
  assert.deepEqual(found.entries.map(({ name }) => name).sort(), ['Cosmos.pdf', 'Sintel.mkv'])
  assert.deepEqual([found.total, found.refused], [2, 0])
  assert.ok(found.entries.every(({ folders }) => folders === undefined))
})

test('invented results are refused, and the link to whoever sent them ends', async () => {
  const honest = publicPage()
  const other = catalogueOf([entryOf({ number: 9, name: 'Invented.mkv' })])
  const invented = [...other.entries.values()][0] as Uint8Array
  const pages: PublicPage[] = [
    // An entry that is in no catalogue, under the way of one that is.
    { ...honest.page, hits: [{ entry: invented, path: honest.page.hits[0]?.path as Uint8Array }] },
    // A whole catalogue of somebody else's key.
    {
      head: encodeHead(signHead(headOf(other.tree), new Uint8Array(32).fill(99), signatures)),
      total: 1,
      hits: [
        { entry: invented, path: other.tree.path(other.leaves[0]?.key as Uint8Array, crypto) as Uint8Array },
      ],
    },
    // A head that ended.
    {
      ...honest.page,
      head: encodeHead(headOf(publicTree(), { issued: NOW - 900_000, expires: NOW - 500_000 })),
    },
  ]
  for (const page of pages) {
    const { scene, ana, bob } = await neighbours()
    bob.catalogue = () => page
    const found = (await ask(scene, ana, bob)) as Found
    assert.deepEqual([found.entries, found.refused > 0], [[], true])
    assert.deepEqual(ana.hungUp, ['RECORD_INVALID'])
  }
})

function publicTree() {
  return catalogueOf([entryOf({ number: 1, name: 'Sintel.mkv' }), entryOf({ number: 2, name: 'Cosmos.pdf' })])
    .tree
}

test('a stranger asks ten times at once and then every other second; whom I know asks more', async () => {
  const { scene, ana, bob } = await neighbours()
  const answers: (Found | Error)[] = []
  for (let i = 0; i < 20; i++) {
    ana.near.browse(bob.id, ALL, scene.now, (answer) => answers.push(answer))
    await scene.settle()
  }
  const got = () => answers.filter((answer) => !(answer instanceof Error)).length
  assert.equal(got(), STRANGER_QUERIES_AT_ONCE)
  await scene.pass(4)
  answers.length = 0
  for (let i = 0; i < 5; i++) {
    ana.near.browse(bob.id, ALL, scene.now, (answer) => answers.push(answer))
    await scene.settle()
  }
  assert.equal(got(), 2)

  const known = await neighbours()
  await known.scene.acquaint(known.ana, known.bob)
  await known.scene.meet(known.ana, known.bob, 'nearby')
  for (let i = 0; i < 20; i++) assert.ok(!((await ask(known.scene, known.ana, known.bob)) instanceof Error))
})

test('a question to a device that is gone, or says nothing, is answered by that', async () => {
  const { scene, ana, bob } = await neighbours()
  scene.onWay = (frame) => (frame.kind === 'hits' ? undefined : frame)
  assert.equal(((await ask(scene, ana, bob)) as CommunityError).code, 'DEVICE_GONE')
  scene.unlink(ana, bob)
  assert.equal(((await ask(scene, ana, bob)) as CommunityError).code, 'DEVICE_GONE')
})

test('a card of another device ends the link', async () => {
  const { scene, ana, bob } = await neighbours()
  const eve = scene.add('Eve')
  scene.onWay = (frame) => {
    const bobs = scene.seen.find(({ kind, from }) => kind === 'card' && from === bob.id)
    return frame.kind === 'card' && frame.from === eve.id && bobs
      ? { ...bobs, from: eve.id, to: frame.to }
      : frame
  }
  await scene.meet(eve, ana, 'nearby')
  assert.deepEqual(ana.hungUp, ['RECORD_INVALID'])
})

test('who leaves is near no more', async () => {
  const { scene, ana, bob } = await neighbours()
  scene.unlink(ana, bob)
  assert.deepEqual(ana.near.near(), [])
})
