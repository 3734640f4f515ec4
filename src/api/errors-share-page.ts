// Why a share has no page for phones on this network.

import { type ErrorTable, given, word } from './error-entry.ts'

const STILL_SHARED = 'The share itself goes on.'

export const SHARE_PAGE_ERRORS: ErrorTable = {
  PAGE_NO_NETWORK: {
    exit: 1,
    message: 'This computer is on no local network, so no phone could open the page.',
    help: `${STILL_SHARED} Connect to the network that the phone is on.`,
    retry: true,
  },
  PAGE_TOO_MANY: {
    exit: 1,
    message: (data) =>
      `${word(data, 'most', 'As many')} shares have a page already, which is as many as may.`,
    help: `${STILL_SHARED} Close another page first.`,
  },
  PAGE_NOTHING_WHOLE: {
    exit: 1,
    message: (data) =>
      `Nothing of ${word(data, 'name', 'it')} is here as it was shared, so a page would be empty.`,
    help: 'Put its files back, or share it anew.',
  },
  PAGE_NOT_OPENED: {
    exit: 1,
    message: (data) =>
      `The page could not be opened on ${word(data, 'address', 'this network')}${given(data, 'errno', ' (', ')')}.`,
    help: STILL_SHARED,
    retry: true,
  },
}
