// `shoal me …`: who I am, my devices, and whom I know.

import { defineCommand } from '../command.ts'
import {
  accept,
  addContact,
  alias,
  block,
  contactLink,
  contacts,
  forget,
  ignore,
  unblock,
  unignore,
  verify,
} from '../people/contacts.ts'
import { nameMe, restore, showMe, visibleMe, words } from '../people/identity.ts'
import { ME_OPTIONS, type MeContext } from '../people/me-options.ts'
import { devices, linkDevice, nameDevice, removeDevice } from '../people/own-devices.ts'
import { runWay, type Way, type Ways, waysText } from '../ways.ts'

const MOST_NAME_WORDS = 16
const TWELVE = 12

type MeWay = Way<typeof ME_OPTIONS>

function way(
  operands: string,
  [least, most]: readonly [number, number],
  run: (context: MeContext, words: readonly string[]) => Promise<number>,
  options: MeWay['options'] = [],
): MeWay {
  return { operands, least, most, expects: operands === '' ? 'nothing' : operands, options, run }
}

const ONE = [1, 1] as const
const NONE = [0, 0] as const

const WAYS: Ways<typeof ME_OPTIONS> = {
  show: way('', NONE, showMe),
  name: way('NAME', [1, MOST_NAME_WORDS], nameMe),
  words: way('', NONE, words, ['written']),
  restore: way('[WORDS|-]', [0, TWELVE], restore),
  devices: way('', NONE, devices),
  'device-name': way('NAME', [1, MOST_NAME_WORDS], nameDevice),
  'link-device': way('[LINK]', [0, 1], linkDevice),
  'remove-device': way('DEVICE', ONE, removeDevice),
  visible: way('everyone|contacts|off', ONE, visibleMe),
  contacts: way('', NONE, contacts),
  link: way('', NONE, contactLink, ['anew']),
  add: way('LINK|PERSON|DEVICE', ONE, addContact),
  alias: way('PERSON [NAME]', [1, 1 + MOST_NAME_WORDS], alias, ['none']),
  verify: way('PERSON', ONE, verify, ['different']),
  accept: way('PERSON SIZE|none', [2, 2], accept),
  ignore: way('PERSON', ONE, ignore),
  unignore: way('PERSON', ONE, unignore),
  block: way('PERSON', ONE, block),
  unblock: way('PERSON', ONE, unblock),
  forget: way('PERSON', ONE, forget),
}

export const command = defineCommand({
  options: ME_OPTIONS,
  operands: { least: 0, most: 1 + MOST_NAME_WORDS + 1, expects: Object.keys(WAYS).join(', ') },
  details: [
    ...waysText('me', WAYS),
    'A PERSON is said by name or by the beginning of their ID. Your twelve words bring you back on a new computer, with your circles.',
    'link-device: without a LINK on the new device, which shows one; with it on the device that holds the words.',
  ],
  run: (context) => runWay('me', WAYS, ME_OPTIONS, context, 'show'),
})
