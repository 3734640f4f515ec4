// Pictures of every view and dialog for docs/page, of real daemons that really give and get: light, dark, on a phone, and at
// 200 %. `npm run lab:screenshots`; they are looked at by people, so nothing is compared.

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import type { OutputOf } from '../../src/api/routes.ts'
import { openBrowser, openPageOf, PageDaemon } from '../../test/e2e/page.ts'
import { until } from '../netns/until.ts'

/** Names of scenes on the command line: only these are made anew. */
const ONLY = process.argv.slice(2)
const OUT = join(import.meta.dirname, '..', '..', 'docs', 'page')

const PHONE = { width: 390, height: 844 }
const LOOKS: readonly { readonly name: string; readonly options: BrowserContextOptions }[] = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: 'phone', options: { colorScheme: 'light', viewport: PHONE, hasTouch: true, isMobile: true } },
  // What a window of 1280 is at 200 %.
  {
    name: '200-percent',
    options: { colorScheme: 'dark', viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  },
]

interface Scene {
  readonly name: string
  readonly at: string
  readonly go?: (page: Page) => Promise<void>
}

/** The start screen is that of a daemon of its own. */
const FIRST: readonly Scene[] = [
  { name: 'start', at: 'transfers' },
  {
    name: 'swarm',
    at: 'transfers',
    go: async (page) => {
      await page.getByRole('button', { name: 'Watch a swarm on this computer' }).click()
      await page.getByText(/^Ana switched off/).waitFor({ timeout: 60_000 })
    },
  },
]

function scenes(shown: Shown): readonly Scene[] {
  return [
    { name: 'transfers', at: 'transfers' },
    ...['overview', 'files', 'peers', 'sources', 'why'].map((tab) => ({
      name: `details-${tab}`,
      at: `transfers?open=${shown.getting}&tab=${tab}`,
    })),
    {
      name: 'get',
      at: 'transfers',
      go: async (page) => {
        await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(shown.link)})`)
        await page.locator('#view').focus()
        await page.keyboard.press('Control+V')
        await page.getByRole('button', { name: 'Get all when known' }).waitFor()
      },
    },
    { name: 'share-what', at: 'transfers', go: openShare },
    { name: 'share-review', at: 'transfers', go: (page) => review(page, shown.folder) },
    {
      name: 'share-private',
      at: 'transfers',
      go: async (page) => {
        await review(page, shown.secrets)
        await page.getByRole('radio', { name: /^Everyone/ }).check()
        await page.getByRole('radio', { name: 'It is my own work' }).check()
        const first = page.getByRole('heading', { name: /^Look at these first/ })
        await first.waitFor()
        await first.focus()
      },
    },
    {
      name: 'shared',
      at: 'library',
      go: async (page) => {
        await page
          .getByRole('button', { name: /^Link and more/ })
          .first()
          .click()
        const open = page.getByRole('button', { name: 'Open this page on their phone' })
        const code = page.getByRole('img', { name: 'QR code of the page’s address' })
        await open.or(code).waitFor()
        if (await open.isVisible()) await open.click()
        await code.scrollIntoViewIfNeeded()
        await page.getByRole('button', { name: 'Close the page' }).waitFor()
      },
    },
    { name: 'library', at: 'library' },
    { name: 'folders', at: 'library/folders' },
    { name: 'files', at: 'library/files', go: openFirst },
    { name: 'seen', at: 'library/seen' },
    { name: 'duplicates', at: 'library/duplicates' },
    { name: 'search', at: 'search?words=ra', go: openFirst },
    { name: 'people', at: 'people' },
    { name: 'room', at: `people/${shown.room}`, go: (page) => page.getByText('Delivered').last().waitFor() },
    {
      name: 'invite',
      at: `people/circle:${shown.circle}`,
      go: async (page) => {
        await page.getByRole('button', { name: 'Make an invite' }).click()
        await page.getByRole('img', { name: 'QR code of the invite link' }).waitFor()
      },
    },
    { name: 'nearby', at: 'people/nearby' },
    { name: 'contacts', at: 'people/contacts' },
    {
      name: 'person',
      at: `people/person:${shown.friend}`,
      go: async (page) => {
        await page.getByRole('button', { name: 'Compare words' }).click()
        await page.getByRole('button', { name: 'They are the same' }).waitFor()
      },
    },
    { name: 'find-messages', at: 'people/find?words=harbour' },
    { name: 'search-circles', at: 'search/circles?words=harbour' },
    { name: 'wishes', at: 'search/wishes' },
    {
      name: 'new-circle',
      at: 'people',
      go: async (page) => {
        await page.getByRole('button', { name: 'New circle' }).last().click()
        // With touch it is drawn once it is known whether a keyboard comes up.
        await page.locator('.dialog-veil:not([style*="opacity: 0"])').waitFor()
      },
    },
    { name: 'network', at: 'network' },
    { name: 'settings', at: 'settings' },
    {
      name: 'checks',
      at: 'settings',
      go: (page) => page.getByLabel('Find a setting').fill('virus'),
    },
  ]
}

async function openShare(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Share…', exact: true }).first()
  if (await button.isVisible()) await button.click()
  else {
    await page.getByRole('button', { name: 'Get or share' }).click()
    await page.getByRole('menuitem', { name: 'Share…' }).click()
  }
  await page.getByRole('listbox').waitFor()
}

async function review(page: Page, path: string): Promise<void> {
  await openShare(page)
  await page.getByLabel('Path').fill(path)
  await page.keyboard.press('Enter')
  await page.getByRole('tree').waitFor()
}

/** The first content of a list, beside it. */
async function openFirst(page: Page): Promise<void> {
  await page.getByRole('gridcell').first().waitFor()
  await page.getByRole('grid').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('complementary').waitFor()
}

interface Shown {
  readonly getting: string
  readonly link: string
  readonly folder: string
  /** With what looks private in it. */
  readonly secrets: string
  readonly circle: string
  readonly room: string
  readonly friend: string
}

function files(folder: string, sizes: Readonly<Record<string, number>>): string {
  for (const [name, lengthBytes] of Object.entries(sizes)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, randomBytes(lengthBytes))
  }
  return folder
}

type Share = OutputOf<'share'>
/** A busy computer reads a film of 130 MB no faster. */
const READING_MS = 120_000

async function share(daemon: PageDaemon, path: string, more: object = {}): Promise<Share & { link: string }> {
  const { transfer } = await daemon.call('addShare', { path, ...more })
  let last: unknown
  return await until(
    'its link is there',
    async () => {
      const facts = await daemon.call('share', { id: transfer.id })
      last = [facts.transfer.name, facts.transfer.state, facts.transfer.problem]
      return facts.link !== null && { ...facts, link: facts.link }
    },
    { deadlineMs: READING_MS, describe: () => JSON.stringify(last) },
  )
}

/** A person with a few things under way, and a friend who gives and gets. */
async function play(person: PageDaemon, friend: PageDaemon): Promise<Shown> {
  const trip = files(join(person.home, 'Pictures', 'Trip to the sea'), {
    ...Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`photo ${i + 1}.jpg`, 700_000])),
    'film/sunrise.mp4': 9_000_000,
    'film/harbour.mp4': 7_000_000,
    'where we stayed.txt': 2_000,
  })
  const harbour = join(
    files(join(person.home, 'Videos'), { 'Harbour at dawn.mp4': 130_000_000 }),
    'Harbour at dawn.mp4',
  )
  const tapes = files(join(friend.home, 'Music', 'Field recordings'), {
    'rain.flac': 62_000_000,
    'market.flac': 49_000_000,
    'notes.txt': 3_000,
  })
  const secrets = files(join(person.home, 'Documents', 'Project'), { 'plan.odt': 20_000, 'logo.png': 90_000 })
  writeFileSync(join(secrets, '.env'), `DATABASE_PASSWORD=${randomBytes(20).toString('base64')}\n`)
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(join(secrets, 'deploy-key'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(join(secrets, 'accounts.csv'), 'name,iban\nAna,DE89370400440532013000\n')
  const music = files(join(person.home, 'Music'), {
    'rain on tin.flac': 3_000_000,
    'market.flac': 2_000_000,
    'radio play.mp3': 4_000_000,
  })
  copyFileSync(join(music, 'market.flac'), join(music, 'market (copy).flac'))
  for (const path of [music, join(person.home, 'Pictures')]) await person.call('addLibraryFolder', { path })
  await until('the library is read', async () => {
    const { files: count, unhashedFiles } = await person.call('library', {})
    return count > 0 && unhashedFiles === 0
  })
  const given = await share(person, harbour, { upLimit: 180_000 })
  await share(person, trip, { audience: 'everyone', licence: { kind: 'own-work', id: null } })
  await friend.call('addTransfer', { source: { link: given.link } })
  const wanted = await share(friend, tapes, { upLimit: 150_000 })
  const { transfer } = await person.call('addTransfer', { source: { link: wanted.link } })
  const nobody = `magnet:?xt=urn:btih:${'c5'.repeat(20)}&dn=Letters+1912`
  await person.call('addTransfer', { source: { link: nobody } })
  await until('bytes arrive', async () => {
    const { row } = await person.call('transfer', { id: transfer.id })
    return row.doneBytes > 2_000_000
  })
  const link = `magnet:?xt=urn:btih:${'d7'.repeat(20)}&dn=Old+radio+plays&tr=http%3A%2F%2Ftracker.example.org%2Fannounce&x.pe=192.0.2.7%3A6881`
  return { getting: transfer.id, link, folder: trip, secrets, ...(await talk(person, friend)) }
}

/** A circle of the two, in which they said a few things. */
async function talk(
  person: PageDaemon,
  friend: PageDaemon,
): Promise<Pick<Shown, 'circle' | 'room' | 'friend'>> {
  const circle = await person.call('newCircle', { name: 'Field recordings', myName: 'Mila' })
  const { link } = await person.call('newInvite', { id: circle.id, uses: 5 })
  await friend.call('joinCircle', { link: link ?? '', name: 'Ana' })
  const patience = { deadlineMs: READING_MS }
  const joined = async (): Promise<boolean> =>
    (await friend.call('circles', {})).circles.some(({ rooms }) => rooms.length > 0)
  await until('the friend has joined', joined, patience)
  const room = `room:${circle.id}:${circle.rooms[0]?.id}`
  const say = (who: PageDaemon, text: string) => who.call('writeMessage', { id: room, text })
  // Each has heard the other before they answer, as people do.
  const heard = (who: PageDaemon, said: string) =>
    until(
      'it is heard',
      async () => (await who.call('messages', { id: room })).messages.some(({ id }) => id === said),
      patience,
    )
  const hello = await say(friend, 'Hello! I have the market and the rain from last week.')
  await heard(person, hello.id)
  const asked = await say(person, 'Lovely. Did the harbour come out?')
  await heard(friend, asked.id)
  await friend.call('writeMessage', {
    id: room,
    text: 'It did, at dawn. Here is a piece of it:',
    replyTo: asked.id,
  })
  const path = join(
    files(join(friend.home, 'Music', 'Harbour'), { 'harbour at dawn.flac': 4_000_000 }),
    'harbour at dawn.flac',
  )
  const { id: review } = await friend.call('startReview', { path, audience: 'link' })
  await until(
    'it was looked at',
    async () => (await friend.call('review', { id: review, after: 0 })).state === 'done',
    patience,
  )
  await friend.call('offerFiles', { id: room, paths: [path], review })
  await until(
    'the file is seen',
    async () => (await person.call('messages', { id: room })).messages.some(({ kind }) => kind === 'file'),
    patience,
  )
  await say(person, 'Thank you! I will listen tonight.')
  await person.call('addWish', { words: 'market', in: 'circles' })
  const { person: id } = await friend.call('me', {})
  return { circle: circle.id, room, friend: id }
}

const endings: (() => Promise<void>)[] = []
const ending = { after: (end: () => Promise<void>) => endings.unshift(end) }
try {
  mkdirSync(OUT, { recursive: true })
  const browser = await openBrowser(ending)
  const [fresh, person, friend] = await Promise.all([
    PageDaemon.start(ending),
    PageDaemon.start(ending),
    PageDaemon.start(ending),
  ])
  const shown = await play(person, friend)
  for (const [daemon, those] of [
    [fresh, FIRST],
    [person, scenes(shown)],
  ] as const) {
    for (const { name: look, options } of LOOKS) {
      const { page } = await openPageOf(browser, daemon, options)
      for (const { name, at, go } of those) {
        if (ONLY.length > 0 && !ONLY.includes(name)) continue
        await page.evaluate(`location.hash = '#/${at}'`)
        await page.reload()
        await page.locator('h1').first().waitFor()
        // Rates and charts need some beats to be anything.
        await page.waitForTimeout(1_500)
        await go?.(page)
        await page.waitForTimeout(300)
        await page.screenshot({ path: join(OUT, `${name}-${look}.png`) })
        process.stdout.write(`${name}-${look}\n`)
      }
      await page.context().close()
      await daemon.call('stopDemo', {})
    }
  }
} finally {
  for (const end of endings) await end()
}
