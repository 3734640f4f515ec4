// Two people, each with a real daemon and a page in a browser of its own: how they make a circle and join it, by the page as
// a person does it.

import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { type OpenedPage, openBrowser, openPageOf, PageDaemon } from './page.ts'

/** Two daemons meet within a second or two; a busy computer takes longer. */
export const PATIENCE = { timeout: 60_000 }

export interface Someone extends OpenedPage {
  readonly daemon: PageDaemon
}

export async function two(t: TestContext): Promise<readonly [ana: Someone, ben: Someone]> {
  const browser = await openBrowser(t)
  const begin = async (): Promise<Someone> => {
    const daemon = await PageDaemon.start(t)
    return { daemon, ...(await openPageOf(browser, daemon)) }
  }
  return [await begin(), await begin()]
}

/** By the page, as a person does it. @returns the link */
export async function makeCircle(page: Page, name: string, mine: string): Promise<string> {
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

export async function joinBy(page: Page, link: string, mine: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.insertText(link)
  await page.getByText(/^A circle invite/).waitFor(PATIENCE)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('textbox').fill(mine)
  await page.keyboard.press('Enter')
  await composer(page).waitFor(PATIENCE)
}

export async function toRoom(page: Page): Promise<void> {
  if ((await page.getByRole('navigation', { name: 'People and rooms' }).count()) === 0) {
    await page.getByRole('link', { name: /^People/ }).click()
  }
  await page
    .getByRole('navigation', { name: 'People and rooms' })
    .getByRole('link', { name: /^General/ })
    .click()
  await composer(page).waitFor(PATIENCE)
}

export function composer(page: Page) {
  return page.getByRole('textbox', { name: 'Message' })
}

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await page.keyboard.press('Enter')
}

export function message(page: Page, text: string) {
  return page.getByRole('article').filter({ hasText: text })
}
