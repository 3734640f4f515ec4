// The page with thousands of transfers, measured in Chromium: `npm run lab:page -- [--rows 10000] [--lively 300] [--link URL]
// [--chromium PATH]`. First paint, frames while rows change, scroll, are sorted, found and chosen, from a press to the next
// paint, and how many elements there are (INTERFACE.md A9 has the bounds). `--link` measures the page of a running daemon.
//
// A machine without a graphics card paints on the processor: frames are counted as the browser hands them out
// (requestAnimationFrame), and everything that kept its thread from doing so for longer than 50 ms.

import { parseArgs } from 'node:util'
import { type Browser, chromium, type Page } from 'playwright-core'
import { pause } from '../netns/until.ts'
import { ManyRows } from './many-rows.ts'

const LONG_MS = 50

interface Part {
  readonly name: string
  readonly frames: number
  readonly longestMs: number
  /** Gaps between frames over 50 ms. */
  readonly longFrames: number
  /** Tasks over 50 ms. */
  readonly longTasks: number
  /** From the press to the next paint, the slowest of this part; undefined when nothing was pressed. */
  readonly inputMs: number | undefined
  /** Of the page's thread, the longest task in processor time: other programs that were running are not in it. */
  readonly longestCpuMs: number
  readonly longCpuTasks: number
}

export interface PageFigures {
  readonly rows: number
  readonly firstPaintMs: number
  readonly listMs: number
  readonly elements: { readonly calm: number; readonly server: number }
  readonly parts: readonly Part[]
  readonly hiddenRequests: number
}

/** Counts frames and long tasks from now on, in the page. */
const WATCH = `(() => {
  const watch = window.__watch = { gaps: [], tasks: 0, input: 0, running: true }
  let last = performance.now()
  const frame = (now) => {
    watch.gaps.push(now - last)
    last = now
    if (watch.running) requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  watch.observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.entryType === 'longtask') watch.tasks++
      else watch.input = Math.max(watch.input, entry.duration)
    }
  })
  watch.observer.observe({ type: 'longtask' })
  watch.observer.observe({ type: 'event', durationThreshold: 16 })
})()`
const READ = `(() => {
  const watch = window.__watch
  watch.running = false
  watch.observer.disconnect()
  return { gaps: watch.gaps.slice(1), tasks: watch.tasks, input: watch.input }
})()`

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

function processorTime(trace: Buffer): Pick<Part, 'longestCpuMs' | 'longCpuTasks'> {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: readonly TraceEvent[] }
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  const tasks = traceEvents
    .filter(({ ph, tdur, pid, tid }) => ph === 'X' && tdur !== undefined && mains.has(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => tdur / 1_000)
  return {
    longestCpuMs: Math.round(tasks.reduce((most, ms) => Math.max(most, ms), 0)),
    longCpuTasks: tasks.filter((ms) => ms > LONG_MS).length,
  }
}

async function measured(
  browser: Browser,
  page: Page,
  name: string,
  pressing: boolean,
  act: () => Promise<unknown>,
): Promise<Part> {
  await page.evaluate(WATCH)
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] })
  await act()
  await pause(300)
  const cpu = processorTime(await browser.stopTracing())
  const { gaps, tasks, input } = (await page.evaluate(READ)) as {
    gaps: number[]
    tasks: number
    input: number
  }
  return {
    name,
    frames: gaps.length,
    longestMs: Math.round(Math.max(0, ...gaps)),
    longFrames: gaps.filter((gap) => gap > LONG_MS).length,
    longTasks: tasks,
    inputMs: pressing ? Math.round(input) : undefined,
    ...cpu,
  }
}

export async function measurePage(
  browser: Browser,
  link: string,
  rows: number,
  { watchMs = 4_000, turns = 60 } = {},
): Promise<PageFigures> {
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } })
  const began = performance.now()
  await page.goto(link)
  await page.locator('.grid-body [role="row"]').first().waitFor()
  const listMs = Math.round(performance.now() - began)
  const firstPaintMs = Math.round(
    (await page.evaluate(
      `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1`,
    )) as number,
  )
  const elements = async () => (await page.evaluate(`document.querySelectorAll('*').length`)) as number
  await pause(1_000)
  const calm = await elements()
  const grid = page.getByRole('grid')
  const box = page.getByRole('textbox', { name: 'Paste a link, or search' })
  const wheel = async () => {
    await page.mouse.move(700, 500)
    for (let turn = 0; turn < turns; turn++) {
      await page.mouse.wheel(0, turn < (turns * 2) / 3 ? 600 : -800)
      await pause(30)
    }
  }
  const sort = async () => {
    for (const column of ['Name', 'State', 'Down', 'Up', 'Name']) {
      await page.getByRole('columnheader').getByRole('button', { name: column, exact: true }).click()
      await pause(200)
    }
  }
  const parts = [
    await measured(browser, page, 'rows change', false, () => pause(watchMs)),
    await measured(browser, page, 'scrolled', false, wheel),
    await measured(browser, page, 'sorted', true, sort),
    await measured(browser, page, 'found by words', true, async () => {
      await box.pressSequentially('willow state:getting', { delay: 40 })
      await box.press('Enter')
      await pause(400)
      await box.press('Escape')
    }),
    await measured(browser, page, 'chosen and moved through by keys', true, async () => {
      await grid.press('Control+a')
      for (let turn = 0; turn < 20; turn++) await grid.press('j')
      await grid.press('End')
      await grid.press('Home')
      await grid.press('Escape')
    }),
  ]
  await page.getByRole('button', { name: 'Server list' }).click()
  await pause(500)
  const server = await elements()
  parts.push(
    await measured(browser, page, 'server list: rows change', false, () => pause(watchMs)),
    await measured(browser, page, 'server list: scrolled', false, wheel),
    await measured(browser, page, 'server list: sorted', true, sort),
    await measured(browser, page, 'server list: one group', true, async () => {
      await page
        .getByRole('complementary', { name: 'Groups' })
        .getByRole('button', { name: /^films/ })
        .click()
      await pause(500)
    }),
  )
  const hiddenRequests = await whileHidden(page, watchMs)
  await page.close()
  return { rows, firstPaintMs, listMs, elements: { calm, server }, parts, hiddenRequests }
}

async function whileHidden(page: Page, watchMs: number): Promise<number> {
  const see = (hidden: boolean) =>
    page.evaluate(`
      Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} })
      document.dispatchEvent(new Event('visibilitychange'))
    `)
  await see(true)
  let count = 0
  page.on('request', () => count++)
  await pause(watchMs)
  return count
}

function show({ rows, firstPaintMs, listMs, elements, parts, hiddenRequests }: PageFigures): string {
  const lines = parts.map(
    ({ name, frames, longestMs, longFrames, longTasks, inputMs, longestCpuMs, longCpuTasks }) =>
      `${name.padEnd(36)}${String(frames).padStart(6)}${String(longestMs).padStart(10)}${String(longFrames).padStart(10)}${String(longTasks).padStart(10)}${(inputMs === undefined ? '' : String(inputMs)).padStart(10)}${String(longestCpuMs).padStart(12)}${String(longCpuTasks).padStart(10)}`,
  )
  return [
    `${rows} rows: first paint after ${firstPaintMs} ms, the list after ${listMs} ms; ${elements.calm} elements, ${elements.server} in the server list; ${hiddenRequests} requests while hidden`,
    `${''.padEnd(36)}frames   longest  >50 ms   tasks>50   input ms  longest cpu  cpu>50`,
    ...lines,
  ].join('\n')
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '10000' },
      lively: { type: 'string', default: '300' },
      link: { type: 'string' },
      chromium: { type: 'string', default: '/usr/bin/chromium' },
      json: { type: 'boolean', default: false },
    },
  })
  const rows = Number(values.rows)
  const browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox'] })
  const many = values.link === undefined ? await ManyRows.open(rows, Number(values.lively)) : undefined
  try {
    const link = values.link ?? (await many?.link()) ?? ''
    const figures = await measurePage(browser, link, rows)
    process.stdout.write(`${values.json ? JSON.stringify(figures) : show(figures)}\n`)
  } finally {
    await browser.close()
    await many?.close()
  }
}
