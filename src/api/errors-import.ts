// Why a transfer of another client does not come along. That client's files are as they were, whatever is said here.

import { type ErrorTable, given, word } from './error-entry.ts'

const BY_HAND = 'Add it by its torrent file, and say where its files are.'

export const IMPORT_ERRORS: ErrorTable = {
  IMPORT_NOTHING_THERE: {
    exit: 2,
    message: (data) =>
      `Nothing of ${word(data, 'client', 'that client')} is in ${word(data, 'folder', 'this folder')}: no file ending in ${word(data, 'ending', 'its ending')} was found.`,
    help: 'See `shoal help import` for where it keeps them.',
  },
  IMPORT_NO_TORRENT: {
    exit: 1,
    message: (data) => `${word(data, 'name', 'A transfer')} has no torrent file yet, only a link.`,
    help: 'Get it by that link.',
  },
  IMPORT_UNREADABLE: {
    exit: 1,
    message: (data) => `${word(data, 'name', 'A transfer')} cannot be read.`,
    help: BY_HAND,
  },
  IMPORT_NO_FOLDER: {
    exit: 1,
    message: (data) =>
      `${word(data, 'name', 'A transfer')} names no folder of this computer${given(data, 'folder', ' (', ')')}.`,
    help: BY_HAND,
  },
  IMPORT_RENAMED: {
    exit: 1,
    message: (data) =>
      `${word(data, 'name', 'A transfer')} lies under other names than its torrent has${given(data, 'folder', ' in ')}, so it was left where it is.`,
    help: 'Give its files their own names there, and import it again.',
  },
  IMPORT_PARTS_FAILED: {
    exit: 1,
    message: (data) =>
      `${word(data, 'failed', 'Some')} of ${word(data, 'count', 'them')} did not come along.`,
    help: 'The others did; run the same command again when what is said above is mended.',
  },
}
