// Files between real daemons that share a circle: offered in a conversation, got, found, kept for others, taken back.

import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { noise } from '../doubles/content-scene.ts'
import { People, type PersonDaemon } from '../doubles/people-daemons.ts'
import { png } from '../doubles/png.ts'

const FILE = noise(5, 3_000_000)

async function family(t: TestContext, ...names: string[]) {
  const people = await People.make(t)
  const [first, ...others] = await people.startAll(...names)
  const owner = first ?? assert.fail()
  const circle = await owner.call('newCircle', { name: 'Family', myName: owner.name })
  for (const other of others) {
    const { link } = await owner.call('newInvite', { id: circle.id })
    await other.join(link as string)
  }
  return { people, circle: circle.id, room: await owner.room(), all: [owner, ...others] }
}

async function cardOf(person: PersonDaemon, room: string, id: string) {
  const { messages } = await person.patiently('messages', { id: room, limit: 200 })
  return messages.find((message) => message.id === id)?.file ?? undefined
}

async function gets(person: PersonDaemon, room: string, id: string): Promise<string> {
  await person.until(`${person.name} sees the file`, () => cardOf(person, room, id))
  await person.patiently('getMessageFile', { id: room, message: id })
  const got = await person.until(`${person.name} has the file`, async () => {
    const card = await cardOf(person, room, id)
    return card?.state === 'got' ? card : undefined
  })
  return got.saved ?? assert.fail()
}

test('a file and a folder in a conversation come to whoever gets them, under their names and over nothing', async (t) => {
  const { people, room, all } = await family(t, 'Ana', 'Ben')
  const [ana, ben] = all as [PersonDaemon, PersonDaemon]
  const from = join(people.folder, 'things')
  await mkdir(join(from, 'Trip', 'Day 1'), { recursive: true })
  await writeFile(join(from, 'Film.bin'), FILE)
  await writeFile(join(from, 'Trip', 'Plan.txt'), 'north')
  await writeFile(join(from, 'Trip', 'Day 1', 'Notes.txt'), 'rain')
  const film = await ana.call('offerFiles', { id: room, paths: [join(from, 'Film.bin')], text: 'our film' })
  assert.deepEqual(
    [film.file?.name, film.file?.state, film.file?.lengthBytes],
    ['Film.bin', 'mine', FILE.length],
  )
  const saved = await gets(ben, room, film.id)
  assert.ok(saved.endsWith('/Film.bin'))
  assert.deepEqual(await readFile(saved), Buffer.from(FILE))

  const trip = await ana.call('offerFiles', { id: room, paths: [join(from, 'Trip')] })
  const folder = await gets(ben, room, trip.id)
  const below = (name: string) => readFile(join(folder.replace(/\/Trip.*$/, ''), 'Trip', name), 'utf8')
  assert.equal(await below('Plan.txt'), 'north')
  assert.equal(await below('Day 1/Notes.txt'), 'rain')
})

test('what is here already comes at once where it is wanted too, also twice in one folder', async (t) => {
  const { people, room, all } = await family(t, 'Ana', 'Ben')
  const [ana, ben] = all as [PersonDaemon, PersonDaemon]
  const from = join(people.folder, 'Twins')
  await mkdir(from)
  for (const name of ['One.bin', 'Two.bin']) await writeFile(join(from, name), FILE)
  const alone = await ana.call('offerFiles', { id: room, paths: [join(from, 'One.bin')] })
  const first = await gets(ben, room, alone.id)
  const both = await ana.call('offerFiles', { id: room, paths: [from] })
  const folder = await gets(ben, room, both.id)
  assert.ok(folder.endsWith('/Twins'))
  for (const name of ['One.bin', 'Two.bin'])
    assert.deepEqual(await readFile(join(folder, name)), Buffer.from(FILE))
  // Asked for again where it lies, it lies there.
  assert.equal(await gets(ben, room, alone.id), first)
  // Somebody who tidied up gets it anew.
  await rm(first)
  const anew = await ana.call('offerFiles', { id: room, paths: [join(from, 'Two.bin')] })
  assert.deepEqual(await readFile(await gets(ben, room, anew.id)), Buffer.from(FILE))
})

test('what somebody offers is found and looked around in by the others, and gone when it is taken back', async (t) => {
  const { people, circle, room, all } = await family(t, 'Ana', 'Ben')
  const [ana, ben] = all as [PersonDaemon, PersonDaemon]
  const wish = await ben.patiently('addWish', { words: 'nest', in: 'circles' })
  const at = join(people.folder, 'Nest of a goose.bin')
  await writeFile(at, FILE)
  const { id } = await ana.call('offerFiles', { id: room, paths: [at] })
  const found = await ben.until('Ben finds it', async () => {
    const { entries } = await ben.patiently('searchOthers', { in: 'circles', words: 'goose' })
    return entries[0]
  })
  assert.deepEqual(
    [found.name, found.holderCount, found.onlineCount, found.here],
    ['Nest of a goose.bin', 1, 1, false],
  )
  const { wishes } = await ben.patiently('wishes', {})
  assert.deepEqual(
    wishes.map((each) => [each.id, each.hits, each.unseen]),
    [[wish.id, 1, 1]],
  )
  const { files } = await ben.patiently('circleFiles', { id: circle })
  assert.deepEqual(
    files.map(({ name }) => name),
    ['Nest of a goose.bin'],
  )
  const { done } = await ben.patiently('getShared', {
    from: `circle:${circle}`,
    contents: [{ content: found.content, path: found.name }],
  })
  await ben.until('it is here', async () => {
    const row = await ben.call('transfer', { id: done[0] ?? '' })
    return row.row.doneBytes === FILE.length
  })
  await ana.call('deleteMessage', { id: room, message: id })
  await ben.until('it is found no more', async () => {
    const { entries } = await ben.patiently('searchOthers', { in: 'circles', words: 'goose' })
    return entries.length === 0
  })
})

test('a library folder that is offered to a circle is looked around in by members, until it is for oneself again', async (t) => {
  const { people, circle, all } = await family(t, 'Ana', 'Ben')
  const [ana, ben] = all as [PersonDaemon, PersonDaemon]
  const folder = join(people.folder, 'Music')
  await mkdir(join(folder, 'Live'), { recursive: true })
  await writeFile(join(folder, 'Live', 'One.bin'), FILE)
  const { id } = await ana.call('addLibraryFolder', { path: folder })
  const audience = `circle:${circle}`
  await assert.rejects(ana.call('changeFolderAudience', { id, audience }), { code: 'REVIEW_NEEDED' })
  const review = await ana.call('startReview', { folder: id, only: 'all', audience: 'link' })
  await ana.until(
    'it was looked at',
    async () => (await ana.call('review', { id: review.id })).state === 'done',
  )
  await ana.call('changeFolderAudience', { id, audience, review: review.id })
  const person = (await ben.circle()).people.find(({ name }) => name === 'Ana')?.person ?? assert.fail()
  const looks = (path: string) => ben.patiently('circleFiles', { id: circle, person, path })
  await ben.until('Ben sees the folder', async () => (await looks('')).folders[0]?.name === 'Music')
  assert.deepEqual(
    (await looks('Music/Live')).files.map(({ name }) => name),
    ['One.bin'],
  )
  await ana.call('changeFolderAudience', { id, audience: 'me' })
  await ben.until('it is gone', async () => (await looks('')).folders.length === 0)
})

test('a circle that asks for copies has them by itself, and one who gave no room keeps none', async (t) => {
  const { people, circle, room, all } = await family(t, 'Ana', 'Ben', 'Eve')
  const [ana, ben, eve] = all as [PersonDaemon, PersonDaemon, PersonDaemon]
  await ana.call('changeCircle', { id: circle, keepCopies: 2 })
  await ben.patiently('changeCircle', { id: circle, keepSpaceBytes: 50_000_000 })
  const at = join(people.folder, 'Nest.bin')
  await writeFile(at, FILE)
  await ana.call('offerFiles', { id: room, paths: [at] })
  const kept = await ben.until('Ben keeps it', async () => {
    const { keptBytes } = await ben.circle()
    return keptBytes > 0 ? keptBytes : undefined
  })
  assert.equal(kept, FILE.length)
  assert.equal((await eve.circle()).keptBytes, 0)
  await eve.until('Eve sees two who have it', async () => {
    const { entries } = await eve.patiently('searchOthers', { in: 'circles', words: 'nest' })
    return entries[0]?.holderCount === 2
  })
  await ana.stop()
  const { id } =
    (await eve.patiently('messages', { id: room, limit: 200 })).messages.find(({ file }) => file !== null) ??
    assert.fail()
  assert.deepEqual(await readFile(await gets(eve, room, id)), Buffer.from(FILE))
})

test('a picture in a conversation is seen small where it is, made anew, and not before it is there', async (t) => {
  const { people, room, all } = await family(t, 'Ana', 'Ben')
  const [ana, ben] = all as [PersonDaemon, PersonDaemon]
  const at = join(people.folder, 'Goose.png')
  await writeFile(at, png(900, 600))
  const { id, file } = await ana.call('offerFiles', { id: room, paths: [at] })
  assert.equal(file?.preview, true)
  const seen = async ({ daemon, stateFolder }: PersonDaemon) => {
    const token = (await readFile(join(stateFolder, 'api-token'), 'utf8')).trim()
    const address = `/api/v1/conversations/${encodeURIComponent(room)}/messages/${id}/preview`
    const answer = await fetch(new URL(address, daemon.url), {
      headers: { authorization: `Bearer ${token}` },
    })
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) }
  }
  const mine = await seen(ana)
  assert.deepEqual([mine.status, mine.bytes.subarray(0, 2).toString('hex')], [200, 'ffd8'])
  assert.equal(mine.bytes.includes('Secret'), false)
  await ben.until('Ben sees the message', () => cardOf(ben, room, id))
  assert.equal((await seen(ben)).status, 404)
  await gets(ben, room, id)
  assert.deepEqual((await seen(ben)).bytes, mine.bytes)
})

test('what is sent to a person moves after their yes, and to nobody else', async (t) => {
  const people = await People.make(t)
  const [ana, ben] = (await people.startAll('Ana', 'Ben')) as [PersonDaemon, PersonDaemon]
  for (const person of [ana, ben]) await person.patiently('changeMe', { name: person.name })
  const { link } = await ana.patiently('contactLink', {})
  await ben.patiently('addContact', { link })
  const contact = await ana.until('Ana knows Ben', async () => {
    const known = (await ana.patiently('people', {})).people
    return known.find(({ contact }) => contact)
  })
  const at = join(people.folder, 'Letter.bin')
  await writeFile(at, FILE)
  await ana.until('it is sent', () =>
    ana.call('send', { to: `person:${contact.id}`, paths: [at] }).catch((error: unknown) => {
      if ((error as { code?: string }).code === 'PERSON_UNKNOWN') return undefined
      throw error
    }),
  )
  const offer = await ben.until('Ben sees it', async () => {
    const { offers } = await ben.patiently('sendOffers', {})
    return offers.find(({ direction, state }) => direction === 'in' && state === 'waiting')
  })
  assert.deepEqual(
    offer.items.map(({ name }) => name),
    ['Letter.bin'],
  )
  await ben.call('acceptOffer', { id: offer.id })
  const done = await ben.until('Ben has it', async () => {
    const { offers } = await ben.patiently('sendOffers', {})
    return offers.find(({ id, state }) => id === offer.id && state === 'done')
  })
  assert.deepEqual(await readFile(done.saved[0] ?? assert.fail()), Buffer.from(FILE))
})
