import assert from 'node:assert/strict'
import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { MarkedThings } from '../../../test/doubles/private-things.ts'
import { SystemClock } from '../../platform/clock.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { NodeDisk } from '../../platform/disk.ts'
import { SystemRandom } from '../../platform/random.ts'
import { lookedAt } from './gate.ts'
import { type AnsweredFile, holds, type KeptAnswer, NOTHING_REMEMBERED } from './remembered-answers.ts'
import type { Review } from './review.ts'
import { Reviews } from './reviews.ts'
import { subjectOfPath } from './subject.ts'

class Scene {
  readonly folder: string
  readonly stateFolder: string
  readonly things = new MarkedThings()
  readonly disk = new NodeDisk()
  remembered = NOTHING_REMEMBERED
  readonly clock = new SystemClock()
  reviews: Reviews

  constructor(folder: string) {
    this.folder = path.join(folder, 'own')
    this.stateFolder = path.join(folder, 'state')
    this.reviews = this.open()
  }

  open(): Reviews {
    const { disk, things, clock } = this
    return new Reviews({
      disk,
      things,
      clock,
      digest: new SystemDigest(),
      random: new SystemRandom(),
      remembered: {
        of: (file, audience) => this.remembered.of(file, audience),
        keep: (answers, audience) => this.remembered.keep(answers, audience),
      },
      wallMs: () => clock.wallMs(),
    })
  }

  static async make(t: TestContext, files: Readonly<Record<string, string>>): Promise<Scene> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'shoal-review-'))
    const scene = new Scene(folder)
    t.after(async () => {
      await scene.reviews.close()
      await rm(folder, { recursive: true, force: true })
    })
    await mkdir(scene.stateFolder, { recursive: true })
    for (const [name, text] of Object.entries(files)) await scene.write(name, text)
    return scene
  }

  async write(name: string, text: string): Promise<void> {
    const at = path.join(this.folder, name)
    await mkdir(path.dirname(at), { recursive: true })
    await writeFile(at, text)
  }

  subject(audience: 'link' | 'everyone' = 'everyone', exclude: readonly string[] = []) {
    const wish = { path: this.folder, exclude, dataFolder: undefined, audience }
    return subjectOfPath(wish, this.disk, { digest: new SystemDigest(), stateFolder: this.stateFolder })
  }

  async look(audience: 'link' | 'everyone' = 'everyone', allow: readonly string[] = []): Promise<Review> {
    return await this.reviews.look(await this.subject(audience), allow, new AbortController().signal)
  }

  pass(review: Review, audience: 'link' | 'everyone' = 'everyone') {
    return lookedAt(review, audience, this)
  }
}

const THREE = {
  'a.txt': 'fine',
  'b/key': 'PRIVATE private-key\n',
  'b/tax.txt': 'PRIVATE tax\nPRIVATE medical\n',
}

test('it counts what would be seen, by kind, and names what is left out', async (t) => {
  const scene = await Scene.make(t, { 'one.jpg': 'x', 'two.jpg': 'xx', 'c/three.mp4': 'xxx' })
  await symlink('/etc/passwd', path.join(scene.folder, 'link'))
  const told = (await scene.look()).told(0)
  assert.equal(told.state, 'done')
  assert.deepEqual([told.fileCount, told.totalBytes, told.scannedFiles, told.open], [3, 6, 3, 0])
  assert.deepEqual(
    told.kinds.map(({ count, totalBytes }) => [count, totalBytes]),
    [
      [2, 3],
      [1, 3],
    ],
  )
  assert.deepEqual(told.leftOut, ['link'])
  assert.deepEqual(told.examples.toSorted(), ['one.jpg', 'three.mp4', 'two.jpg'])
})

test('findings come in the order found, each once to who asks on from where it was', async (t) => {
  const scene = await Scene.make(t, THREE)
  const review = await scene.look()
  const first = review.told(0)
  assert.deepEqual(
    first.findings.map(({ class: kind, path: below, suggested }) => [kind, below.join('/'), suggested]),
    [
      ['private-key', 'b/key', 'leave-out'],
      ['tax', 'b/tax.txt', 'share'],
      ['medical', 'b/tax.txt', 'share'],
    ],
  )
  assert.deepEqual(review.told(first.next).findings, [])
  assert.equal(review.told(first.next).next, first.next)
  assert.equal(first.open, 3)
})

test('a file that no scan answered for is never taken for harmless', async (t) => {
  const scene = await Scene.make(t, THREE)
  scene.things.lost.add('b/key')
  const { findings, scannedFiles } = (await scene.look()).told(0)
  assert.equal(scannedFiles, 3)
  assert.deepEqual(
    findings.filter(({ class: kind }) => kind === 'unreadable').map(({ path: below }) => below.join('/')),
    ['b/key'],
  )
})

test('a finding has the same id at every look', async (t) => {
  const scene = await Scene.make(t, THREE)
  const ids = async () => (await scene.look()).told(0).findings.map(({ id }) => id)
  assert.deepEqual(await ids(), await ids())
})

test('nothing passes before everything was looked at, before it is answered, or for more people than it was', async (t) => {
  const scene = await Scene.make(t, THREE)
  const waiting = Promise.withResolvers<void>()
  scene.things.before = () => waiting.promise
  const review = scene.reviews.start(await scene.subject('link'))
  await assert.rejects(scene.pass(review, 'link'), { code: 'REVIEW_UNFINISHED' })
  await scene.reviews.answer({ id: review.id, answers: [{ class: 'private-key', answer: 'leave-out' }] })
  waiting.resolve()
  while (review.state !== 'done') await new Promise(setImmediate)
  await assert.rejects(
    scene.pass(review, 'link'),
    (error: Error & { data?: Record<string, unknown>; code?: string }) => {
      assert.equal(error.code, 'SHARE_NEEDS_ANSWER')
      assert.deepEqual(error.data, { count: 2, files: 'tax.txt', review: review.id })
      return true
    },
  )
  await review.answer([
    { class: 'tax', answer: 'share' },
    { class: 'medical', answer: 'share' },
  ])
  await assert.rejects(scene.pass(review, 'everyone'), { code: 'REVIEW_NEEDED' })
  const looked = await scene.pass(review, 'link')
  assert.deepEqual(
    looked.source.files.map(({ components }) => components.join('/')),
    ['a.txt', 'b/tax.txt'],
  )
})

test('a file that changed after it was looked at does not pass, and is looked at and asked about again', async (t) => {
  const scene = await Scene.make(t, THREE)
  const review = await scene.look('everyone', ['b/*'])
  assert.equal(review.open, 0)
  await appendFile(path.join(scene.folder, 'b/tax.txt'), 'PRIVATE payroll\n')
  await assert.rejects(scene.pass(review), { code: 'FILE_CHANGED' })
  scene.things.scanned.length = 0
  await scene.reviews.lookAgain(review)
  assert.deepEqual(scene.things.scanned, ['b/tax.txt'], 'only that one')
  assert.deepEqual([...review.openFindings()].map(({ class: kind }) => kind).toSorted(), [
    'medical',
    'payroll',
    'tax',
  ])
  await assert.rejects(scene.pass(review), { code: 'SHARE_NEEDS_ANSWER' })
})

test('one that changes while it is looked at is looked at again, and one that never rests is said to be unreadable', async (t) => {
  const scene = await Scene.make(t, { 'a.txt': 'fine', 'log.txt': 'fine' })
  let once = true
  scene.things.before = async (file) => {
    if (file.components[0] === 'log.txt') await appendFile(file.path, 'more')
    if (file.components[0] !== 'a.txt' || !once) return
    once = false
    await writeFile(file.path, 'PRIVATE tax\n')
  }
  const review = await scene.look()
  assert.deepEqual(
    review.told(0).findings.map(({ class: kind, path: below }) => [kind, below.join('/')]),
    [
      ['tax', 'a.txt'],
      ['unreadable', 'log.txt'],
    ],
  )
})

test('one that goes while it is looked at is not shared', async (t) => {
  const scene = await Scene.make(t, { 'a.txt': 'fine', 'b.txt': 'fine' })
  scene.things.before = async (file) => {
    if (file.components[0] === 'a.txt') await unlink(path.join(scene.folder, 'b.txt'))
  }
  const review = await scene.look()
  assert.equal(review.told(0).sharedFiles, 1)
  assert.equal((await scene.pass(review)).source.files.length, 1)
})

test('findings may be allowed by id, by class and by a pattern of paths; what is not named stays open', async (t) => {
  const scene = await Scene.make(t, THREE)
  const [key] = (await scene.look()).told(0).findings
  const open = async (...allow: string[]) => (await scene.look('everyone', allow)).open
  assert.equal(await open(key?.id ?? ''), 2)
  assert.equal(await open('tax'), 2)
  assert.equal(await open('tax.txt'), 1)
  assert.equal(await open('b/**'), 0)
  assert.equal(await open('other', '*.jpg'), 3)
})

test('photos are shared as copies without their place, and where none can be made that answer is refused', async (t) => {
  const photo = 'PRIVATE photo-place\nPLACE here'
  const scene = await Scene.make(t, { 'p.jpg': photo, 'q.stays': photo, 'r.jpg': `${photo} BROKEN` })
  const review = await scene.look()
  const [, stays] = review.told(0).findings
  assert.deepEqual([stays?.suggested, stays?.data.placeStays], ['leave-out', true])
  await assert.rejects(review.answer([{ id: stays?.id ?? '', answer: 'without-place' }]), {
    code: 'PLACE_STAYS',
  })
  await review.answer([{ class: 'photo-place', answer: 'without-place' }])
  assert.equal(review.open, 1, 'the one that cannot is still asked about')
  await review.answer([{ id: stays?.id ?? '', answer: 'leave-out' }])
  await assert.rejects(scene.pass(review), { code: 'PLACE_STAYS' })
  await review.answer([{ path: ['r.jpg'], answer: 'leave-out' }])
  const looked = await scene.pass(review)
  const [copy] = looked.source.files
  assert.ok(copy?.path.startsWith(path.join(scene.stateFolder, 'without-place')))
  assert.equal(
    await readFile(copy?.path ?? '', 'utf8'),
    'PRIVATE photo-\n here'.replace('photo-', 'photo-place'),
  )
  assert.equal(copy?.lengthBytes, 25)
  assert.equal(
    await readFile(path.join(scene.folder, 'p.jpg'), 'utf8'),
    photo,
    'the photo itself is untouched',
  )
})

test('an answer is remembered for the unchanged file, and one for people with the link does not hold for everyone', async (t) => {
  const scene = await Scene.make(t, THREE)
  const kept: (KeptAnswer & { audience: 'link' | 'everyone' })[] = []
  const key = ({ path: at, lengthBytes, modifiedMs }: AnsweredFile) =>
    JSON.stringify([at, lengthBytes, modifiedMs])
  scene.remembered = {
    of: async (file, audience) =>
      new Map(
        kept
          .filter((one) => key(one.file) === key(file) && one.answer !== null)
          .filter((one) => holds(one.answer ?? 'share', one.audience, audience))
          .map((one) => [one.class, one.answer ?? 'share'] as const),
      ),
    keep: async (answers, audience) => void kept.push(...answers.map((answer) => ({ ...answer, audience }))),
  }
  const first = await scene.look('link')
  await first.answer([
    { class: 'private-key', answer: 'leave-out' },
    { class: 'tax', answer: 'share' },
    { class: 'medical', answer: 'share' },
  ])
  assert.equal((await scene.look('link')).open, 0)
  const wide = await scene.look('everyone')
  assert.deepEqual(
    [...wide.openFindings()].map(({ class: kind }) => kind),
    ['tax', 'medical'],
  )
  await appendFile(path.join(scene.folder, 'b/key'), 'more')
  assert.equal((await scene.look('link')).open, 1, 'a changed file is asked about again')
})

test('of looks that nobody ends there are never more than sixteen, and those of waiting shares make way', async (t) => {
  const scene = await Scene.make(t, THREE)
  for (let at = 0; at < 20; at++) await scene.look()
  const begun: Review[] = []
  for (let at = 0; at < 16; at++) begun.push(scene.reviews.start(await scene.subject()))
  const subject = await scene.subject()
  assert.throws(() => scene.reviews.start(subject), { code: 'REVIEWS_TOO_MANY' })
  for (const { id } of begun) assert.equal(scene.reviews.get(id).id, id)
  await scene.reviews.end(begun[0]?.id ?? '')
  assert.throws(() => scene.reviews.get(begun[0]?.id ?? ''), { code: 'REVIEW_UNKNOWN' })
  assert.ok(scene.reviews.start(subject))
})

test('a look that is ended reads nothing more', async (t) => {
  const scene = await Scene.make(t, THREE)
  const review = scene.reviews.start(await scene.subject())
  const begun = Promise.withResolvers<void>()
  scene.things.before = () => begun.resolve()
  await begun.promise
  await scene.reviews.end(review.id)
  const { length } = scene.things.scanned
  await new Promise(setImmediate)
  assert.equal(scene.things.scanned.length, length)
})
