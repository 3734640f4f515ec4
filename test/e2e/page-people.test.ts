// People in the page, with real daemons that find one another by an invite and speak over real links: a circle is made, joined, talked
// in, and left behind; each in a browser of its own.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { needs } from '../doubles/require-program.ts'
import { axe, openBrowser, openPageOf, PageDaemon } from './page.ts'
import { composer, joinBy, makeCircle, message, PATIENCE, say, toRoom, two } from './two-pages.ts'

const FILE_BYTES = 3_000_000

test('two people make a circle, talk in it, and one is removed from it', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const [ana, ben] = await two(t)
  const link = await makeCircle(ana.page, 'Band', 'Ana')
  await joinBy(ben.page, link, 'Ben')
  // A first word is proposed, and said by nobody but Ben.
  assert.equal(await composer(ben.page).inputValue(), 'Hello!')
  await ben.page.keyboard.press('Enter')

  await toRoom(ana.page)
  await message(ana.page, 'Hello!').waitFor(PATIENCE)
  await message(ben.page, 'Hello!').getByText('Delivered').waitFor(PATIENCE)
  await ana.page.getByRole('complementary').getByRole('link', { name: 'Ben' }).waitFor(PATIENCE)
  await composer(ana.page).pressSequentially('Welcome @b')
  await ana.page.getByRole('option', { name: 'Ben' }).waitFor()
  await ana.page.keyboard.press('Enter')
  await ana.page.keyboard.press('Enter')
  await ben.page.locator('.message-mentions').filter({ hasText: 'Welcome @Ben' }).waitFor(PATIENCE)

  // Answered, reacted to, changed and taken back, each seen by the other.
  await message(ben.page, 'Welcome @Ben').focus()
  await ben.page.keyboard.press('Enter')
  await ben.page.getByRole('menuitem', { name: 'Answer' }).click()
  await say(ben.page, 'Glad to be here')
  await message(ana.page, 'Glad to be here').getByText('Welcome @Ben').waitFor(PATIENCE)
  await message(ana.page, 'Glad to be here').focus()
  await ana.page.keyboard.press('Enter')
  await ana.page.getByRole('menuitem', { name: /Good$/ }).click()
  await ben.page.getByRole('button', { name: /👍 1: Ana/ }).waitFor(PATIENCE)
  await message(ben.page, 'Glad to be here').focus()
  await ben.page.keyboard.press('Enter')
  await ben.page.getByRole('menuitem', { name: 'Change' }).click()
  await say(ben.page, 'So glad to be here')
  await message(ana.page, 'So glad to be here').getByText('(changed)').waitFor(PATIENCE)

  // Read elsewhere, it is counted, in the navigation and in the title.
  await ana.page.getByRole('link', { name: 'Transfers' }).click()
  await say(ben.page, 'Are you there?')
  await ana.page.getByRole('link', { name: /^People 1/ }).waitFor(PATIENCE)
  assert.match(await ana.page.title(), /^\(1\)/)
  await toRoom(ana.page)
  await message(ana.page, 'Are you there?').waitFor(PATIENCE)
  await until('it is read', async () => !/^\(/.test(await ana.page.title()), { deadlineMs: 30_000 })
  assert.deepEqual(await axe(ana.page), [])

  await ana.page.getByRole('button', { name: 'What to do with Ben' }).click()
  await ana.page.getByRole('menuitem', { name: 'Remove from the circle' }).click()
  await ana.page
    .getByText(/^Ben is removed from Band/)
    .first()
    .waitFor()
  await ana.page.getByRole('button', { name: 'Dismiss' }).first().click()
  await ana.page
    .getByRole('button', { name: 'What to do with Ben' })
    .waitFor({ state: 'detached', ...PATIENCE })
  // Ben is told, where he is and of the circle as a whole; the others see what happened.
  await ben.page.getByText('You were removed from this circle.').waitFor(PATIENCE)
  assert.equal(await composer(ben.page).count(), 0)
  await message(ana.page, 'Ben was removed.').waitFor(PATIENCE)
  await ben.page.getByRole('link', { name: 'Band', exact: true }).first().click()
  await ben.page.getByText('You were removed from this circle.').waitFor(PATIENCE)
  assert.deepEqual(await axe(ben.page), [])
  await say(ana.page, 'Only among us')
  await message(ana.page, 'Only among us').getByText('Only on this device').waitFor(PATIENCE)
  const room = decodeURIComponent(new URL(ana.page.url()).hash.replace(/^#\/people\/([^?]*).*$/, '$1'))
  const { messages } = await ben.daemon.call('messages', { id: room })
  assert.deepEqual(
    messages.filter(({ text }) => text === 'Only among us'),
    [],
  )
  assert.deepEqual([ana.troubles, ben.troubles], [[], []])
})

test('a file is offered in a room, taken, and is the same there', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const [ana, ben] = await two(t)
  const link = await makeCircle(ana.page, 'Band', 'Ana')
  await joinBy(ben.page, link, 'Ben')
  await toRoom(ana.page)
  const folder = join(ana.daemon.home, 'Music')
  mkdirSync(folder, { recursive: true })
  const bytes = randomBytes(FILE_BYTES)
  writeFileSync(join(folder, 'rain.bin'), bytes)

  await ana.page.getByRole('button', { name: 'Offer a file or folder…' }).click()
  await ana.page.getByLabel('Path').fill(join(folder, 'rain.bin'))
  await ana.page.keyboard.press('Enter')
  await ana.page.getByRole('button', { name: 'Offer 1 file in General', disabled: false }).click()
  await ana.page.getByRole('article', { name: 'File: rain.bin' }).waitFor(PATIENCE)

  const card = ben.page.getByRole('article', { name: 'File: rain.bin' })
  await card.getByText(/from Ana/).waitFor(PATIENCE)
  await card.getByRole('button', { name: 'Get rain.bin' }).click()
  await card.getByText(/^Here\./).waitFor(PATIENCE)
  const saved = await until('it is saved', async () => {
    const { transfers } = await ben.daemon.call('listTransfers', {})
    const row = transfers.find(({ finishedAt }) => finishedAt !== null)
    return row?.path
  })
  assert.deepEqual(readFileSync(saved), bytes)
  assert.deepEqual([ana.troubles, ben.troubles], [[], []])
})

test('what is said while the circle changes its keys is sent by itself, once', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const daemon = await PageDaemon.start(t)
  const { page, troubles } = await openPageOf(await openBrowser(t), daemon)
  await makeCircle(page, 'Band', 'Ana')
  await toRoom(page)
  let refused = 0
  await page.route('**/messages', async (route) => {
    if (route.request().method() !== 'POST' || ++refused > 2) return await route.continue()
    const error = { code: 'KEYS_COMING', message: 'The circle is changing its keys.', retry: true }
    await route.fulfill({ status: 409, json: { error } })
  })
  await say(page, 'A moment')
  await page.getByText(/^The circle is changing its keys, since somebody was removed\./).waitFor(PATIENCE)
  await message(page, 'A moment').waitFor(PATIENCE)
  assert.equal(await message(page, 'A moment').count(), 1)
  assert.equal(await composer(page).inputValue(), '')
  assert.equal(refused, 3)

  // Stopped, it is in the field again.
  refused = Number.NEGATIVE_INFINITY
  await say(page, 'Another one')
  await page.getByText(/^The circle is changing its keys, since/).waitFor(PATIENCE)
  await page.keyboard.press('Escape')
  await page.getByText('The circle is changing its keys.', { exact: false }).first().waitFor(PATIENCE)
  await page.getByText(/^The circle is changing its keys, since/).waitFor({ state: 'detached', ...PATIENCE })
  assert.equal(await composer(page).inputValue(), 'Another one')
  assert.equal(await message(page, 'Another one').count(), 0)
  assert.deepEqual(troubles, [])
})
