// A sample of `npm run lab:page`: ten thousand transfers in a browser, by what does not depend on what else the machine does.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chromium } from 'playwright-core'
import { needs } from '../../test/doubles/require-program.ts'
import { measurePage } from './frames.ts'
import { ManyRows } from './many-rows.ts'

const ROWS = 10_000
const MOST_ELEMENTS = 2_500
/** Twice the bound of INTERFACE.md A9, in processor time: some machines are half as fast. */
const LONGEST_CPU_MS = 100

test('ten thousand transfers are few elements and short tasks, and nothing is asked while the tab is hidden', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const many = await ManyRows.open(ROWS, 300)
  t.after(() => many.close())
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  t.after(() => browser.close())
  const figures = await measurePage(browser, await many.link(), ROWS, { watchMs: 1_000, turns: 15 })
  t.diagnostic(JSON.stringify(figures))
  assert.ok(figures.elements.calm < MOST_ELEMENTS && figures.elements.server < MOST_ELEMENTS)
  assert.equal(figures.hiddenRequests, 0)
  for (const { name, longestCpuMs } of figures.parts) {
    assert.ok(longestCpuMs < LONGEST_CPU_MS, `${name}: ${longestCpuMs} ms`)
  }
})
