// What a newcomer does first, from an empty state and by keyboard only, with real bytes between real programs
// (INTERFACE.md A9). What counts as a step is said in keyboard-steps.ts.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { needs } from '../doubles/require-program.ts'
import { CommandLine } from './command-line.ts'
import { KeyboardSteps } from './keyboard-steps.ts'
import { type OpenedPage, openBrowser, openPageOf, PageDaemon } from './page.ts'

const FILM_BYTES = 3_000_000

interface Newcomer extends OpenedPage {
  readonly daemon: PageDaemon
  readonly keys: KeyboardSteps
}

async function newcomer(t: TestContext): Promise<Newcomer> {
  const daemon = await PageDaemon.start(t)
  const opened = await openPageOf(await openBrowser(t), daemon)
  await opened.page.getByRole('heading', { name: 'Shoal is running. Nothing is shared.' }).waitFor()
  return { ...opened, daemon, keys: new KeyboardSteps(opened.page) }
}

function film(folder: string): { readonly path: string; readonly bytes: Buffer } {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'film.mp4')
  const bytes = randomBytes(FILM_BYTES)
  writeFileSync(path, bytes)
  return { path, bytes }
}

/** By keyboard, as in the second task; answers with the link. */
async function shareByKeys({ page, keys }: Newcomer, path: string): Promise<string> {
  await keys.reach(/^Share something/)
  await keys.press('Enter')
  await page.getByRole('dialog').waitFor()
  await keys.type(path)
  await keys.press('Enter')
  await keys.given(/^Share 1 file with people who have the link$/)
  await keys.press('Enter')
  const link = page.getByRole('dialog').getByLabel('Link', { exact: true })
  await link.waitFor()
  return await link.inputValue()
}

test('a link is got in at most three steps', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const shell = new CommandLine()
  t.after(() => shell.close())
  const { path, bytes } = film(shell.place())
  const { link } = await shell.sharing(path)
  const { daemon, keys, page, troubles } = await newcomer(t)

  await keys.paste(link)
  await keys.given(/^Get/)
  await keys.press('Enter')

  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const done = await until('it has arrived', async () => {
    const [row] = (await daemon.call('listTransfers', {})).transfers
    return (
      row !== undefined &&
      row.totalBytes > 0 &&
      row.doneBytes === row.totalBytes &&
      row.finishedAt !== null &&
      row
    )
  })
  assert.deepEqual(readFileSync(done.path), bytes)
  assert.ok(keys.count <= 3, `${keys.count} steps: ${keys.taken.join(', ')}`)
  assert.deepEqual(troubles, [])
})

test('something is shared with a link in at most four steps', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const shell = new CommandLine()
  t.after(() => shell.close())
  const visitor = await newcomer(t)
  const { path, bytes } = film(join(visitor.daemon.home, 'Videos'))

  const link = await shareByKeys(visitor, path)

  const into = shell.place()
  const { code } = await shell.get(shell.place('state'), link, '-o', into).ended()
  assert.equal(code, 0)
  assert.deepEqual(readFileSync(join(into, 'film.mp4')), bytes)
  const { keys, troubles } = visitor
  assert.ok(keys.count <= 4, `${keys.count} steps: ${keys.taken.join(', ')}`)
  assert.deepEqual(troubles, [])
})

test('all sharing is stopped in at most two steps, and then nothing is given any more', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const shell = new CommandLine()
  t.after(() => shell.close())
  const visitor = await newcomer(t)
  const { daemon, page, troubles } = visitor
  const { path } = film(join(daemon.home, 'Videos'))
  const link = await shareByKeys(visitor, path)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  const keys = new KeyboardSteps(page)
  await keys.reach(/^Pause all/)
  await keys.press('Enter')
  await page.getByRole('menu').waitFor()
  await keys.reach(/^Stop all sharing/, 'ArrowDown')
  await keys.press('Enter')

  await page
    .getByText(/^Stopped sharing film\.mp4/)
    .first()
    .waitFor()
  assert.deepEqual((await daemon.call('listShares', {})).shares, [])
  const { code, last } = await shell
    .get(shell.place('state'), link, '-o', shell.place(), '--timeout', '3s')
    .ended()
  assert.equal(code, 1)
  assert.equal(last.error?.code, 'NO_SOURCES')
  assert.ok(keys.count <= 2, `${keys.count} steps: ${keys.taken.join(', ')}`)
  assert.deepEqual(troubles, [])
})

test('a circle is joined by an invite and hello is said in at most four steps', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const ana = await PageDaemon.start(t)
  const circle = await ana.call('newCircle', { name: 'Band', myName: 'Ana' })
  const { link } = await ana.call('newInvite', { id: circle.id })
  const { keys, page, troubles } = await newcomer(t)

  await keys.paste(link ?? '')
  await keys.given(/ call you\?$/)
  await keys.type('Ben')
  await keys.press('Enter')
  await keys.given(/^Message$/)
  await keys.press('Enter')

  await page.getByRole('article').filter({ hasText: 'Hello!' }).waitFor()
  const room = `room:${circle.id}:${circle.rooms[0]?.id}`
  await until(
    'Ana hears it',
    async () => {
      const { messages } = await ana.call('messages', { id: room })
      return messages.some(({ text, authorName }) => text === 'Hello!' && authorName === 'Ben')
    },
    { deadlineMs: 60_000 },
  )
  assert.ok(keys.count <= 4, `${keys.count} steps: ${keys.taken.join(', ')}`)
  assert.deepEqual(troubles, [])
})

test('a file is sent to somebody nearby in at most four steps, and arrives when they accept', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const visitor = await newcomer(t)
  const { daemon, keys, page, troubles } = visitor
  const ben = await PageDaemon.start(t)
  await ben.call('changeMe', { name: 'Ben' })
  // On one loopback nobody is heard by multicast: they know each other already, which is one way of being near.
  const { link } = await ben.call('contactLink', {})
  await daemon.call('addContact', { link })
  const { path, bytes } = film(join(daemon.home, 'Videos'))
  await page.getByRole('button', { name: 'Send files to Ben' }).waitFor({ timeout: 60_000 })

  await keys.reach(/^Send files to Ben$/)
  await keys.press('Enter')
  await page.getByRole('dialog').waitFor()
  await keys.type(path)
  await keys.press('Enter')
  await keys.given(/^Send 1 file to Ben$/)
  await keys.press('Enter')

  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const offer = await until(
    'Ben is asked',
    async () => {
      const { offers } = await ben.call('sendOffers', {})
      return offers.find(({ direction, state }) => direction === 'in' && state === 'waiting')
    },
    { deadlineMs: 60_000 },
  )
  assert.deepEqual(
    offer.items.map(({ name, lengthBytes }) => [name, lengthBytes]),
    [['film.mp4', FILM_BYTES]],
  )
  assert.ok(keys.count <= 4, `${keys.count} steps: ${keys.taken.join(', ')}`)
  await ben.call('acceptOffer', { id: offer.id })
  const saved = await until(
    'it has arrived',
    async () => {
      const { offers } = await ben.call('sendOffers', {})
      const now = offers.find(({ id }) => id === offer.id)
      return now?.state === 'done' && now.saved[0]
    },
    { deadlineMs: 60_000 },
  )
  assert.deepEqual(readFileSync(saved), bytes)
  assert.deepEqual(troubles, [])
})
