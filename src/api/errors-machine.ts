// Paths and folders that are named to the daemon from elsewhere: by the page, or by a program with a token.

import { type ErrorTable, word } from './error-entry.ts'

export const MACHINE_ERRORS: ErrorTable = {
  PATH_INVALID: {
    exit: 2,
    message: (data) => `${word(data, 'path', 'This path')} leads nowhere.`,
    help: 'Nothing was changed.',
  },
  PATH_OUTSIDE: {
    exit: 2,
    message: (data) =>
      `${word(data, 'path', 'This folder')} lies outside of the folders that may be used from here.`,
    help: 'On the computer where Shoal runs, the command line may use any, and `shoal config set server.roots` says which ones the page may.',
  },
  SETTING_OWNERS: {
    exit: 2,
    message: (data) =>
      `${word(data, 'key', 'This setting')} says who may do what, so it cannot be changed from here.`,
    help: (data) =>
      `Set it on the computer where Shoal runs: shoal config set ${word(data, 'key', 'KEY')} VALUE.`,
  },
  FOLDER_NOT_ONE: {
    exit: 2,
    message: (data) => `${word(data, 'path', 'This')} is no folder.`,
    help: 'Nothing was changed.',
  },
}
