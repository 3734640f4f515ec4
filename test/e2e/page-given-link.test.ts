// A magnet link that was clicked: `shoal start --get`, as the desktop runs it (`shoal setup`), and the page it leads to.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needs } from '../doubles/require-program.ts'
import { CommandLine } from './command-line.ts'
import { openBrowser, PageDaemon } from './page.ts'

const MAGNET = `magnet:?xt=urn:btih:${'5'.repeat(40)}&dn=a%20film&x.to=link`

test('a magnet link that was clicked is shown in the page, and nothing is got before the person says so', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const daemon = await PageDaemon.start(t)
  const shell = new CommandLine()
  t.after(() => shell.close())
  const words = ['start', '--get', MAGNET, '--no-open', '--state-dir', daemon.stateFolder]
  const { code, last } = await shell.run(words).ended()
  assert.equal(code, 0, JSON.stringify(last))

  const browser = await openBrowser(t)
  const page = await browser.newPage()
  await page.goto(last.link)
  const dialog = page.getByRole('dialog')
  await dialog.getByText('a film').first().waitFor()
  assert.doesNotMatch(page.url(), /get=|code=/)
  assert.deepEqual((await daemon.call('listTransfers', {})).transfers, [])
})
