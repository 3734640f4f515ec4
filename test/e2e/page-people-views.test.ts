// The views of people as page-views.test.ts looks at the others, and further: mirrored, at 200 %, and in forced colours.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEVICE, INVITE, INVITE_LINK } from '../doubles/hostile-people.ts'
import { CIRCLE, DIRECT, PERSON, ROOM } from '../doubles/hostile-talk.ts'
import { needs } from '../doubles/require-program.ts'
import { openBrowser } from './page.ts'
import { look, type Scene } from './page-scene.ts'

const SCENES: readonly Scene[] = [
  { name: 'people, with nothing chosen', at: 'people', reads: ['circle-name', 'room-name', 'joining-name'] },
  {
    name: 'a room with a message of each kind, and its members',
    at: `people/${ROOM}`,
    go: async (page) => {
      await page.getByRole('complementary', { name: 'Members, files, copies' }).waitFor()
      await page.getByText('Only on this device').waitFor()
      // The newest is in sight, and what is unread begins where the line is.
      await page.getByText('New', { exact: true }).waitFor()
      assert.ok(await page.getByText('Only on this device').isVisible())
    },
    reads: [
      'room-name',
      'circle-name',
      'person-name',
      'second-person',
      'keeper-name',
      'message-text',
      'answered-text',
      'file-name',
      'image-name',
      'saved-path',
      'joined-name',
      'my-name',
    ],
  },
  {
    name: 'what can be done with a message',
    at: `people/${ROOM}`,
    go: async (page) => {
      await page.getByText('Only on this device').waitFor()
      await page.locator('.message').last().focus()
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('Enter')
      await page.getByRole('menuitem', { name: 'Take away (as moderator)' }).waitFor()
    },
    reads: [],
  },
  {
    name: 'naming somebody in a message',
    at: `people/${ROOM}`,
    go: async (page) => {
      await page.getByRole('complementary', { name: 'Members, files, copies' }).waitFor()
      await page.getByRole('textbox', { name: 'Message' }).focus()
      await page.keyboard.type('hello @')
      await page.getByRole('option').first().waitFor()
    },
    reads: ['person-name'],
  },
  {
    name: 'what members share with a circle',
    at: `people/${ROOM}`,
    go: async (page) => {
      await page.getByRole('tab', { name: 'Files' }).click()
      await page
        .getByRole('button', { name: 'Show more' })
        .or(page.getByText('here already'))
        .first()
        .waitFor()
    },
    reads: ['others-name', 'others-folder'],
  },
  { name: 'a direct conversation', at: `people/${DIRECT}`, reads: ['person-name'] },
  {
    name: 'who is near, and what was sent',
    at: 'people/nearby',
    go: (page) => page.getByRole('button', { name: /^Always accept from/ }).waitFor(),
    reads: ['nearby-name', 'nearby-device', 'item-name', 'saved-path'],
  },
  {
    name: 'what a device nearby offers',
    at: `people/device:${DEVICE}`,
    go: (page) => page.getByText('here already').waitFor(),
    reads: ['others-name', 'others-folder'],
  },
  {
    name: 'a circle, and an invite to it',
    at: `people/circle:${CIRCLE}`,
    go: async (page) => {
      await page.getByRole('button', { name: 'Make an invite' }).click()
      await page.getByRole('img', { name: 'QR code of the invite link' }).waitFor()
      await page.getByRole('button', { name: /^Let in/ }).waitFor()
    },
    reads: ['circle-name', 'asking-name', 'quiet-room'],
  },
  { name: 'a circle on its way to be joined', at: `people/joining:${INVITE}`, reads: ['joining-name'] },
  {
    name: 'a person, and the words to compare',
    at: `people/person:${PERSON}`,
    go: async (page) => {
      await page.getByRole('button', { name: 'Compare words' }).click()
      await page.getByRole('button', { name: 'They differ' }).click()
      await page.getByText(/^Then somebody may stand between you/).waitFor()
    },
    reads: ['person-name', 'device-name', 'circle-name'],
  },
  {
    name: 'contacts, and my link',
    at: 'people/contacts',
    go: async (page) => {
      await page.getByRole('button', { name: 'Show my contact link' }).click()
      await page.getByRole('img', { name: 'QR code of my contact link' }).waitFor()
    },
    reads: ['person-name', 'second-person'],
  },
  {
    name: 'what was found in messages',
    at: 'people/find?words=amplifier',
    go: (page) => page.getByText(/^9 messages/).waitFor(),
    reads: ['message-text', 'room-name'],
  },
  {
    name: 'a circle before it is made',
    at: 'people',
    go: async (page) => {
      await page.getByRole('button', { name: 'New circle' }).last().click()
      await page.getByRole('dialog').waitFor()
    },
    reads: [],
  },
  {
    name: 'the twelve words',
    at: 'people',
    go: async (page) => {
      await page.getByRole('button', { name: 'New circle' }).last().click()
      await page.getByLabel('What is it called?').fill('Choir')
      await page.keyboard.press('Enter')
      await page.getByText('anchor').waitFor()
    },
    reads: [],
  },
  {
    name: 'an invite before it is used',
    at: 'people',
    go: async (page) => {
      await page.getByRole('button', { name: 'I have an invite' }).last().click()
      await page.getByLabel('The link that you were given').fill(INVITE_LINK)
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Join' }).waitFor()
    },
    reads: ['link-name'],
  },
  {
    name: 'what is sent, before it is',
    at: 'people/nearby',
    go: async (page) => {
      await page
        .getByRole('button', { name: /^Send files to/ })
        .first()
        .click()
      await page.getByLabel('Path').fill('/home/a/film')
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: /^Send 41 files to/ }).waitFor()
    },
    reads: ['person-name'],
  },
  {
    name: 'what was found in my circles',
    at: 'search/circles?words=rain',
    go: async (page) => {
      await page.getByRole('gridcell').first().waitFor()
      await page.getByRole('grid').focus()
      await page.keyboard.press('Enter')
      await page.getByRole('complementary', { name: 'About this content' }).waitFor()
      await page.getByRole('tab', { name: 'Nearby 240' }).waitFor()
    },
    reads: ['others-name', 'holder-path', 'other-name', 'second-person'],
  },
  {
    name: 'wishes, and what came true',
    at: 'search/wishes',
    go: async (page) => {
      await page.getByRole('button', { name: 'Look what fits rain' }).click()
      await page
        .getByRole('button', { name: /^Not this/ })
        .first()
        .waitFor()
    },
    reads: ['others-name'],
  },
  {
    name: 'what a circle sees of the library',
    at: `library/seen?as=circle:${CIRCLE}`,
    go: (page) => page.getByRole('gridcell').first().waitFor(),
    reads: ['seen-name'],
  },
  {
    name: 'who can get a folder: a circle',
    at: 'library/folders',
    go: async (page) => {
      await page
        .getByRole('button', { name: /^Who can get it/ })
        .first()
        .click()
      await page.getByRole('radio', { name: /^A circle/ }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Which circle').waitFor()
      await dialog.getByRole('button', { name: /^Share 41 files with </ }).waitFor()
    },
    reads: ['finding-file'],
  },
  {
    name: 'oneself and one’s devices in the settings',
    at: 'settings',
    go: async (page) => {
      await page.getByLabel('Find a setting').fill('words')
      await page.getByRole('button', { name: 'Show this device’s link' }).click()
      await page.getByRole('img', { name: 'QR code of this device’s link' }).waitFor()
      await page.getByText('I have twelve words of another computer').click()
    },
    reads: ['other-device'],
  },
]

test('people, their conversations and circles are clean for axe in every look, and hold text as text', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const browser = await openBrowser(t)
  for (const scene of SCENES) await t.test(scene.name, (each) => look(each, browser, scene, true))
})
