// A newcomer shares a folder with everyone, by keyboard only, and does not know that three secrets lie in it. They cannot be missed,
// and nothing is visible to anybody before each was answered: not to somebody who knows the torrent, the port and the page.

import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { pause, until } from '../../lab/netns/until.ts'
import { ApiError } from '../../src/api/client.ts'
import type { InputOf, OutputOf, RouteName } from '../../src/api/routes.ts'
import { needs } from '../doubles/require-program.ts'
import { CommandLine } from './command-line.ts'
import { KeyboardSteps } from './keyboard-steps.ts'
import { openBrowser, openPageOf, PageDaemon } from './page.ts'

const HARMLESS = [
  'harbour.jpg',
  'sunrise.jpg',
  'waves.mp4',
  'notes/where we went.txt',
  'notes/what we ate.txt',
]
const SECRETS = ['keys/id_ed25519', '.env', 'notes/backup codes.kdbx']

function plant(folder: string): void {
  const write = (name: string, bytes: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  for (const name of HARMLESS) {
    write(name, name.endsWith('.txt') ? 'The sea was calm and the bread was good.\n' : randomBytes(60_000))
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  write('keys/id_ed25519', privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  const token = randomBytes(30).toString('base64').replaceAll(/[+/=]/g, 'x')
  write('.env', `AWS_ACCESS_KEY_ID=AKIA${'QRSTUVWXYZ234567'}\nAWS_SECRET_ACCESS_KEY=${token}\n`)
  // The first bytes of a KeePass database of version 4.
  const keepass = Buffer.from('03d9a29a67fb4bb500000400', 'hex')
  write('notes/backup codes.kdbx', Buffer.concat([keepass, randomBytes(2_000)]))
}

/** Between two looks: a moment in which something shows is longer. */
const LOOK_EVERY_MS = 50

/** What anybody could see of a daemon at any moment, however they ask. */
class Onlookers {
  readonly seen: string[] = []
  looks = 0
  #daemon: PageDaemon | undefined
  #looking: Promise<void> | undefined

  begin(daemon: PageDaemon): void {
    this.#daemon = daemon
    this.#looking = this.#lookOn()
  }

  /** The last look was begun after this was asked for. */
  async end(): Promise<void> {
    const looking = this.#looking
    this.#looking = undefined
    await looking
  }

  async #lookOn(): Promise<void> {
    do {
      await this.#look()
      await pause(LOOK_EVERY_MS)
    } while (this.#looking !== undefined)
    await this.#look()
  }

  async #look(): Promise<void> {
    const { shares } = await this.#ask('listShares', {})
    const { transfers } = await this.#ask('listTransfers', {})
    this.seen.push(...shares.map(({ transfer }) => `share ${transfer.name}`))
    this.seen.push(...transfers.map(({ name }) => `transfer ${name}`))
    for (const audience of ['everyone', 'link'] as const) {
      const { rows, shares: whole } = await this.#seenBy(audience)
      this.seen.push(...[...rows, ...whole].map(({ name }) => `${audience} sees ${name}`))
    }
    this.looks++
  }

  async #ask<Name extends RouteName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    if (this.#daemon === undefined) throw new Error('nobody to look at')
    return await this.#daemon.call(name, input)
  }

  async #seenBy(audience: 'everyone' | 'link') {
    try {
      return await this.#ask('seenBy', { audience })
    } catch (error) {
      // Without a library nothing of one can be seen.
      if (error instanceof ApiError && error.code === 'LIBRARY_UNAVAILABLE') return { rows: [], shares: [] }
      throw error
    }
  }
}

/** Whether it can be read without scrolling. */
async function isInSight(page: Page, text: RegExp): Promise<boolean> {
  const box = await page.getByText(text).first().boundingBox()
  const size = page.viewportSize()
  return box !== null && size !== null && box.y >= 0 && box.y + box.height <= size.height && box.height > 0
}

/** What a screen reader is told by itself. */
function told(page: Page): Promise<string> {
  return page.evaluate<string>(
    `[...document.querySelectorAll('[role=dialog] [role=status]')].map((one) => one.textContent).join(' ')`,
  )
}

/** What is not answered yet. */
const OPEN_CHOICE = '.look-finding .look-choice:not(:has(:checked))'

test('three planted secrets cannot be missed, and nothing is visible to anyone before they are answered', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const shell = new CommandLine()
  t.after(() => shell.close())
  const onlookers = new Onlookers()
  t.after(() => onlookers.end())
  const daemon = await PageDaemon.start(t)
  const folder = join(daemon.home, 'Pictures', 'Trip')
  plant(folder)
  onlookers.begin(daemon)
  // Somebody who has guessed all of it: the torrent as it would be, and where this daemon listens.
  const torrent = join(shell.place(), 'trip.torrent')
  await shell.plain(['create', folder, '-o', torrent])
  const { port } = await daemon.call('status', {})
  const peer = ['--peer', `127.0.0.1:${port}`, '--timeout', '3s'] as const

  const { page, troubles } = await openPageOf(await openBrowser(t), daemon)
  const keys = new KeyboardSteps(page)
  const dialog = page.getByRole('dialog')
  await page.getByRole('heading', { name: 'Shoal is running. Nothing is shared.' }).waitFor()
  await keys.reach(/^Share something/)
  await keys.press('Enter')
  await dialog.waitFor()
  await keys.type(folder)
  await keys.press('Enter')

  // What was found takes the focus, is in sight, and stands before the button, which says why it is off.
  await keys.given(/^Look at these first \(\d+\)$/)
  assert.ok(await isInSight(page, /^Look at these first/))
  for (const secret of SECRETS) {
    const name = secret.split('/').at(-1) ?? ''
    assert.ok((await dialog.locator('.look-first').innerText()).includes(name), `${name} is named`)
  }
  assert.ok(await isInSight(page, /^Nothing is shared yet: \d+ things look private/))
  await until('it is said aloud', async () => /\d+ things look private and wait/.test(await told(page)))
  const button = dialog.getByRole('button', { name: /^Share \d+ files with/ })
  assert.equal(await button.getAttribute('aria-disabled'), 'true')
  const order = await page.evaluate<number>(
    `document.querySelector('.look-first').compareDocumentPosition(document.querySelector('.dialog-actions .button-primary'))`,
  )
  assert.equal(order & 4, 4, 'the button follows')

  // Everyone, and what allows it.
  await keys.reach(/^People with the link/)
  await page.keyboard.press('ArrowDown')
  await keys.reach(/^It is my own work$/)
  await keys.press('Space')
  await dialog.getByRole('heading', { name: /^Look at these first/ }).waitFor()

  // Whoever presses the button all the same is led to what is open, and nothing is shared.
  await keys.reach(/^Share \d+ files with everyone$/)
  assert.equal(await button.getAttribute('aria-disabled'), 'true')
  await keys.press('Enter')
  await keys.given(/^Look at these first \(\d+\)$/)
  assert.ok(await isInSight(page, /^Look at these first/))
  const { code, last } = await shell.get(shell.place('state'), torrent, '-o', shell.place(), ...peer).ended()
  assert.equal(code, 1, 'a peer that knows the torrent and the port gets nothing')
  assert.equal(last.error?.code, 'NO_SOURCES')

  // Each is answered, one by one; the button stays off until the last.
  for (;;) {
    const open = dialog.locator(OPEN_CHOICE)
    // Both at one instant: leaving a file out answers whatever else was found in it.
    const [left = 0, off] = await page.evaluate<[number, string | null]>(
      `[document.querySelectorAll('${OPEN_CHOICE}').length, document.querySelector('.dialog-actions .button-primary').getAttribute('aria-disabled')]`,
    )
    if (left === 0) break
    assert.equal(off, 'true', `${left} are open`)
    await open.first().getByRole('radio', { name: 'Leave out' }).focus()
    await keys.press('Space')
    await until('it is answered', async () => (await open.count()) < left)
  }
  await until('the button is on', async () => (await button.getAttribute('aria-disabled')) === 'false')
  await onlookers.end()
  assert.ok(onlookers.looks > 10, `${onlookers.looks} looks`)
  assert.deepEqual(onlookers.seen, [], 'nothing was visible before the answers')

  await keys.reach(new RegExp(`^Share ${HARMLESS.length} files with everyone$`))
  await keys.press('Enter')
  await dialog.getByText('Everyone can find and get it while Shoal runs here.').waitFor()
  const link = await dialog.getByLabel('Link', { exact: true }).inputValue()
  const into = shell.place()
  assert.equal((await shell.get(shell.place('state'), link, '-o', into, ...peer).ended()).code, 0)
  const got = readdirSync(join(into, 'Trip'), { recursive: true, withFileTypes: true })
  const names = got.filter((entry) => entry.isFile()).map(({ name }) => name)
  assert.deepEqual(names.sort(), HARMLESS.map((name) => name.split('/').at(-1)).sort())
  assert.deepEqual(troubles, [])
})

test('a share that was not answered leaves nothing behind when its dialog is closed', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const daemon = await PageDaemon.start(t)
  const folder = join(daemon.home, 'Pictures', 'Trip')
  plant(folder)
  const { page, troubles } = await openPageOf(await openBrowser(t), daemon)
  const keys = new KeyboardSteps(page)
  await page.getByRole('heading', { name: 'Shoal is running. Nothing is shared.' }).waitFor()
  await keys.reach(/^Share something/)
  await keys.press('Enter')
  await page.getByRole('dialog').waitFor()
  await keys.type(folder)
  await keys.press('Enter')
  await keys.given(/^Look at these first \(\d+\)$/)
  await keys.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.deepEqual((await daemon.call('listShares', {})).shares, [])
  assert.deepEqual((await daemon.call('listTransfers', {})).transfers, [])
  assert.deepEqual(troubles, [])
})
