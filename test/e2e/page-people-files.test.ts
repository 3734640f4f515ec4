// What people give one another in the page, with real daemons: pictures are seen small where they are offered.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { png } from '../doubles/png.ts'
import { needs } from '../doubles/require-program.ts'
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
    const size = await image.evaluate(
      'async (image) => { await image.decode(); return [image.naturalWidth, image.naturalHeight] }',
    )
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
