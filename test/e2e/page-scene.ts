// One state of the page as it is looked at: opened before a daemon whose every word is hostile, then found clean by axe, no wider than
// the window, and holding text as text, in both themes and on narrow screens.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { hostileHandlers, hostileRow } from '../doubles/hostile-daemon.ts'
import { hostile } from '../doubles/hostile-text.ts'
import { serve } from '../doubles/served.ts'
import { axe, openPage } from './page.ts'

export interface Scene {
  readonly name: string
  /** As in the address; the start screen has a daemon with nothing in it. */
  readonly at: string
  /** What is pressed and typed to see it. */
  readonly go?: (page: Page) => Promise<void>
  /** Fields of hostile-daemon.ts whose text must be there to be read. */
  readonly reads: readonly string[]
}

/** Looks of one page, changed in this order; 320 pixels are 1280 at 400 % (WCAG 1.4.10), and a phone as narrow as any. */
const LOOKS = [
  { name: 'light', colorScheme: 'light', width: 1_280, height: 800 },
  { name: 'on 320 pixels', colorScheme: 'light', width: 320, height: 640 },
  { name: 'dark', colorScheme: 'dark', width: 1_280, height: 800 },
  { name: 'on a phone', colorScheme: 'dark', width: 390, height: 844 },
] as const

/** What a window of 1280 is at 200 %; mirrored, as for who reads from right to left; with the system's own few colours. */
const FURTHER = [
  { name: 'at 200 %', width: 640, height: 400 },
  { name: 'from right to left', width: 1_280, height: 800, direction: 'rtl' },
  { name: 'in forced colours', width: 1_280, height: 800, forcedColors: 'active' },
] as const

/** Run in the page: what was changed is drawn. */
const DRAWN = `new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn, 50))))`

async function pageLink(t: TestContext, at: Scene['at']): Promise<string> {
  const rows = at === 'start' ? [] : [hostileRow()]
  const { ask, feed } = await serve(t, {
    pageFolder: join(import.meta.dirname, '..', '..', 'web', 'dist'),
    handlers: hostileHandlers(rows),
  })
  feed.held.push(...rows)
  return (JSON.parse((await ask('POST', '/api/v1/page-link', { body: {} })).body) as { url: string }).url
}

/** @param further also mirrored, enlarged and in forced colours */
export async function look(t: TestContext, browser: Browser, scene: Scene, further = false): Promise<void> {
  const { page, troubles } = await openPage(browser, await pageLink(t, scene.at))
  if (scene.at !== 'start') await page.evaluate(`location.hash = '#/${scene.at}'`)
  await page.locator('h1').first().waitFor()
  await scene.go?.(page)
  const seen = await page.locator('body').innerText()
  for (const field of scene.reads) {
    // The character that would turn the rest around is shown as its code.
    assert.ok(seen.includes(hostile(field).replace('\u202E', 'U+202E')), `${field} is not read in: ${seen}`)
  }
  assert.equal(await page.locator('img:not([src^="blob:"])').count(), 0, 'no name became an element')
  for (const { name, colorScheme, width, height } of LOOKS) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height })
    await clean(page, name)
  }
  for (const one of further ? FURTHER : []) {
    await page.emulateMedia({ forcedColors: 'forcedColors' in one ? one.forcedColors : 'none' })
    await page.evaluate(`document.documentElement.dir = '${'direction' in one ? one.direction : 'ltr'}'`)
    await page.setViewportSize({ width: one.width, height: one.height })
    // Forced colours are the system's; axe sees those that the page would have.
    await clean(page, one.name, 'forcedColors' in one ? ['color-contrast'] : [])
  }
  assert.deepEqual(troubles, [])
  await page.context().close()
}

async function clean(page: Page, name: string, without: readonly string[] = []): Promise<void> {
  await page.evaluate(DRAWN)
  assert.deepEqual(await axe(page, without), [], name)
  const wider = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  assert.ok(wider <= 0, `${name} it is ${wider} pixels wider than the window`)
}
