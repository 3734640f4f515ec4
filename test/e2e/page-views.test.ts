// Every view and dialog that is read: found clean by axe in both themes and on narrow screens, and nothing that others chose the
// words of is ever more than words. The daemon's answers are pretended and hostile; its door, its headers, the page and the
// browser are real.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { hostileRow } from '../doubles/hostile-daemon.ts'
import { hostile } from '../doubles/hostile-text.ts'
import { needs } from '../doubles/require-program.ts'
import { openBrowser } from './page.ts'
import { look, type Scene } from './page-scene.ts'

const SCENES: readonly Scene[] = [
  { name: 'the start screen', at: 'start', reads: ['save-folder'] },
  {
    name: 'the swarm to watch',
    at: 'start',
    go: async (page) => {
      await page.getByRole('button', { name: 'Watch a swarm on this computer' }).click()
      await page.getByText('Caro').first().waitFor()
    },
    reads: [],
  },
  {
    name: 'the get dialog',
    at: 'start',
    go: async (page) => {
      await page.getByRole('button', { name: /^Get something/ }).click()
      await page.getByRole('dialog').locator('textarea').fill('c'.repeat(40))
      await page.keyboard.press('Enter')
      await page.getByRole('tree').waitFor()
      await page.getByText('31.0 MB of 861 MB is in your library, 830 MB to get.').waitFor()
    },
    reads: ['torrent-name', 'folder', 'file', 'host'],
  },
  {
    name: 'the picker of the share dialog',
    at: 'start',
    go: async (page) => {
      await page.getByRole('button', { name: /^Share something/ }).click()
      await page.getByRole('listbox').waitFor()
    },
    reads: ['folder-entry', 'file-entry'],
  },
  {
    name: 'what is shared before it is',
    at: 'start',
    go: async (page) => {
      await reviewed(page)
      await page.getByText('1 thing is left out').click()
      await page.getByText('More', { exact: true }).click()
    },
    reads: ['share-name', 'folder', 'file', 'left-out'],
  },
  {
    name: 'what looks private, and what allows it for everyone',
    at: 'start',
    go: async (page) => {
      await reviewed(page)
      await page.getByRole('radio', { name: /^Everyone/ }).check()
      await page.getByRole('radio', { name: 'It has an open licence' }).check()
      await page.getByRole('heading', { name: 'Look at these first (8)' }).waitFor()
      await page
        .getByRole('button', { name: /^Show what was found in/ })
        .first()
        .click()
      await page.getByRole('button', { name: 'One by one' }).click()
    },
    reads: ['finding-folder', 'finding-file', 'masked'],
  },
  {
    name: 'the share that was made',
    at: 'start',
    go: async (page) => {
      await reviewed(page)
      await page.getByRole('button', { name: 'Leave all 8 out' }).click()
      await page.getByRole('button', { name: /^Share 41 files with people/, disabled: false }).click()
      await page.getByText('Show as QR code').click()
      await page.getByRole('img', { name: 'QR code of the page’s address' }).waitFor()
    },
    reads: ['torrent-name'],
  },
  {
    name: 'a folder to save in',
    at: 'settings',
    go: async (page) => {
      await page.getByRole('button', { name: 'Choose…' }).first().click()
      await page.getByRole('listbox').waitFor()
    },
    reads: ['folder-entry'],
  },
  {
    name: 'the list of transfers',
    at: 'transfers',
    reads: ['torrent-name'],
  },
  {
    name: 'the overview of a transfer',
    at: details('overview'),
    go: (page) => page.getByText('Added').first().waitFor(),
    reads: ['torrent-name', 'comment', 'created-by'],
  },
  {
    name: 'the files of a transfer',
    at: details('files'),
    go: async (page) => {
      await page.getByText('file 30').first().waitFor()
      await page.getByRole('tree', { name: 'Files' }).focus()
      await page.keyboard.press('ArrowDown')
      await page
        .getByText(/: Kept locked: /)
        .first()
        .waitFor()
    },
    reads: ['folder', 'file', 'found'],
  },
  {
    name: 'a locked file before it is deleted',
    at: 'settings',
    go: async (page) => {
      await page.getByRole('button', { name: /^Delete… / }).click()
      await page.getByRole('alertdialog').waitFor()
    },
    reads: ['locked-name', 'found'],
  },
  {
    name: 'the peers of a transfer',
    at: details('peers'),
    go: (page) => page.getByText('203.0.113.4').first().waitFor(),
    reads: ['client-name'],
  },
  {
    name: 'the sources of a transfer',
    at: details('sources'),
    go: (page) => page.getByText('tracker.example.org').first().waitFor(),
    reads: ['tracker-message'],
  },
  {
    name: 'the library',
    at: 'library',
    go: async (page) => {
      await page
        .getByRole('button', { name: /^Link and more/ })
        .first()
        .click()
      await page
        .getByRole('radio', { name: /^Everyone/ })
        .first()
        .click()
      await page.getByRole('button', { name: 'Share 41 files with everyone' }).waitFor()
      await page.getByRole('heading', { name: /^Look at these first/ }).waitFor()
    },
    reads: ['finding-file'],
  },
  {
    name: 'the folders of the library',
    at: 'library/folders',
    go: async (page) => {
      await page
        .getByRole('button', { name: /^Who can get it/ })
        .first()
        .click()
      await page
        .getByRole('button', { name: /^14 new files/ })
        .first()
        .waitFor()
    },
    reads: ['library-folder', 'library-path', 'publisher'],
  },
  {
    name: 'what is new in a folder, before it is shared',
    at: 'library/folders',
    go: async (page) => {
      await page
        .getByRole('button', { name: /^14 new files/ })
        .first()
        .click()
      await page.getByRole('dialog').getByRole('tree').waitFor()
      await page.getByRole('heading', { name: /^Look at these first/ }).waitFor()
    },
    reads: ['finding-file'],
  },
  {
    name: 'all files, and one of them',
    at: 'library/files',
    go: async (page) => {
      await opened(page, 'Files')
      await page.getByRole('button', { name: 'Watch' }).waitFor()
    },
    reads: ['entry-name', 'artist', 'publisher', 'place-folder', 'place-transfer'],
  },
  {
    name: 'what others see',
    at: 'library/seen',
    go: async (page) => {
      await page.getByRole('gridcell').first().waitFor()
      assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '241')
    },
    reads: ['seen-name', 'seen-folder', 'seen-share', 'publisher'],
  },
  {
    name: 'what is there twice',
    at: 'library/duplicates',
    go: (page) => opened(page, 'Contents that are here more than once'),
    reads: ['entry-name', 'place-folder', 'place-transfer'],
  },
  {
    name: 'what was found',
    at: 'search?words=sea+size:big+by:%22Ana+B%22',
    go: async (page) => {
      await opened(page, 'Results')
      await page.getByText('Not understood, and left out: size:big').waitFor()
    },
    reads: ['entry-name'],
  },
  {
    name: 'nothing was found',
    at: `search?words=nothing+${encodeURIComponent(hostile('searched')).replaceAll('%20', '+')}`,
    go: (page) => page.getByText('of your library and transfers were searched').waitFor(),
    reads: ['searched'],
  },
  {
    name: 'the network',
    at: 'network',
    go: async (page) => {
      await page.getByText('Each way by itself').click()
      await page.getByRole('button', { name: 'Look now' }).click()
      await page.getByText('Could be better').waitFor()
    },
    reads: [
      'outside',
      'router',
      'proxy',
      'proxy-trouble',
      'banned',
      'turned-away',
      'addresses',
      'event',
      'why',
    ],
  },
  {
    name: 'an address that is not known',
    at: 'nonsense',
    go: async (page) => {
      await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor()
      const link = page.getByRole('main').getByRole('link', { name: 'Transfers' })
      assert.equal(await link.getAttribute('href'), '#/transfers')
    },
    reads: [],
  },
  {
    name: 'the settings',
    at: 'settings',
    go: async (page) => {
      await page.getByRole('button', { name: 'Add times' }).click()
      await page.getByText('State folder').waitFor()
    },
    reads: [
      'state-folder',
      'category-folder',
      'scanner-version',
      'locked-name',
      'found',
      'list-name',
      'blocked-name',
      'blocked-why',
      'turned-away-peer',
      'log-why',
      'log-list',
    ],
  },
]

function details(tab: string): string {
  return `transfers?open=${hostileRow().id}&tab=${tab}`
}

/** The second row, by keys. */
async function opened(page: Page, list: string): Promise<void> {
  const grid = page.getByRole('grid', { name: list })
  await page.getByRole('gridcell').first().waitFor()
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('complementary', { name: 'About this content' }).waitFor()
}

async function reviewed(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Share something/ }).click()
  await page.getByLabel('Path').fill('/home/a/film')
  await page.keyboard.press('Enter')
  await page.getByRole('tree').waitFor()
}

test('views and dialogs are clean for axe, as wide as the window, and hold text as text', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const browser = await openBrowser(t)
  for (const scene of SCENES) await t.test(scene.name, (each) => look(each, browser, scene))
})
