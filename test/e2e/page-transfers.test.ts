// The Transfers view in a real browser, with real daemons that move real bytes: what is seen, and what every way of acting
// (mouse, keys, menus, many at once, taking back) does to the daemon.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from '../../lab/netns/until.ts'
import type { TransferRow } from '../../src/api/schemas/transfer.ts'
import { needs } from '../doubles/require-program.ts'
import { axe, type OpenedPage, openBrowser, openPageOf, PageDaemon } from './page.ts'

const FILE_BYTES = 3_000_000
/** Slow enough to be looked at, and to be the cause that is named. */
const SLOW = 50_000

interface Scene extends OpenedPage {
  readonly daemon: PageDaemon
}

async function scene(t: TestContext, prepare: (daemon: PageDaemon) => Promise<unknown>): Promise<Scene> {
  const daemon = await PageDaemon.start(t)
  await prepare(daemon)
  const opened = await openPageOf(await openBrowser(t), daemon)
  await opened.page.getByRole('grid', { name: 'Transfers' }).waitFor()
  return { ...opened, daemon }
}

/** Rows that want nothing of anybody: links whose files nobody has, resting. */
async function restingLinks(daemon: PageDaemon, names: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const name of names) {
    const infohash = createHash('sha1').update(name).digest('hex')
    const link = `magnet:?xt=urn:btih:${infohash}&dn=${encodeURIComponent(name)}`
    const { transfer } = await daemon.call('addTransfer', { source: { link }, paused: true })
    ids.push(transfer.id)
  }
  return ids
}

async function rowsOf(daemon: PageDaemon): Promise<readonly TransferRow[]> {
  return (await daemon.call('listTransfers', {})).transfers
}

/** A file of that name, or a folder of these files, shared with a link. */
async function shared(
  daemon: PageDaemon,
  name: string,
  inside?: readonly string[],
  audience: 'link' | 'everyone' = 'link',
): Promise<{ link: string; bytes: Buffer; peer: string }> {
  const path = join(daemon.home, 'files', name)
  const bytes = randomBytes(FILE_BYTES)
  mkdirSync(inside === undefined ? join(path, '..') : path, { recursive: true })
  for (const file of inside ?? ['']) writeFileSync(join(path, file), bytes)
  const { transfer } = await daemon.call('addShare', {
    path,
    audience,
    licence: { kind: 'own-work', id: null },
  })
  const id = await until('it is hashed', async () => {
    const { shares } = await daemon.call('listShares', {})
    const share = shares.find((one) => one.transfer.id === transfer.id || one.transfer.path === path)
    return share?.link != null && share.transfer.id
  })
  const { link } = await daemon.call('share', { id })
  const { port } = await daemon.call('status', {})
  return { link: link ?? '', bytes, peer: `127.0.0.1:${port}` }
}

const row = (page: Page, name: string | RegExp) => page.getByRole('row', { name })
const activeRow = (page: Page) =>
  page.evaluate<string>(
    `document.getElementById(document.querySelector('[role="grid"]').getAttribute('aria-activedescendant'))?.textContent ?? ''`,
  )
/** As the browser does when another tab is looked at, or this one again. */
const hide = (page: Page, hidden: boolean) =>
  page.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} })
    document.dispatchEvent(new Event('visibilitychange'))
  `)
const shownNames = (page: Page) => page.locator('.grid-body .name-text').allTextContents()

test('what is being got is seen as it comes, with from whom and why it is slow, and its limit is lifted there', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const giver = await PageDaemon.start(t)
  const { link, bytes, peer } = await shared(giver, 'meadow.mkv')
  const { page, daemon, troubles } = await scene(t, (getter) =>
    getter.call('addTransfer', { source: { link }, peers: [peer], downLimit: SLOW }),
  )

  await row(page, /meadow\.mkv/)
    .getByText(/^(Getting from 1 person|Slow: )/)
    .waitFor()
  await page.getByRole('grid').press('j')
  await page.getByRole('grid').press('Enter')
  const details = page.getByRole('complementary', { name: 'Details' })
  await details.getByRole('heading', { name: 'From whom it came' }).waitFor()
  await details.getByRole('img', { name: /^\d+ of \d+, .* each$/ }).waitFor()
  await details.getByRole('tab', { name: 'Files' }).click()
  await details.getByRole('treeitem', { name: /meadow\.mkv/ }).waitFor()
  await details.getByRole('tab', { name: 'People and peers' }).click()
  await details.getByText('gives to you').waitFor()
  await details.getByRole('tab', { name: 'Sources' }).click()
  await details.getByText('1 connected').waitFor()
  await details.getByRole('tab', { name: 'Why slow' }).click()
  await details
    .getByText(/your own limit of 50\.0 kB\/s/)
    .first()
    .waitFor()

  await details.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Limits…' }).click()
  await page.getByLabel('Download').fill('')
  await page.getByRole('button', { name: 'Set limits' }).click()
  await row(page, /Done/).waitFor()
  await page.getByRole('status').filter({ hasText: 'meadow.mkv has arrived.' }).waitFor()
  const [arrived] = await rowsOf(daemon)
  assert.deepEqual(readFileSync(arrived?.path ?? ''), bytes)
  assert.equal(arrived?.downLimit, null)
  assert.deepEqual(troubles, [])
})

test('every act on rows has its key, and the last can be taken back', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const names = ['alder', 'birch', 'cedar', 'elm']
  const { page, daemon, troubles } = await scene(t, (one) => restingLinks(one, names))
  const grid = page.getByRole('grid')
  await page.getByRole('button', { name: 'Name', exact: true }).click()
  await until('it is sorted', async () => (await shownNames(page)).join() === names.join())

  // The list hears keys also while nothing in particular has the focus.
  await page.evaluate('document.activeElement.blur()')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  assert.match(await activeRow(page), /^birch/)
  await page.keyboard.press('k')
  assert.match(await activeRow(page), /^alder/)
  await grid.press('End')
  assert.match(await activeRow(page), /^elm/)
  await grid.press('Home')

  await grid.press('p')
  await row(page, /alder.*(Waiting|Asking)/).waitFor()
  await grid.press('p')
  await row(page, /alder.*Paused/).waitFor()
  assert.ok((await rowsOf(daemon)).every(({ state }) => state === 'paused'))

  await grid.press('Space')
  await grid.press('ArrowDown')
  await grid.press('Shift+ArrowDown')
  assert.equal(await page.locator('[role="row"][aria-selected="true"]').count(), 3)
  await grid.press('Delete')
  await page.locator('.toast', { hasText: 'Removed 3 transfers. The files stay.' }).waitFor()
  await until('three are gone', async () => (await shownNames(page)).join() === 'elm')
  assert.equal((await rowsOf(daemon)).length, 1)
  await grid.press('Control+z')
  await until('they are back', async () => (await rowsOf(daemon)).length === 4)
  await until('and shown', async () => (await shownNames(page)).length === 4)

  await grid.press('Control+a')
  assert.equal(await page.locator('[role="row"][aria-selected="true"]').count(), 4)
  await grid.press('Escape')
  assert.equal(await page.locator('[role="row"][aria-selected="true"]').count(), 0)
  await grid.press('Shift+F10')
  await page.getByRole('menuitem', { name: /^Details/ }).waitFor()
  await page.keyboard.press('Escape')
  await until('the focus is back', () => page.evaluate<boolean>(`document.activeElement?.role === 'grid'`))

  await grid.press('Control+k')
  await page.keyboard.type('nothing of that name')
  await page.getByText('No transfer fits').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  assert.equal(await page.evaluate<boolean>(`document.activeElement?.role === 'grid'`), true)

  await grid.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await page.getByRole('switch', { name: 'Single letters are keys' }).press('Space')
  await page.keyboard.press('Escape')
  await grid.press('p')
  await grid.press('g')
  await grid.press('n')
  assert.match(page.url(), /#\/(transfers|$)/)
  assert.ok((await rowsOf(daemon)).every(({ state }) => state === 'paused'))
  assert.deepEqual(troubles, [])
})

test('words, chips and groups find transfers; the address has it all, and back works', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { page, troubles } = await scene(t, async (daemon) => {
    const ids = await restingLinks(daemon, ['red fox', 'red deer', 'grey wolf'])
    await daemon.call('changeTransfers', { ids: ids.slice(0, 2), change: { addTags: ['red ones'] } })
    await daemon.call('setCategory', { name: 'animals', saveFolder: null })
    await daemon.call('changeTransfers', { ids: ids.slice(1), change: { category: 'animals' } })
  })
  const names = async () => (await shownNames(page)).sort().join()
  const all = 'grey wolf,red deer,red fox'
  await until('all are there', async () => (await names()) === all)

  await page.keyboard.press('Control+k')
  const box = page.getByRole('textbox', { name: 'Paste a link, or search' })
  await box.fill('red -deer')
  await page.getByText('1 transfer fits. Enter: show it').waitFor()
  await box.press('Enter')
  await until('one is shown', async () => (await names()) === 'red fox')
  assert.match(page.url(), /filter=red\+-deer/)
  await page.goBack()
  await until('all are back', async () => (await names()) === all)
  assert.equal(await box.inputValue(), '')

  await box.fill('size:big')
  await page.getByText('“size:big” is not understood').waitFor()
  await box.fill('magnet:?xt=urn:btih:9c0f')
  await page.getByText('its hash is not whole').waitFor()
  await box.fill('')

  await page.getByRole('button', { name: 'Server list' }).click()
  const groups = page.getByRole('complementary', { name: 'Groups' })
  await groups.getByRole('button', { name: /^red ones/ }).click()
  await until('the tagged ones', async () => (await names()) === 'red deer,red fox')
  await groups.getByRole('button', { name: /^animals/ }).click()
  await until('those in both', async () => (await names()) === 'red deer')
  assert.equal(await box.inputValue(), 'tag:"red ones" category:animals')
  await page.reload()
  await until('the same after loading anew', async () => (await names()) === 'red deer')
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await until('all again', async () => (await names()) === all)
  await page.getByRole('button', { name: /^Giving/ }).click()
  await page.getByText('None of your transfers is here now.').waitFor()
  assert.deepEqual(troubles, [])
})

test('many are changed at once after a look at what they are, and changed back', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { page, daemon, troubles } = await scene(t, async (one) => {
    const [first] = await restingLinks(one, ['north', 'south', 'west'])
    await one.call('changeTransfers', { ids: [first ?? ''], change: { addTags: ['old'], downLimit: 5_000 } })
  })
  const tags = async () =>
    (await rowsOf(daemon))
      .map(({ name, tags }) => `${name}:${tags.join('+')}`)
      .sort()
      .join(' ')
  await page.getByRole('grid').press('Control+a')
  await page.getByRole('button', { name: 'More' }).last().click()
  await page.getByRole('menuitem', { name: 'Category and tags…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('3 transfers').waitFor()
  await dialog.getByLabel('New tags').fill('travel, far')
  await dialog.getByRole('button', { name: 'Set', exact: true }).click()
  await until(
    'all have them',
    async () => /far\+travel|travel\+far/.test(await tags()) && (await tags()).split('travel').length === 4,
  )
  await page.getByRole('button', { name: 'Undo' }).click()
  await until('as it was', async () => (await tags()) === 'north:old south: west:')

  await page.getByRole('button', { name: 'More' }).last().click()
  await page.getByRole('menuitem', { name: 'Limits…' }).click()
  await dialog.getByLabel('Upload').fill('2 MB/s')
  await dialog.getByLabel('Download').fill('fast')
  assert.ok(await dialog.getByRole('button', { name: 'Set limits' }).isDisabled())
  await dialog.getByLabel('Download').fill('1 MB/s')
  await dialog.getByRole('button', { name: 'Set limits' }).click()
  await until('limited', async () =>
    (await rowsOf(daemon)).every(({ upLimit, downLimit }) => upLimit === 2e6 && downLimit === 1e6),
  )
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await until('each as it was', async () =>
    (await rowsOf(daemon)).every(
      ({ name, downLimit, upLimit }) => upLimit === null && downLimit === (name === 'north' ? 5_000 : null),
    ),
  )
  assert.deepEqual(troubles, [])
})

test('a list of hundreds has true counts and few elements, and a name from elsewhere is only text', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const names = Array.from({ length: 300 }, (_, index) => `item ${index}`)
  const hostile = '<img src=x onerror=alert(1)>\u202Egpj.exe'
  const { page, troubles } = await scene(t, (daemon) => restingLinks(daemon, [...names, hostile]))
  const grid = page.getByRole('grid')
  await until('all are counted', async () => (await grid.getAttribute('aria-rowcount')) === '302')
  assert.ok((await page.locator('.grid-body [role="row"]').count()) < 60)
  assert.ok(await page.getByText('<img src=x onerror=alert(1)>').count())
  assert.ok(await page.locator('.unseen', { hasText: 'U+202E' }).count())
  assert.equal(await page.locator('#root img').count(), 0)
  await grid.press('End')
  await until('the last is there', async () => (await activeRow(page)).startsWith('item 0'))
  const last = page.locator('.grid-body [role="row"]').last()
  assert.equal(await last.getAttribute('aria-rowindex'), '302')
  assert.deepEqual(troubles, [])
})

test('while the daemon does not answer the view stays and says so; then it goes on by itself', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { page, daemon } = await scene(t, (one) => restingLinks(one, ['before']))
  // What is open stays open without a network; what is opened anew is not answered.
  await hide(page, true)
  await page.context().setOffline(true)
  await hide(page, false)
  await page.getByRole('alert').filter({ hasText: 'Shoal is not answering since' }).waitFor()
  await row(page, /before/).waitFor()
  await restingLinks(daemon, ['meanwhile'])
  await page.context().setOffline(false)
  await row(page, /meanwhile/).waitFor()
  await page.getByRole('alert').waitFor({ state: 'detached' })
})

test('nothing is asked of the daemon while the tab is hidden, and what changed is there when it is seen again', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { page, daemon } = await scene(t, (one) => restingLinks(one, ['before']))
  const asked: string[] = []
  await hide(page, true)
  await until('the stream is closed', async () => {
    await daemon.call('status', {})
    return true
  })
  page.on('request', (request) => asked.push(request.url()))
  await restingLinks(daemon, ['meanwhile'])
  assert.deepEqual(asked, [])
  assert.equal(await row(page, /meanwhile/).count(), 0)
  await hide(page, false)
  await row(page, /meanwhile/).waitFor()
})

test('without a session the page says one thing', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const daemon = await PageDaemon.start(t)
  const { url } = await daemon.call('pageLink', {})
  const browser = await openBrowser(t)
  const page = await browser.newPage()
  await page.goto(url.replace(/#.*/, ''))
  await page.getByRole('heading', { name: 'This page needs a link from your computer' }).waitFor()
  await page.getByText('shoal page', { exact: true }).waitFor()
  assert.deepEqual(await axe(page), [])
})

test('axe finds nothing wrong in the list, its menus, dialogs and details, dark and light, wide and on a phone', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const daemon = await PageDaemon.start(t)
  const [first] = await restingLinks(daemon, ['alder', 'birch', 'cedar'])
  await shared(daemon, 'meadow.mkv')
  const browser = await openBrowser(t)
  for (const colorScheme of ['dark', 'light'] as const) {
    const { page } = await openPageOf(browser, daemon, { colorScheme })
    const clean = async (state: string) => assert.deepEqual(await axe(page), [], `${state}, ${colorScheme}`)
    await page.getByRole('grid').waitFor()
    await clean('list')
    await page.getByRole('grid').press('Control+a')
    await clean('all chosen')
    await page.getByRole('grid').press('j')
    await page.getByRole('grid').press('Shift+F10')
    await page.getByRole('menu').waitFor()
    await clean('menu')
    await page.keyboard.press('Escape')
    for (const tab of ['', 'files', 'peers', 'sources', 'why', 'log']) {
      await page.goto(`${page.url().replace(/#.*/, '')}#/transfers?open=${first}&tab=${tab}`)
      await page.getByRole('tabpanel').waitFor()
      await clean(`details ${tab}`)
    }
    await page.evaluate(`localStorage.setItem('shoal.density', '"server"')`)
    await page.reload()
    await page.getByRole('complementary', { name: 'Groups' }).waitFor()
    await clean('server list')
    await page.context().close()

    const phone = await openPageOf(browser, daemon, {
      colorScheme,
      viewport: { width: 390, height: 800 },
      hasTouch: true,
      isMobile: true,
    })
    await phone.page.getByRole('list', { name: 'Transfers' }).waitFor()
    assert.deepEqual(await axe(phone.page), [], `cards, ${colorScheme}`)
    await phone.page.context().close()
  }
})

test('files, place, trackers and rule of a transfer are changed from the page, and its files can go with it', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const giver = await PageDaemon.start(t)
  const { link, peer } = await shared(giver, 'meadow', ['one.mkv', 'two.mkv'], 'everyone')
  const { page, daemon, troubles } = await scene(t, (getter) =>
    getter.call('addTransfer', { source: { link }, peers: [peer], downLimit: SLOW }),
  )
  const id = (await rowsOf(daemon))[0]?.id ?? ''
  await until(
    'its files are known',
    async () => (await daemon.call('transferFiles', { id })).files.length === 2,
  )
  const files = async () => (await daemon.call('transferFiles', { id })).files
  await page.getByRole('grid').press('j')
  await page.getByRole('grid').press('Enter')
  const details = page.getByRole('complementary', { name: 'Details' })
  await details.getByRole('tab', { name: 'Files' }).click()
  const tree = details.getByRole('tree', { name: 'Files' })
  await tree.press('Space')
  await until('one is left out', async () => (await files()).some(({ priority }) => priority === 0))
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await until('it is wanted again', async () => (await files()).every(({ priority }) => priority === 4))
  await tree.press('End')
  await tree.press('Enter')
  await page.getByRole('menuitem', { name: 'Get first' }).click()
  await until('one is first', async () => (await files()).some(({ priority }) => priority === 7))
  await tree.press('Enter')
  await page.getByRole('menuitem', { name: 'Rename…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('second.mkv')
  await dialog.getByRole('button', { name: 'Rename' }).click()
  await until('it is renamed', async () => (await files()).some(({ path }) => path.at(-1) === 'second.mkv'))

  const choose = async (entry: string) => {
    await details.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: entry }).click()
    await dialog.waitFor()
  }
  await choose('Trackers…')
  await dialog.getByLabel('Add').fill('http://127.0.0.1:9/announce')
  await dialog.getByRole('button', { name: 'Add 1 tracker' }).click()
  const trackers = async () => (await daemon.call('transferTrackers', { id })).trackers.length
  await until('it has one', async () => (await trackers()) === 1)
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await until('it has none', async () => (await trackers()) === 0)

  await choose('When to stop giving…')
  await dialog.getByLabel('When this many whole copies are elsewhere').fill('2')
  await dialog.getByRole('button', { name: 'Set rule' }).click()
  await until('the rule holds', async () => (await rowsOf(daemon))[0]?.stopRule.copies === 2)

  await daemon.call('changeTransfers', { ids: [id], change: { downLimit: null } })
  const { path } = await until('it has arrived', async () => {
    const [now] = await rowsOf(daemon)
    return now?.state === 'giving' && now
  })
  assert.ok(existsSync(join(path, 'second.mkv')))
  await details.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Remove with files…' }).click()
  await page.getByRole('alertdialog').getByText('Delete for good').click()
  await page.getByRole('button', { name: /^Remove and delete/ }).click()
  await until(
    'it is gone with its files',
    async () => (await rowsOf(daemon)).length === 0 && !existsSync(path),
  )
  await details.waitFor({ state: 'detached' })
  assert.deepEqual(troubles, [])
})

test('columns are made wider, moved and hidden, and stay so', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { page, troubles } = await scene(t, (one) => restingLinks(one, ['alder']))
  const heads = () => page.getByRole('columnheader').getByRole('button').allTextContents()
  const head = (name: string) => page.getByRole('columnheader', { name, exact: true })
  const width = async (name: string) => (await head(name).boundingBox())?.width ?? 0
  assert.deepEqual((await heads()).slice(1), ['Name', 'State', 'Down', 'Up', 'Left', 'Peers', 'Elsewhere'])

  const before = await width('Down')
  const box = await head('Down').boundingBox()
  assert.ok(box !== null)
  await page.mouse.move(box.x + box.width, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width + 40, box.y + box.height / 2, { steps: 4 })
  await page.mouse.up()
  assert.ok(Math.abs((await width('Down')) - before - 40) < 2)

  await head('Peers').getByRole('button').focus()
  await page.keyboard.press('Shift+F10')
  await page.getByRole('menuitem', { name: 'Move before' }).click()
  await head('Elsewhere').getByRole('button').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Hide' }).click()
  await head('Up').getByRole('button').dragTo(head('State'))
  const wanted = ['Name', 'Up', 'State', 'Down', 'Peers', 'Left']
  await until('as wanted', async () => (await heads()).slice(1).join() === wanted.join())
  await page.reload()
  await until('still so', async () => (await heads()).slice(1).join() === wanted.join())
  assert.ok(Math.abs((await width('Down')) - before - 40) < 2)
  assert.deepEqual(troubles, [])
})
