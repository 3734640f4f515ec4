// Files between two people and nobody else, with real daemons: dropped into their conversation, and a library folder for one of them.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { noise } from '../doubles/content-scene.ts'
import { People, type PersonDaemon } from '../doubles/people-daemons.ts'

const FILE = noise(5, 3_000_000)
/** Of names so long that 32 KiB do not hold them. */
const MANY = 240
const LONG =
  'and all of those who were with us on that day, from morning until late in the night, at the lake'

/** Each is a contact of the first. */
async function acquainted(t: TestContext, ...names: string[]) {
  const people = await People.make(t)
  const [ana, ...others] = await people.startAll(...names)
  assert.ok(ana !== undefined)
  for (const person of [ana, ...others]) await person.patiently('changeMe', { name: person.name })
  const { link } = await ana.patiently('contactLink', {})
  for (const other of others) await other.patiently('addContact', { link })
  const ids = await ana.until('Ana knows them', async () => {
    const { people: known } = await ana.patiently('people', {})
    const found = others.map(({ name }) => known.find((each) => each.contact && each.name === name)?.id)
    return found.every((id) => id !== undefined) ? (found as string[]) : undefined
  })
  const me = (await ana.patiently('me', {})).person ?? assert.fail()
  return { people, me, ids, all: [ana, ...others] }
}

async function cardOf(person: PersonDaemon, conversation: string, id?: string) {
  const { messages } = await person.patiently('messages', { id: conversation, limit: 200 })
  return messages.find((message) => message.file !== null && (id === undefined || message.id === id))
}

async function gets(person: PersonDaemon, conversation: string, id: string): Promise<string> {
  await person.patiently('getMessageFile', { id: conversation, message: id })
  const got = await person.until(`${person.name} has the file`, async () => {
    const card = (await cardOf(person, conversation, id))?.file
    return card?.state === 'got' ? card : undefined
  })
  return got.saved ?? assert.fail()
}

test('a file in a conversation of two is got by the other one, also by who was off when it was offered', async (t) => {
  const { people, me, ids, all } = await acquainted(t, 'Ana', 'Ben')
  const [ana, ben] = all as [PersonDaemon, PersonDaemon]
  const withBen = `direct:${ids[0]}`
  const withAna = `direct:${me}`
  const at = join(people.folder, 'Letter.bin')
  await writeFile(at, FILE)
  const { id, file } = await ana.patiently('offerFiles', { id: withBen, paths: [at], text: 'for you' })
  assert.deepEqual([file?.name, file?.state], ['Letter.bin', 'mine'])
  await ben.until('Ben sees it', () => cardOf(ben, withAna, id))
  assert.deepEqual(await readFile(await gets(ben, withAna, id)), Buffer.from(FILE))

  await ben.stop()
  const second = join(people.folder, 'Trip')
  await mkdir(join(second, 'Day 1'), { recursive: true })
  await writeFile(join(second, 'Day 1', 'Notes.txt'), 'rain')
  await writeFile(join(second, 'Plan.txt'), 'north')
  const trip = await ana.call('offerFiles', { id: withBen, paths: [second] })
  await ben.start()
  await ben.until('Ben sees it', () => cardOf(ben, withAna, trip.id))
  const folder = await gets(ben, withAna, trip.id)
  assert.equal(await readFile(join(folder.replace(/\/Trip.*$/, ''), 'Trip', 'Plan.txt'), 'utf8'), 'north')
})

test('several things at once take one look, in which each is under its own name, and are got under these', async (t) => {
  const { people, me, ids, all } = await acquainted(t, 'Ana', 'Ben')
  const [ana, ben] = all as [PersonDaemon, PersonDaemon]
  const [one, other] = [join(people.folder, 'one'), join(people.folder, 'other')]
  for (const folder of [one, other]) await mkdir(join(folder, 'Trip'), { recursive: true })
  await writeFile(join(one, 'Trip', 'Plan.txt'), 'north')
  await writeFile(join(other, 'Trip', 'Plan.txt'), 'south')
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  await writeFile(join(other, 'id_ed25519'), key)
  const paths = [join(one, 'Trip'), join(other, 'Trip'), join(other, 'id_ed25519')]
  const id = `direct:${ids[0]}`
  await assert.rejects(ana.patiently('offerFiles', { id, paths }), { code: 'SHARE_NEEDS_ANSWER' })
  const { id: review } = await ana.call('startReview', { paths, audience: 'link' })
  await ana.until('it was looked at', async () => (await ana.call('review', { id: review })).state === 'done')
  const { findings } = await ana.call('review', { id: review })
  assert.ok(findings.every(({ path }) => path.at(-1) === 'id_ed25519'))
  await ana.call('answerReview', { id: review, answers: [{ path: ['id_ed25519'], answer: 'leave-out' }] })
  const sent = await ana.call('offerFiles', { id, paths, review })
  assert.deepEqual([sent.file?.name, sent.file?.files], ['Trip + 2', 2])
  const withAna = `direct:${me}`
  await ben.until('Ben sees it', () => cardOf(ben, withAna, sent.id))
  const saved = await gets(ben, withAna, sent.id)
  const at = saved.slice(0, saved.indexOf('Trip + 2') + 'Trip + 2'.length)
  assert.equal(await readFile(join(at, 'Trip', 'Plan.txt'), 'utf8'), 'north')
  assert.equal(await readFile(join(at, 'Trip (2)', 'Plan.txt'), 'utf8'), 'south')
})

test('nothing is offered to who is blocked or not known', async (t) => {
  const { people, ids, all } = await acquainted(t, 'Ana', 'Ben')
  const [ana] = all as [PersonDaemon]
  const at = join(people.folder, 'Letter.bin')
  await writeFile(at, FILE)
  const offers = (person: string) => ana.patiently('offerFiles', { id: `direct:${person}`, paths: [at] })
  await assert.rejects(offers('a'.repeat(52)), { code: 'PERSON_UNKNOWN' })
  await ana.call('changePerson', { id: ids[0] as string, blocked: true })
  await ana.until('Ben is none to offer to', () =>
    offers(ids[0] as string).then(
      () => false,
      (error: { code?: string }) => error.code === 'PERSON_UNKNOWN',
    ),
  )
})

test('a library folder for one person is looked around in, found and got by them, and seen by nobody else', async (t) => {
  const { people, me, ids, all } = await acquainted(t, 'Ana', 'Ben', 'Eve')
  const [ana, ben, eve] = all as [PersonDaemon, PersonDaemon, PersonDaemon]
  const folder = join(people.folder, 'Music')
  await mkdir(join(folder, 'Live'), { recursive: true })
  await writeFile(join(folder, 'Live', 'Song of a goose.bin'), FILE)
  const { id } = await ana.call('addLibraryFolder', { path: folder })
  const audience = `person:${ids[0]}`
  const stranger = `person:${'a'.repeat(52)}`
  await assert.rejects(ana.call('changeFolderAudience', { id, audience: stranger }), {
    code: 'AUDIENCE_UNKNOWN',
  })
  const review = await ana.call('startReview', { folder: id, only: 'all', audience: 'link' })
  await ana.until(
    'it was looked at',
    async () => (await ana.call('review', { id: review.id })).state === 'done',
  )
  await ana.call('changeFolderAudience', { id, audience, review: review.id })
  const looks = (who: PersonDaemon, path = '') => who.patiently('personFiles', { id: me, path })
  await ben.until('Ben sees the folder', async () => (await looks(ben)).folders[0]?.name === 'Music')
  const [seen] = (await looks(ben, 'Music/Live')).files
  assert.deepEqual([seen?.name, seen?.holders[0]?.person, seen?.onlineCount], ['Song of a goose.bin', me, 1])
  const { entries } = await ben.patiently('searchOthers', { in: 'circles', words: 'goose' })
  assert.deepEqual(
    entries.map(({ name }) => name),
    ['Song of a goose.bin'],
  )
  const { folders } = await ana.call('seenBy', { audience })
  assert.deepEqual(
    folders.map(({ name }) => name),
    ['Music'],
  )
  const { done } = await ben.patiently('getShared', {
    from: `person:${me}`,
    contents: [{ content: seen?.content ?? '', path: 'Live/Song.bin' }],
  })
  await ben.until('it is here', async () => {
    const { row } = await ben.call('transfer', { id: done[0] ?? '' })
    return row.doneBytes === FILE.length
  })
  assert.deepEqual((await looks(eve)).folders, [])
  assert.equal((await eve.patiently('searchOthers', { in: 'circles', words: 'goose' })).total, 0)
  await ana.call('changeFolderAudience', { id, audience: 'me' })
  await ben.until('it is gone', async () => (await looks(ben)).folders.length === 0)
})

test('a folder of more files than a message holds is got whole, also over a restart, by its list first', async (t) => {
  const { people, me, ids, all } = await acquainted(t, 'Ana', 'Ben')
  const [ana, ben] = all as [PersonDaemon, PersonDaemon]
  const folder = join(people.folder, 'Photos')
  await mkdir(folder)
  for (let i = 0; i < MANY; i++) await writeFile(join(folder, `Photo ${i} ${LONG}.txt`), `picture ${i}`)
  const withAna = `direct:${me}`
  const { id, file } = await ana.patiently('offerFiles', { id: `direct:${ids[0]}`, paths: [folder] })
  assert.deepEqual([file?.files, file?.kind], [MANY, 'folder'])
  const lists = join(ana.stateFolder, 'offered-lists')
  assert.equal((await readdir(lists)).length, 1)
  // The list itself is in no catalogue.
  const { total } = await ana.call('seenBy', { audience: `person:${ids[0]}`, path: 'Photos' })
  assert.equal(total, MANY)
  assert.equal((await ana.call('seenBy', { audience: `person:${ids[0]}` })).rows.length, 0)
  await ben.until('Ben sees it', () => cardOf(ben, withAna, id))
  await ana.stop()
  const waiting = await ben.patiently('getMessageFile', { id: withAna, message: id })
  assert.equal(waiting.state, 'getting')
  await ben.stop()
  await ben.start()
  await ana.start()
  const saved = await ben.until('Ben has them', async () => {
    const card = (await cardOf(ben, withAna, id))?.file
    return card?.state === 'got' ? (card.saved ?? undefined) : undefined
  })
  const names = await readdir(saved)
  assert.equal(names.length, MANY)
  assert.equal(await readFile(join(saved, `Photo 239 ${LONG}.txt`), 'utf8'), 'picture 239')
  await ana.call('deleteMessage', { id: `direct:${ids[0]}`, message: id })
  assert.deepEqual(await readdir(lists), [])
})
