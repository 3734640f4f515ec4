// People in the page, with real daemons that find one another by an invite and speak over real links: a circle is made, joined, talked
// in, and left behind; each in a browser of its own.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from '../../lab/netns/until.ts'
import { needs } from '../doubles/require-program.ts'
import { axe, type OpenedPage, openBrowser, openPageOf, PageDaemon } from './page.ts'

/** Two daemons meet within a second or two; a busy computer takes longer. */
const PATIENCE = { timeout: 60_000 }
const FILE_BYTES = 3_000_000

interface Someone extends OpenedPage {
  readonly daemon: PageDaemon
}

async function two(t: TestContext): Promise<readonly [ana: Someone, ben: Someone]> {
  const browser = await openBrowser(t)
  const begin = async (): Promise<Someone> => {
    const daemon = await PageDaemon.start(t)
    return { daemon, ...(await openPageOf(browser, daemon)) }
  }
  return [await begin(), await begin()]
}

/** By the page, as a person does it. @returns the link */
async function makeCircle(page: Page, name: string, mine: string): Promise<string> {
  await page.getByRole('link', { name: /^People/ }).click()
  await page
    .getByText('Make a circle, or paste an invite. It needs no account and no server.')
    .waitFor(PATIENCE)
  await page.getByRole('button', { name: 'New circle' }).last().click()
  await page.getByLabel('What is it called?').fill(name)
  await page.getByLabel(`What should ${name} call you?`).fill(mine)
  await page.keyboard.press('Enter')
  const words = page.getByRole('dialog', { name: 'Your twelve words' })
  await words.getByRole('listitem').nth(11).waitFor(PATIENCE)
  await words.getByRole('button', { name: 'Later' }).click()
  await page.getByRole('link', { name: /^Settings.*not written down/ }).waitFor()
  await page.getByRole('button', { name: 'Make an invite' }).click()
  const link = page.getByLabel('Invite link', { exact: true })
  await link.waitFor()
  return await link.inputValue()
}

async function joinBy(page: Page, link: string, mine: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.insertText(link)
  await page.getByText(/^A circle invite/).waitFor(PATIENCE)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('textbox').fill(mine)
  await page.keyboard.press('Enter')
  await composer(page).waitFor(PATIENCE)
}

async function toRoom(page: Page): Promise<void> {
  if ((await page.getByRole('navigation', { name: 'People and rooms' }).count()) === 0) {
    await page.getByRole('link', { name: /^People/ }).click()
  }
  await page
    .getByRole('navigation', { name: 'People and rooms' })
    .getByRole('link', { name: /^General/ })
    .click()
  await composer(page).waitFor(PATIENCE)
}

function composer(page: Page) {
  return page.getByRole('textbox', { name: 'Message' })
}

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await page.keyboard.press('Enter')
}

function message(page: Page, text: string) {
  return page.getByRole('article').filter({ hasText: text })
}

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
  await say(ana.page, 'Only among us')
  await message(ana.page, 'Only among us').getByText('Only on this device').waitFor(PATIENCE)
  const room = decodeURIComponent(new URL(ben.page.url()).hash.replace(/^#\/people\/([^?]*).*$/, '$1'))
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
