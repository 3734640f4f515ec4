// Why `shoal demo` broke off. All it made lies in a temporary folder and is gone by the time this is said.

import { type ErrorTable, size, word } from './error-entry.ts'

const NOTHING_LEFT = 'Nothing of it is left on the disk.'

export const DEMO_ERRORS: ErrorTable = {
  DEMO_NO_SPACE: {
    exit: 1,
    message: (data) =>
      `The demo needs ${size(data, 'neededBytes', 'more space')} for a while, ${word(data, 'path', 'the temporary folder')} has ${size(data, 'freeBytes', 'less')}.`,
    help: 'Make room, set TMPDIR to another folder, or name a smaller file: shoal demo FILE.',
    retry: true,
  },
  DEMO_NO_FOLDER: {
    exit: 1,
    message: (data) =>
      `The demo cannot write in ${word(data, 'path', 'the temporary folder')}${data.why === undefined ? '' : ` (${data.why})`}.`,
    help: 'Set TMPDIR to a folder where it may.',
    retry: true,
  },
  DEMO_FISH_FAILED: {
    exit: 1,
    message: (data) =>
      `The demo broke off, because ${word(data, 'name', 'one of the four')} failed. ${word(data, 'why', '')}`.trimEnd(),
    help: `${NOTHING_LEFT} With SHOAL_TRACE=1 the same command shows more.`,
    retry: true,
  },
  DEMO_STALLED: {
    exit: 1,
    message: (data) => `The demo broke off: nothing moved for ${word(data, 'seconds', 'many')} seconds.`,
    help: `${NOTHING_LEFT} Does something keep programs on this computer from connecting to 127.0.0.1?`,
    retry: true,
  },
  DEMO_HASH_WRONG: {
    exit: 1,
    message: (data) =>
      `What arrived at ${word(data, 'names', 'one of them')} is not what was shared: its SHA-256 differs.`,
    help: `This must never happen, so please report it. ${NOTHING_LEFT}`,
  },
}
