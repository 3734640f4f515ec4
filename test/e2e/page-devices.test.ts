// One person on several devices, in the page of each, with real daemons: the new one is taken in by its link, and put out; by the
// twelve words one is oneself on another computer.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { needs } from '../doubles/require-program.ts'
import { axe } from './page.ts'
import { composer, makeCircle, message, PATIENCE, say, toRoom, two } from './two-pages.ts'

async function toSettings(page: Page): Promise<void> {
  await page.getByRole('link', { name: /^Settings/ }).click()
  await page.getByText('My devices').waitFor(PATIENCE)
}

test('a second device is taken in by its link, has the circle and its messages, and is put out again', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const [desk, phone] = await two(t)
  await makeCircle(desk.page, 'Band', 'Ana')
  await toRoom(desk.page)
  await say(desk.page, 'Said before the phone was there')

  await toSettings(phone.page)
  await phone.page.getByRole('button', { name: 'Show this device’s link' }).click()
  const link = phone.page.getByLabel('Link of this device; it works once', { exact: true })
  await link.waitFor(PATIENCE)
  await toSettings(desk.page)
  await desk.page.getByRole('button', { name: 'Take in another device…' }).click()
  const dialog = desk.page.getByRole('dialog')
  await dialog.getByRole('textbox').fill(await link.inputValue())
  await desk.page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Take it in' }).waitFor(PATIENCE)
  assert.deepEqual(await axe(desk.page), [])
  await dialog.getByRole('button', { name: 'Take it in' }).click()
  await dialog.waitFor({ state: 'detached', ...PATIENCE })

  // The new one says so by itself, and has everything.
  await phone.page.getByText('They are on the device that you began with.').waitFor(PATIENCE)
  await phone.page.getByText('This device was taken in: it is one of yours now.').waitFor(PATIENCE)
  assert.equal(await link.count(), 0)
  assert.deepEqual(await axe(phone.page), [])
  await phone.page.getByRole('link', { name: /^People/ }).click()
  await phone.page
    .getByRole('navigation', { name: 'People and rooms' })
    .getByRole('link', { name: /^General/ })
    .click(PATIENCE)
  await message(phone.page, 'Said before the phone was there').waitFor(PATIENCE)
  await say(phone.page, 'From the phone')
  await toRoom(desk.page)
  await message(desk.page, 'From the phone').waitFor(PATIENCE)

  await toSettings(desk.page)
  await desk.page.getByRole('button', { name: /^Remove .* from my devices$/ }).click(PATIENCE)
  await desk.page.getByRole('button', { name: 'Dismiss' }).first().click()
  await phone.page.getByText(/^This device is none of your devices any more/).waitFor(PATIENCE)
  assert.equal(await composer(phone.page).count(), 0)
  assert.deepEqual([desk.troubles, phone.troubles], [[], []])
})

test('by the twelve words, as they were shown, one is the same person on another computer', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const [desk, other] = await two(t)
  await makeCircle(desk.page, 'Band', 'Ana')
  await toSettings(desk.page)
  await desk.page.getByText(/^Write down these 12 words/).waitFor()
  await desk.page.getByRole('button', { name: 'Show the twelve words' }).click()
  const shown = desk.page.getByRole('dialog', { name: 'Your twelve words' }).getByRole('listitem')
  await shown.nth(11).waitFor(PATIENCE)
  const words = await shown.allTextContents()
  assert.equal(words.length, 12)
  await desk.page.getByRole('button', { name: 'I wrote them down' }).click()
  await desk.page.getByText('You wrote them down.').waitFor(PATIENCE)

  await toSettings(other.page)
  await other.page.getByText('I have twelve words of another computer').click()
  const field = other.page.getByLabel('The twelve words')
  await field.fill([...words.slice(0, 11), words[0]].join(' '))
  await other.page.getByRole('button', { name: 'Restore' }).click()
  await other.page
    .getByText(/words/i)
    .filter({ hasText: /not|wrong|belong/i })
    .first()
    .waitFor(PATIENCE)
  await field.fill(words.join('  ').toUpperCase())
  await other.page.getByRole('button', { name: 'Restore' }).click()
  await other.page.getByText('You are yourself here again.').first().waitFor(PATIENCE)
  assert.deepEqual(await axe(other.page), [])
  const [one, same] = await Promise.all([desk.daemon.call('me', {}), other.daemon.call('me', {})])
  assert.equal(same.person, one.person)
  assert.notEqual(same.device.id, one.device.id)
  assert.deepEqual([desk.troubles, other.troubles], [[], []])
})
