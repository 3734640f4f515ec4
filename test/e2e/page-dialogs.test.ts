// The dialogs and what they promise, against a real daemon: torrents and files of it, several at once, mistakes as
// sentences, a file copied from the browser, what is left out, who can get it, the page for a phone, settings and tokens.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import { until } from '../../lab/netns/until.ts'
import type { TransferRow } from '../../src/api/schemas/transfer.ts'
import { needs } from '../doubles/require-program.ts'
import { CommandLine } from './command-line.ts'
import { type OpenedPage, openBrowser, openPageOf, PageDaemon } from './page.ts'

interface Visit extends OpenedPage {
  readonly daemon: PageDaemon
  readonly dialog: Locator
}

async function visit(t: TestContext, browser: Browser): Promise<Visit> {
  const daemon = await PageDaemon.start(t)
  const opened = await openPageOf(browser, daemon)
  t.after(() => opened.page.context().close())
  return { ...opened, daemon, dialog: opened.page.getByRole('dialog') }
}

function write(folder: string, files: Readonly<Record<string, number>>): Map<string, Buffer> {
  const written = new Map<string, Buffer>()
  for (const [name, lengthBytes] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(join(path, '..'), { recursive: true })
    const bytes = randomBytes(lengthBytes)
    writeFileSync(path, bytes)
    written.set(name, bytes)
  }
  return written
}

async function arrived(daemon: PageDaemon): Promise<TransferRow> {
  return await until('it has arrived', async () => {
    const [row] = (await daemon.call('listTransfers', {})).transfers
    return row !== undefined && row.finishedAt !== null && row
  })
}

async function openGet(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Get…', exact: true }).first().click()
  await page.getByRole('dialog').waitFor()
}

async function share(page: Page, path: string): Promise<void> {
  await page.getByRole('button', { name: 'Share…', exact: true }).first().click()
  await page.getByLabel('Path').fill(path)
  await page.keyboard.press('Enter')
}

async function linkOf(dialog: Locator): Promise<string> {
  const link = dialog.getByLabel('Link', { exact: true })
  await link.waitFor()
  return await link.inputValue()
}

type Scene = (t: TestContext, browser: Browser) => Promise<void>

const SCENES: { readonly name: string; readonly play: Scene }[] = []

function scene(name: string, play: Scene): void {
  SCENES.push({ name, play })
}

scene('of a torrent file only what is chosen is got, to the folder that was said', async (t, browser) => {
  const shell = new CommandLine()
  t.after(() => shell.close())
  const source = shell.place()
  const files = write(join(source, 'trip'), { 'one.jpg': 300_000, 'two.mp4': 900_000, 'three.jpg': 200_000 })
  const torrent = join(source, 'trip.torrent')
  await shell.plain(['create', join(source, 'trip'), '-o', torrent])
  const { address } = await shell.sharing(torrent)
  const { page, dialog, daemon, troubles } = await visit(t, browser)

  await openGet(page)
  await page.setInputFiles('input[accept*=torrent]', torrent)
  await dialog.getByRole('tree').waitFor()
  assert.match(await dialog.innerText(), /3 files, 1\.4 MB/)
  await dialog.getByRole('checkbox', { name: /^1 video/ }).uncheck()
  assert.match(await dialog.innerText(), /2 of 3 files, 500 kB/)
  const into = join(daemon.home, 'Elsewhere')
  await dialog.getByLabel('Save to').fill(into)
  await dialog.getByRole('button', { name: 'Get 500 kB' }).click()
  await dialog.waitFor({ state: 'detached' })

  const [row] = (await daemon.call('listTransfers', {})).transfers
  await daemon.call('addPeers', { id: row?.id ?? '', peers: [address] })
  await arrived(daemon)
  assert.deepEqual(readFileSync(join(into, 'trip', 'one.jpg')), files.get('one.jpg'))
  assert.deepEqual(readFileSync(join(into, 'trip', 'three.jpg')), files.get('three.jpg'))
  assert.equal(existsSync(join(into, 'trip', 'two.mp4')), false)
  assert.deepEqual(troubles, [])
})

scene('the list of files of a bare link is asked for, and then chosen from', async (t, browser) => {
  const shell = new CommandLine()
  t.after(() => shell.close())
  const source = join(shell.place(), 'trip')
  const files = write(source, { 'one.jpg': 300_000, 'two.mp4': 900_000 })
  const { link } = await shell.sharing(source)
  const { page, dialog, daemon, troubles } = await visit(t, browser)

  await openGet(page)
  await dialog.locator('textarea').fill(link)
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Get all when known' }).waitFor()
  await dialog.getByRole('button', { name: 'Ask for the list of files' }).click()
  await dialog.getByRole('tree').waitFor()
  await dialog.getByRole('checkbox', { name: /^1 video/ }).uncheck()
  await dialog.getByRole('button', { name: 'Get 300 kB' }).click()
  await dialog.waitFor({ state: 'detached' })

  const row = await arrived(daemon)
  assert.deepEqual(readFileSync(join(row.path, 'one.jpg')), files.get('one.jpg'))
  assert.equal(existsSync(join(row.path, 'two.mp4')), false)
  assert.deepEqual(troubles, [])
})

scene('a list that was asked for and not wanted leaves nothing behind', async (t, browser) => {
  const { page, dialog, daemon } = await visit(t, browser)
  await openGet(page)
  await dialog.locator('textarea').fill('c'.repeat(40))
  await page.keyboard.press('Enter')
  await dialog.getByText('neither the DHT nor this network is asked for it').waitFor()
  await dialog.getByRole('button', { name: 'Ask for the list of files' }).click()
  await dialog.getByText('Asking for the list of files…').waitFor()
  assert.equal((await daemon.call('listTransfers', {})).transfers.length, 1)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await until('it is gone', async () => (await daemon.call('listTransfers', {})).transfers.length === 0)
})

scene('several are pasted at once; what is no link, or here already, is said', async (t, browser) => {
  const { page, dialog, daemon, troubles } = await visit(t, browser)
  await daemon.call('addTransfer', { source: { link: 'a'.repeat(40) } })
  await openGet(page)
  const field = dialog.locator('textarea')
  await field.fill('a film about fish')
  await page.keyboard.press('Enter')
  await dialog.getByText('There is no link in this.').waitFor()
  await field.fill(`${'a'.repeat(40)} ${'b'.repeat(40)} magnet:?xt=urn:btih:39 ${'d'.repeat(40)}`)
  await page.keyboard.press('Enter')
  await dialog.getByText('is here already').waitFor()
  await dialog.getByText('cannot be got').waitFor()
  await dialog.getByRole('button', { name: 'Get 2 things' }).click()
  await until('both are there', async () => (await daemon.call('listTransfers', {})).transfers.length === 3)
  assert.deepEqual(troubles, [])
})

scene('what is dropped on the page is got if it is a torrent, and else shared', async (t, browser) => {
  const { page, dialog, daemon, troubles } = await visit(t, browser)
  const drop = async (name: string, text: string): Promise<void> => {
    await page.evaluate(`{
      const data = new DataTransfer()
      data.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}))
      for (const type of ['dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
    }`)
    await dialog.waitFor()
  }
  await drop('film.torrent', 'de')
  await dialog.getByText('cannot be got').or(dialog.getByRole('alert')).first().waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await drop('letter.txt', 'Dear Ana, …')
  await dialog.getByRole('button', { name: 'Share 1 file with people who have the link' }).waitFor()
  assert.equal((await daemon.call('listShares', {})).shares.length, 0, 'nothing is shared by a drop alone')
  assert.deepEqual(troubles, [])
})

scene('a dialog gives the focus back, and the start screen vanishes for good', async (t, browser) => {
  const { page, dialog, daemon } = await visit(t, browser)
  const button = page.getByRole('button', { name: 'Get…', exact: true })
  await button.focus()
  await page.keyboard.press('Enter')
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await until('the focus is back', () =>
    page.evaluate<boolean>(`document.activeElement?.textContent === 'Get…'`),
  )

  await page.getByRole('heading', { name: 'Nothing is shared.' }).waitFor()
  const { transfer } = await daemon.call('addTransfer', { source: { link: 'a'.repeat(40) }, paused: true })
  await page.getByRole('grid', { name: 'Transfers' }).waitFor()
  await daemon.call('removeTransfers', { ids: [transfer.id] })
  await page.getByText('Nothing is being got or shared.').waitFor()
  await page.reload()
  await page.getByText('Nothing is being got or shared.').waitFor()
  await page.evaluate(`location.hash = '#/transfers?start=1'`)
  await page.getByRole('button', { name: /^Share something/ }).waitFor()
})

scene('a file of the browser is copied, and shared from there', async (t, browser) => {
  const shell = new CommandLine()
  t.after(() => shell.close())
  const { page, dialog, troubles } = await visit(t, browser)
  const bytes = randomBytes(2_000_000)
  await page.getByRole('button', { name: 'Share…', exact: true }).first().click()
  const file = { name: 'my holiday.mp4', mimeType: 'video/mp4', buffer: bytes }
  await page.setInputFiles('input[type=file]', file)
  await dialog.getByText(/^Copied to .*Dropped.*my holiday\.mp4/).waitFor()
  await dialog.getByRole('button', { name: 'Share 1 file with people who have the link' }).click()
  const link = await linkOf(dialog)
  const into = shell.place()
  assert.equal((await shell.get(shell.place('state'), link, '-o', into).ended()).code, 0)
  assert.deepEqual(readFileSync(join(into, 'my holiday.mp4')), bytes)
  assert.deepEqual(troubles, [])
})

scene(
  'what is unticked stays, a widening is said by its button, and the share is widened and narrowed',
  async (t, browser) => {
    const shell = new CommandLine()
    t.after(() => shell.close())
    const { page, dialog, daemon, troubles } = await visit(t, browser)
    const folder = join(daemon.home, 'Pictures', 'trip')
    write(folder, { 'a.jpg': 100_000, 'private/diary.txt': 5_000, 'private/more.txt': 5_000 })
    await share(page, folder)
    await dialog.getByRole('treeitem', { name: /private/ }).click()
    await dialog.getByText('1 file, 100 kB').waitFor()
    await dialog.getByRole('radio', { name: /^Everyone/ }).check()
    await dialog.getByText('Everyone, also strangers, will see').waitFor()
    await dialog.getByText('say what lets you share it with everyone').first().waitFor()
    await dialog.getByRole('radio', { name: 'It is my own work' }).check()
    await dialog.getByRole('button', { name: 'Share 1 file with everyone', disabled: false }).click()
    const link = await linkOf(dialog)
    const into = shell.place()
    assert.equal((await shell.get(shell.place('state'), link, '-o', into).ended()).code, 0)
    assert.deepEqual(readdirSync(into, { recursive: true }).sort(), ['trip', join('trip', 'a.jpg')])
    await dialog.getByRole('button', { name: 'Done' }).click()

    await page.getByRole('link', { name: 'Library' }).click()
    await page.getByRole('button', { name: 'Link and more: trip' }).click()
    const audience = async () => (await daemon.call('listShares', {})).shares[0]?.audience
    await page.getByRole('radio', { name: /^People with the link/ }).click()
    await until('it is narrowed at once', async () => (await audience()) === 'link')
    await page.getByRole('radio', { name: /^People with the link/, checked: true }).waitFor()
    await page.getByRole('radio', { name: /^Everyone/ }).click()
    assert.equal(await audience(), 'link')
    await dialog.getByRole('radio', { name: 'It is my own work' }).check()
    assert.equal(await audience(), 'link')
    await dialog.getByRole('button', { name: 'Share 1 file with everyone', disabled: false }).click()
    await until('it is widened when its button says so', async () => (await audience()) === 'everyone')
    await page.getByRole('button', { name: 'Stop sharing: trip' }).click()
    await page.getByText('Nothing is shared.').waitFor()
    assert.equal(existsSync(join(folder, 'a.jpg')), true)
    assert.deepEqual(troubles, [])
  },
)

scene('the person’s home is visible and refused with the reason', async (t, browser) => {
  const { page, dialog, daemon } = await visit(t, browser)
  await share(page, daemon.home)
  await dialog.getByText('Your home folder cannot be shared whole.').waitFor()
  await dialog.getByRole('button', { name: 'Back' }).click()
  await dialog.getByRole('option', { name: /Your home folder cannot be shared whole/ }).waitFor()
})

scene(
  'a folder of thousands is gone through by keyboard, and few of its rows are drawn',
  async (t, browser) => {
    const { page, dialog, daemon, troubles } = await visit(t, browser)
    const folder = join(daemon.home, 'Many')
    mkdirSync(folder)
    for (let i = 0; i < 3_000; i++) writeFileSync(join(folder, `file ${i}.txt`), '')
    await page.getByRole('button', { name: 'Share…', exact: true }).first().click()
    await page.getByLabel('Path').fill(folder)
    const list = dialog.getByRole('listbox', { name: 'Contents of this folder' })
    await list.waitFor()
    await list.focus()
    await page.keyboard.press('End')
    const last = dialog.getByRole('option', { selected: true })
    await until('it is at the last one', async () => (await last.getAttribute('aria-posinset')) === '3000')
    assert.equal(await last.getAttribute('aria-setsize'), '3000')
    await last.waitFor({ state: 'visible' })
    const drawn = await dialog.getByRole('option').count()
    assert.ok(drawn < 60, `${drawn} rows are drawn`)
    assert.deepEqual(troubles, [])
  },
)

scene('a swarm that is left early leaves no file behind', async (t, browser) => {
  const { page, daemon, troubles } = await visit(t, browser)
  const there = () => readdirSync(daemon.temporaryFolder).filter((name) => name.startsWith('shoal-demo-'))
  await page.getByRole('button', { name: 'Watch a swarm on this computer' }).click()
  await until('it plays', () => there().length === 1)
  await page.getByRole('button', { name: 'End it' }).click()
  await page.getByRole('heading', { name: 'Nothing is shared.' }).waitFor()
  await until('its files are gone', () => there().length === 0)
  assert.equal((await daemon.call('demo', {})).stage, 'none')
  assert.deepEqual(troubles, [])
})

scene('one more link is pasted while the button has the focus', async (t, browser) => {
  const { page, dialog } = await visit(t, browser)
  const paste = async (hash: string): Promise<void> => {
    await page.evaluate(`navigator.clipboard.writeText('${hash.repeat(40)}')`)
    await page.keyboard.press('Control+V')
  }
  await page.locator('#view').focus()
  await paste('a')
  await dialog.getByRole('button', { name: 'Get all when known' }).waitFor()
  await until('the button has the focus', () =>
    page.evaluate<boolean>(`document.activeElement?.textContent === 'Get all when known'`),
  )
  await paste('b')
  await dialog.getByRole('button', { name: 'Get 2 things' }).waitFor()
})

scene('a share opens its page for a phone, and closes it', async (t, browser) => {
  const { page, dialog, daemon, troubles } = await visit(t, browser)
  const files = write(join(daemon.home, 'Music'), { 'song.ogg': 400_000 })
  await share(page, join(daemon.home, 'Music', 'song.ogg'))
  await dialog.getByRole('button', { name: /^Share 1 file/ }).click()
  await linkOf(dialog)
  await dialog.getByRole('button', { name: 'Open this page on their phone' }).click()
  const address = dialog.getByLabel('Address of the page')
  await address.waitFor()
  const url = await address.inputValue()
  await dialog.getByRole('img', { name: 'QR code of the page’s address' }).waitFor()
  const html = await (await fetch(url)).text()
  assert.match(html, /song\.ogg/)
  assert.ok(files.size === 1)
  await dialog.getByRole('button', { name: 'Close the page' }).click()
  await dialog.getByRole('button', { name: 'Open this page on their phone' }).waitFor()
  await assert.rejects(fetch(url))
  assert.deepEqual(troubles, [])
})

scene(
  'a setting is found, changed at once, refused with a sentence, and given its default back',
  async (t, browser) => {
    const { page, daemon, troubles } = await visit(t, browser)
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Find a setting').fill('upload speed.up')
    const field = page.getByLabel('Upload limit', { exact: true })
    await field.fill('2.5 MB/s')
    await field.press('Enter')
    await page.getByText('Holds from now on.').waitFor()
    const limit = async () => (await daemon.call('status', {})).totals.upLimit
    assert.equal(await limit(), 2_500_000)
    await page.getByLabel('Upload limit', { exact: true }).fill('fast')
    await page.getByLabel('Upload limit', { exact: true }).press('Enter')
    await page.getByText('A rate is expected').waitFor()
    assert.equal(await limit(), 2_500_000)
    await page.getByRole('button', { name: 'Back to default: Upload limit' }).click()
    await until('it has no limit', async () => (await limit()) === null)
    assert.deepEqual(troubles, [])
  },
)

scene('a token is made, its secret is shown once and works, and ends at once', async (t, browser) => {
  const { page, daemon, troubles } = await visit(t, browser)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByLabel('For which program').fill('Prometheus')
  await page.getByLabel('It may').selectOption('metrics')
  await page.getByRole('button', { name: 'Make a token' }).click()
  const secret = await page.getByLabel('Secret for Prometheus').inputValue()
  const { origin } = new URL(page.url())
  const metrics = async () =>
    (await fetch(`${origin}/metrics`, { headers: { authorization: `Bearer ${secret}` } })).status
  assert.equal(await metrics(), 200)
  await page.getByRole('button', { name: 'End the token of Prometheus' }).click()
  await until('it is ended', async () => (await daemon.call('tokens', {})).tokens.length === 0)
  assert.equal(await metrics(), 401)
  assert.deepEqual(troubles, [])
})

test('get, share, library and settings keep what they promise', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  // One browser for all of them: each has a daemon and a window of its own.
  const browser = await openBrowser(t)
  for (const { name, play } of SCENES) await t.test(name, (each) => play(each, browser))
})
