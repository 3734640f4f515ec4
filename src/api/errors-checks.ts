// The look at what arrived, and lists of what is not wanted.

import { type ErrorTable, given, word } from './error-entry.ts'

export const CHECK_ERRORS: ErrorTable = {
  FILE_CHECKING: {
    exit: 1,
    message: (data) => `${word(data, 'name', 'That file')} is still being checked.`,
    help: 'It can be opened as soon as that is over.',
    retry: true,
  },
  FILE_LOCKED: {
    exit: 1,
    message: (data) =>
      `${word(data, 'name', 'That file')} is kept locked, because something was found in it.`,
    help: 'It can be deleted. `shoal show` says what was found.',
  },
  FILE_NOT_LOCKED: {
    exit: 2,
    message: (data) => `File number ${word(data, 'index', 'like this')} is not locked.`,
    help: 'Only what was found to be bad is deleted this way.',
  },
  BLOCKLIST_NOT_ONE: {
    exit: 2,
    message: 'That is no list of contents that Shoal can read.',
    help: 'docs/blocklists.md says what one looks like.',
  },
  BLOCKLIST_TOO_LARGE: {
    exit: 2,
    message: (data) => `That list is larger than the limit of ${word(data, 'limit', 'this')}.`,
    help: 'Nothing of it was taken.',
  },
  BLOCKLIST_SIGNATURE: {
    exit: 1,
    message: 'That list is not signed by the key that it names, so nothing of it was taken.',
    help: 'Get it anew from whoever makes it.',
  },
  BLOCKLIST_OTHER_KEY: {
    exit: 1,
    message: (data) =>
      `The list ${word(data, 'name', '')} is signed by another key than before, so nothing of it was taken.`,
    help: 'If its author says that the key changed, remove the list and add it again.',
  },
  BLOCKLIST_OLDER: {
    exit: 1,
    message: (data) =>
      `An older edition of ${word(data, 'name', 'the list')} came than the one that is here, so nothing of it was taken.`,
    retry: true,
  },
  BLOCKLIST_EXPIRED: {
    exit: 1,
    message: (data) => `${word(data, 'name', 'That list')} is no longer valid.`,
    help: 'Its author has to sign a new edition.',
  },
  BLOCKLIST_UNREACHABLE: {
    exit: 1,
    message: (data) =>
      `The list could not be had from ${word(data, 'host', 'there')}${given(data, 'why', ': ')}.`,
    retry: true,
  },
  BLOCKLIST_UNKNOWN: {
    exit: 2,
    message: 'There is no such list.',
    help: '`shoal blocklist list` shows them.',
  },
  BLOCKLISTS_TOO_MANY: {
    exit: 2,
    message: (data) => `There are ${word(data, 'limit', 'as many')} lists already.`,
    help: 'Remove one that you do not need.',
  },
  BLOCKS_TOO_MANY: {
    exit: 2,
    message: (data) => `You have blocked ${word(data, 'limit', 'as many')} contents already.`,
    help: 'Put them into a list of your own.',
  },
}
