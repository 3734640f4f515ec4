// The library in the page, against a real daemon: a folder is added and found at once, offered after its look, what is new in it waits,
// others see exactly what was offered, and stopping all sharing says what stopped.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { needs } from '../doubles/require-program.ts'
import { axe, openBrowser, openPageOf, PageDaemon } from './page.ts'

function write(folder: string, names: readonly string[]): void {
  mkdirSync(folder, { recursive: true })
  for (const name of names) writeFileSync(join(folder, name), `${name}\n`.repeat(500))
}

test('a folder is added, found, offered, added to and taken back', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const daemon = await PageDaemon.start(t)
  const folder = join(daemon.home, 'Music')
  write(folder, ['rain on tin.txt', 'market day.txt', 'harbour.txt'])
  const { page, troubles } = await openPageOf(await openBrowser(t), daemon)
  const dialog = page.getByRole('dialog')
  const seenTotal = async () => (await daemon.call('seenBy', { audience: 'everyone' })).total
  const tab = (name: string) => page.getByRole('tab', { name }).click()

  await page.getByRole('link', { name: 'Library' }).click()
  await tab('Folders')
  await page.getByText('Nothing is shared. Add a folder: it stays only yours until you say who.').waitFor()
  await page.getByRole('button', { name: 'Add a folder…' }).click()
  await page.getByLabel('Path').fill(folder)
  await page.keyboard.press('Enter')
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Music' }) })
  await card.getByText('Only me').waitFor()
  await card.getByText(/^3 files/).waitFor()

  await tab('Files')
  await page.getByLabel('Find', { exact: true }).fill('rai')
  const files = page.getByRole('grid', { name: 'Files' })
  await until(
    'one is found while it is typed',
    async () => (await files.getAttribute('aria-rowcount')) === '2',
  )
  await files.focus()
  await page.keyboard.press('Enter')
  const panel = page.getByRole('complementary', { name: 'About this content' })
  await panel.getByText(join(folder, 'rain on tin.txt')).waitFor()
  assert.match(page.url(), /#\/library\/files\?.*words=rai/)

  await page.keyboard.press('Control+k')
  await page.keyboard.type('market')
  await page.getByText('Enter: search everything that is here').waitFor()
  await page.keyboard.press('Enter')
  const results = page.getByRole('grid', { name: 'Results' })
  await results.getByText('market day.txt').waitFor()
  assert.match(page.url(), /#\/search\?words=market/)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('nothing of that name')
  await page.getByText(/^Nothing fits “nothing of that name”\. All \d+ files of your library/).waitFor()
  assert.deepEqual(await axe(page), [])

  await page.goto(`${new URL(page.url()).origin}/#/library/folders`)
  await card.getByRole('button', { name: 'Who can get it: Music' }).click()
  await card.getByRole('radio', { name: /^Everyone/ }).click()
  await dialog.getByRole('radio', { name: 'It has an open licence' }).check()
  await dialog.getByLabel('Which licence').selectOption('CC-BY-4.0')
  await dialog.getByLabel('Publisher (if you like)').fill('Ana B')
  assert.equal(await seenTotal(), 0)
  await dialog.getByRole('button', { name: 'Share 3 files with everyone', disabled: false }).click()
  await card.getByText(/3 files, .* offered · CC-BY-4\.0, Ana B/).waitFor()
  await tab('What others see')
  const seen = page.getByRole('grid', { name: 'What they see' })
  await until('the three are seen', async () => (await seen.getAttribute('aria-rowcount')) === '4')
  await seen.getByText('Ana B').first().waitFor()

  write(folder, ['new.txt'])
  await tab('Folders')
  const look = card.getByRole('button', { name: '1 new file: look (Music)' })
  await until('it waits', async () => {
    if (await look.isVisible()) return true
    const scan = card.getByRole('button', { name: 'Look again: Music' })
    if (await scan.isVisible()) await scan.click()
    return false
  })
  assert.equal(await seenTotal(), 3, 'nobody sees it yet')
  await look.click()
  await dialog.getByText('Everyone will get these too, under the same licence.').waitFor()
  await dialog.getByRole('button', { name: 'Share 1 file with everyone', disabled: false }).click()
  await card.getByText(/4 files, .* offered/).waitFor()
  await until('it is seen too', async () => (await seenTotal()) === 4)

  await page.getByRole('button', { name: 'Pause all' }).click()
  await page.getByRole('menuitem', { name: 'Stop all sharing' }).click()
  await page.getByText('The library folder Music is only yours again.').first().waitFor()
  await card.getByText('Only me').first().waitFor()
  assert.equal(await seenTotal(), 0)
  assert.deepEqual(troubles, [])
})
