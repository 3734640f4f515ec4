// What people give one another in the page, with real daemons: pictures are seen small where they are offered.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from '../../lab/netns/until.ts'
import { png } from '../doubles/png.ts'
import { needs } from '../doubles/require-program.ts'
import { axe } from './page.ts'
import { joinBy, makeCircle, PATIENCE, type Someone, toRoom, two } from './two-pages.ts'

async function offer({ daemon, page }: Someone, name: string, bytes: Uint8Array): Promise<void> {
  const folder = join(daemon.home, 'Pictures')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), bytes)
  await page.getByRole('button', { name: 'Offer a file or folder…' }).click()
  await page.getByLabel('Path').fill(join(folder, name))
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Offer 1 file in General', disabled: false }).click()
  await card(page, name).waitFor(PATIENCE)
}

function card(page: Page, name: string) {
  return page.getByRole('article', { name: `File: ${name}` })
}

async function take(page: Page, name: string): Promise<void> {
  await card(page, name)
    .getByRole('button', { name: `Get ${name}` })
    .click(PATIENCE)
  await card(page, name)
    .getByText(/^Here\./)
    .waitFor(PATIENCE)
}

/** What an image of the page has, of which this test wants to know. */
interface Picture {
  readonly naturalWidth: number
  readonly naturalHeight: number
  decode(): Promise<void>
}

test('a picture that is offered is seen small by both, made on each one’s own computer, and a bomb is a file as any other', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const [ana, ben] = await two(t)
  await joinBy(ben.page, await makeCircle(ana.page, 'Band', 'Ana'), 'Ben')
  await toRoom(ana.page)
  const loaded: { readonly url: string; readonly type: string; readonly body: Buffer }[] = []
  for (const { page } of [ana, ben]) {
    page.on('response', async (response) => {
      if (!response.url().endsWith('/preview') || !response.ok()) return
      const type = response.headers()['content-type'] ?? ''
      loaded.push({ url: response.url(), type, body: await response.body() })
    })
  }

  await offer(ana, 'harbour.png', png(900, 600))
  const mine = card(ana.page, 'harbour.png').getByRole('img', { name: /harbour\.png/ })
  await mine.waitFor(PATIENCE)
  // Before it was got there is nothing to make one of.
  await card(ben.page, 'harbour.png').waitFor(PATIENCE)
  assert.equal(await card(ben.page, 'harbour.png').locator('img').count(), 0)
  await take(ben.page, 'harbour.png')
  const got = card(ben.page, 'harbour.png').getByRole('img', { name: /harbour\.png/ })
  await got.waitFor(PATIENCE)
  for (const image of [mine, got]) {
    const size = await image.evaluate(async (element) => {
      const drawn = element as unknown as Picture
      await drawn.decode()
      return [drawn.naturalWidth, drawn.naturalHeight]
    })
    assert.deepEqual(size, [480, 320])
  }
  assert.equal(loaded.length, 2)
  for (const { type, body } of loaded) {
    assert.equal(type, 'image/jpeg')
    assert.equal(body.includes('Secret'), false, 'nothing of what the maker wrote into it goes to the page')
  }

  // A small file that says it is 60,000 × 60,000, and one that ends early.
  await offer(ana, 'bomb.png', png(60_000, 60_000, 1))
  await offer(ana, 'cut.png', png(300, 300).subarray(0, 120))
  for (const name of ['bomb.png', 'cut.png']) {
    await take(ben.page, name)
    for (const { page } of [ana, ben]) {
      await card(page, name)
        .locator('.file-card-preview')
        .waitFor({ state: 'detached', ...PATIENCE })
      assert.equal(await card(page, name).getByRole('img', { name: /\.png/ }).count(), 0)
    }
  }
  assert.equal(loaded.length, 2)
  assert.deepEqual([ana.troubles, ben.troubles], [[], []])
})

test('a library folder that a circle may get is found there by its members, got whole in one press, and gone when it is for oneself', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const [ana, ben] = await two(t)
  await joinBy(ben.page, await makeCircle(ana.page, 'Band', 'Ana'), 'Ben')
  const folder = join(ana.daemon.home, 'Songs')
  mkdirSync(join(folder, 'Live'), { recursive: true })
  const names = ['harbour one.bin', 'Live/harbour two.bin']
  for (const name of names) writeFileSync(join(folder, name), randomBytes(400_000))

  await ana.page.getByRole('link', { name: 'Library' }).click()
  await ana.page.getByRole('tab', { name: 'Folders' }).click()
  await ana.page.getByRole('button', { name: 'Add a folder…' }).click()
  await ana.page.getByLabel('Path').fill(folder)
  await ana.page.keyboard.press('Enter')
  const shelf = ana.page
    .getByRole('listitem')
    .filter({ has: ana.page.getByRole('heading', { name: 'Songs' }) })
  await shelf.getByText(/^2 files/).waitFor(PATIENCE)
  await shelf.getByRole('button', { name: 'Who can get it: Songs' }).click()
  await shelf.getByRole('radio', { name: /^A circle/ }).click()
  const dialog = ana.page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Share 2 files with Band', disabled: false }).click(PATIENCE)
  await shelf.getByText(/2 files, .* offered/).waitFor(PATIENCE)

  await ben.page.getByRole('link', { name: 'Search' }).click()
  await ben.page.keyboard.press('Control+k')
  await ben.page.keyboard.insertText('harbour')
  await ben.page.keyboard.press('Enter')
  await ben.page.getByRole('tab', { name: /^My circles/ }).click()
  const found = ben.page.getByRole('grid', { name: 'Results' })
  // Also where it was asked for a moment too early.
  await found.getByText('harbour one.bin').waitFor(PATIENCE)
  await found.getByText('harbour two.bin').waitFor(PATIENCE)
  assert.deepEqual(await axe(ben.page), [])

  const { circles } = await ben.daemon.call('circles', {})
  await ben.page.goto(
    `${new URL(ben.page.url()).origin}/#/people/room:${circles[0]?.id}:${circles[0]?.rooms[0]?.id}`,
  )
  await ben.page.getByRole('tab', { name: /files/i }).click(PATIENCE)
  await ben.page.getByLabel('Whose files').selectOption({ label: 'Ana' })
  await ben.page.getByRole('button', { name: 'Get everything in Songs' }).click(PATIENCE)
  await ben.page.getByText('Getting Songs: 2 files.').first().waitFor(PATIENCE)
  const saved = await until(
    'both are here',
    async () => {
      const { transfers } = await ben.daemon.call('listTransfers', {})
      return transfers.filter(({ finishedAt }) => finishedAt !== null).length === 2 && transfers
    },
    { deadlineMs: 60_000 },
  )
  const under = saved.map(({ path }) => path.split('/').slice(path.split('/').indexOf('Songs')).join('/'))
  assert.deepEqual(under.sort(), ['Songs/Live/harbour two.bin', 'Songs/harbour one.bin'])
  await ben.page.getByRole('button', { name: 'Get everything in Songs' }).click()
  await ben.page.getByText('Everything in Songs is here already.').first().waitFor(PATIENCE)

  await shelf.getByRole('button', { name: /^Stop sharing/ }).click()
  await ben.page
    .getByRole('button', { name: 'Get everything in Songs' })
    .waitFor({ state: 'detached', ...PATIENCE })
  assert.deepEqual([ana.troubles, ben.troubles], [[], []])
})
