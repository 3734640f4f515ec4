import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ANA,
  BAND,
  PHONE,
  sampleCircle,
  sampleMe,
  sampleNearby,
  sampleOffer,
  samplePerson,
} from '../../../test/doubles/sample-people.ts'
import { servedCommands } from '../../../test/doubles/served-command.ts'
import type { SendOffer } from '../../api/schemas/people.ts'
import type { Review } from '../../api/schemas/review.ts'

const WHO = {
  people: () => ({ people: [samplePerson()] }),
  circles: () => ({ circles: [sampleCircle()], joining: [] }),
  nearby: () => ({ devices: [sampleNearby()] }),
  me: () => sampleMe(),
}

const LOOKED: Review = {
  id: 'r1',
  state: 'done',
  problem: null,
  path: '/home/a/film.mp4',
  name: 'film.mp4',
  folder: null,
  fileCount: 1,
  totalBytes: 1,
  scannedFiles: 1,
  kinds: [],
  examples: [],
  leftOut: [],
  findings: [],
  next: 0,
  byClass: [],
  open: 0,
  sharedFiles: 1,
  sharedBytes: 1,
}
const LOOK = { startReview: () => LOOKED, review: () => LOOKED, endReview: () => ({}) }

test('a file is offered to a person after the look, and followed until they have it', async (t) => {
  const states: Partial<SendOffer>[] = [
    { state: 'accepted', doneBytes: 2_100_000_000, bytesPerSecond: 10_000_000 },
    { state: 'done', doneBytes: 4_200_000_000 },
  ]
  const { run, heard } = await servedCommands(t, {
    ...WHO,
    ...LOOK,
    send: () => ({ offers: [sampleOffer()], message: null }),
    sendOffers: () => ({ offers: [sampleOffer(states.shift())] }),
  })
  const { code, out } = await run(['send', 'ana', 'film.mp4', '--text', 'for you'])
  assert.equal(code, 0)
  assert.deepEqual(heard.find(({ name }) => name === 'send')?.input, {
    to: `person:${ANA}`,
    paths: ['/home/a/film.mp4'],
    text: 'for you',
    review: 'r1',
  })
  assert.match(out, /Offered to Ana: film\.mp4 \(4\.2 GB\)/)
  assert.match(out, /film\.mp4: Ana has it/)
})

test('who did not take it is said, and the command failed', async (t) => {
  const { run } = await servedCommands(t, {
    ...WHO,
    ...LOOK,
    send: () => ({ offers: [sampleOffer()], message: null }),
    sendOffers: () => ({ offers: [sampleOffer({ state: 'declined' })] }),
  })
  const { code, objects } = await run(['send', `device:${PHONE}`, 'film.mp4', '--json'])
  assert.equal(code, 1)
  assert.equal(objects.at(-1)?.state, 'declined')
})

test('a circle gets it in its room, and a share to a circle is the same', async (t) => {
  const { run, heard } = await servedCommands(t, {
    ...WHO,
    ...LOOK,
    send: () => ({ offers: [], message: 'e'.repeat(64) }),
  })
  assert.match((await run(['send', 'Band', 'film.mp4'])).out, /Offered in Band/)
  assert.match((await run(['share', 'film.mp4', '--to', 'band'])).out, /Offered in Band/)
  const sent = heard.filter(({ name }) => name === 'send').map(({ input }) => (input as { to: string }).to)
  assert.deepEqual(sent, [`circle:${BAND}`, `circle:${BAND}`])
  const listed = await run(['share', 'film.mp4', '--to', 'band', '--web'])
  assert.equal(listed.error?.code, 'OPTION_CONFLICT')
})

test('what was sent to me waits for my yes', async (t) => {
  const waiting = sampleOffer({ direction: 'in', state: 'waiting' })
  const { run, heard } = await servedCommands(t, {
    sendOffers: () => ({ offers: [waiting] }),
    acceptOffer: () => ({ ...waiting, state: 'done', saved: ['/got/film.mp4'], askAlways: true }),
    declineOffer: () => ({ ...waiting, state: 'declined' }),
  })
  assert.match((await run(['send'])).out, /abababab {2}film\.mp4 \(4\.2 GB\) from Ana: waits for your yes/)
  const { out, err } = await run(['send', '--accept', 'ana', '-o', 'got', '--no-wait'])
  assert.deepEqual(heard.at(-1)?.input, { id: waiting.id, saveFolder: '/home/a/got' })
  assert.match(out, /here, \/got\/film\.mp4/)
  assert.match(err, /shoal me accept k3wqk3wq 2G/)
  await run(['send', '--decline', 'abab'])
  assert.equal(heard.at(-1)?.name, 'declineOffer')
})

test('nothing is sent where the words are too few, or mean nobody', async (t) => {
  const { run } = await servedCommands(t, WHO)
  assert.equal((await run(['send', 'Ana'])).error?.code, 'OPERAND_MISSING')
  const { error, code } = await run(['send', 'Dora', 'x'])
  assert.deepEqual([error?.code, code], ['NAME_FITS_NOTHING', 2])
})
