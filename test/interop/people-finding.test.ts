// Nobody is where anybody remembers them: members whose computers all moved, a newcomer whose invite names places where nobody is
// any more, and a person who has nothing left but twelve words, find one another by the DHT. Real daemons on a network of their own,
// whose only way into the DHT is the daemon of somebody who is in no circle at first.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { FORWARDED_PORTS, NatWorld, type Place } from '../../lab/nat/world.ts'
import { enterNamespace } from '../../lab/netns/namespace.ts'
import { until } from '../../lab/netns/until.ts'
import { Member } from '../../lab/people/member.ts'
import { keyBytes, type PersonId } from '../../src/community/ids.ts'
import { needs } from '../doubles/require-program.ts'

const footing = await enterNamespace(import.meta.filename)

/** Most of it is waited for; a busy machine takes several times as long. */
const TIMEOUT_MS = 300_000
const PATIENCE = { deadlineMs: 120_000, everyMs: 250 }

/** When it wrote last for whoever has its words: that is put into the DHT in the same moment. */
function madeAt({ stateFolder }: Member, person: PersonId): number {
  const database = new DatabaseSync(join(stateFolder, 'community.db'), { readOnly: true })
  try {
    return Number(
      database
        .prepare('SELECT max(sequence) AS at FROM recovery_items WHERE person = ?')
        .get(keyBytes(person))?.at ?? 0,
    )
  } finally {
    database.close()
  }
}

test('members that all moved, a newcomer with a stale invite, and a person with twelve words find their circle by the DHT', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  if (!needs(t, 'ip', 'iproute2')) return
  if (footing.kind === 'refused') {
    if (process.env.CI === 'true') throw new Error(footing.reason)
    t.skip(footing.reason)
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'shoal-finding-'))
  const world = await NatWorld.make()
  const places: Place[] = []
  const members: Member[] = []
  t.after(async () => {
    for (const member of members) await member.end()
    for (const place of places) place.leave()
    await rm(folder, { recursive: true, force: true })
  })
  const computer = async (name: string): Promise<Place> => {
    const place = await world.place(name, 'open')
    places.push(place)
    return place
  }
  const gate = await computer('gate')
  /** Again under the same name: the same person, on another computer. */
  const person = (name: string, place: Place): Member => {
    const member = new Member({
      name,
      place,
      folder,
      settings: {
        'network.port': FORWARDED_PORTS[0],
        'people.port': FORWARDED_PORTS[0] + 1,
        'network.dhtRouters': place === gate ? [] : [`${gate.outer}:${FORWARDED_PORTS[0]}`],
        'network.portMapping': false,
        'server.port': 0,
        'checks.scanner': 'off',
      },
    })
    members.push(member)
    return member
  }
  const links = async (member: Member): Promise<number> => (await member.patiently('me', {})).network.links
  const timed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const begun = performance.now()
    await work()
    t.diagnostic(`${what}: ${((performance.now() - begun) / 1_000).toFixed(1)} s`)
  }
  const hears = (member: Member, room: string, text: string): Promise<unknown> =>
    until(
      `${member.name} reads ${text}`,
      async () => {
        const read = await member.patiently('messages', { id: room, limit: 50 }).catch(() => undefined)
        return read?.messages.some((message) => message.text === text)
      },
      PATIENCE,
    )
  const hasRoom = (member: Member): Promise<string> =>
    until(
      `${member.name} is in`,
      async () => {
        const { circles } = await member.patiently('circles', {})
        const [circle] = circles.filter(({ role, rooms }) => role !== null && rooms.length > 0)
        return circle === undefined ? undefined : `room:${circle.id}:${circle.rooms[0]?.id}`
      },
      PATIENCE,
    ) as Promise<string>

  const newcomer = person('newcomer', gate)
  const [home, otherHome] = [await computer('home'), await computer('other-home')]
  const [ana, caro] = [person('ana', home), person('caro', otherHome)]
  await Promise.all([newcomer.start(), ana.start(), caro.start()])
  const circle = await ana.patiently('newCircle', { name: 'Family', myName: 'Ana' })
  const anaPerson = (await ana.call('me', {})).person as PersonId
  const { link } = await ana.call('newInvite', { id: circle.id, uses: 5 })
  await caro.patiently('joinCircle', { link: link as string, name: 'Caro' })
  const room = await hasRoom(caro)
  await ana.patiently('writeMessage', { id: room, text: 'before we moved' })
  await hears(caro, room, 'before we moved')
  await Promise.all([ana.stop(), caro.stop()])

  const madeBefore = madeAt(ana, anaPerson)
  const anaMoved = person('ana', await computer('new-home'))
  const caroMoved = person('caro', await computer('other-new-home'))
  await Promise.all([anaMoved.start(), caroMoved.start()])
  await timed('two that both moved are linked', () =>
    until(
      'they are linked',
      async () => (await links(anaMoved)) > 0 && (await links(caroMoved)) > 0,
      PATIENCE,
    ),
  )

  // The invite names the places where ana and caro were.
  await timed('a newcomer by a stale invite is in', async () => {
    await newcomer.patiently('joinCircle', { link: link as string, name: 'Newcomer' })
    assert.equal(await hasRoom(newcomer), room)
  })
  await hears(newcomer, room, 'before we moved')

  await until('what the words find was put out', () => madeAt(anaMoved, anaPerson) > madeBefore, PATIENCE)
  const { words } = await anaMoved.call('myWords', {})
  await anaMoved.kill()
  const fresh = person('fresh', home)
  await fresh.start()
  await timed('a person with twelve words on a new computer is in', async () => {
    await fresh.patiently('restoreMe', { words: words as string[] })
    assert.equal(await hasRoom(fresh), room)
  })
  await hears(fresh, room, 'before we moved')
  const restored = await fresh.patiently('circle', { id: circle.id })
  assert.equal(restored.role, 'owner')
  assert.equal(restored.people.length, 3)
  await fresh.patiently('writeMessage', { id: room, text: 'I am back' })
  await hears(caroMoved, room, 'I am back')
})
