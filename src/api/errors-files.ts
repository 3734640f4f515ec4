// Files and folders of the person: what may not be shared, what is in the way, what cannot be read.

import { type ErrorTable, given, word } from './error-entry.ts'

const WHY_REFUSED: Readonly<Record<string, string>> = {
  HOME: 'Your home folder',
  HOME_PARENT: 'The folder that holds the home folders',
  DRIVE_ROOT: 'A drive',
  SYSTEM: 'A folder of the system',
}

export const FILE_ERRORS: ErrorTable = {
  FILE_DIFFERS: {
    exit: 1,
    message: (data) =>
      `${word(data, 'path', 'A file of that name')} exists with other contents. It was not touched.`,
    help: 'Use -o, or verify it with `shoal verify`.',
  },
  FILE_UNREADABLE: {
    exit: 2,
    message: (data) => `${word(data, 'path', 'The file')} cannot be read${given(data, 'why', ': ')}.`,
  },
  FILE_NOT_FOUND: { exit: 2, message: (data) => `${word(data, 'path', 'The file')} does not exist.` },
  FILE_EXISTS: {
    exit: 2,
    message: (data) => `${word(data, 'path', 'A file of that name')} exists already. It was not touched.`,
    help: 'Choose another name with -o, or replace it with --yes.',
  },
  FILE_UNWRITABLE: {
    exit: 1,
    message: (data) => `${word(data, 'path', 'The file')} cannot be written${given(data, 'why', ': ')}.`,
    help: 'Choose another place with -o.',
  },
  'CreateError.FILE_CHANGED': {
    exit: 1,
    message: (data) =>
      `${word(data, 'path', 'A file')} was changed while it was read, so no torrent was made.`,
    help: 'Run it again when nobody writes there.',
    retry: true,
  },
  'CreateError.INTERRUPTED': { exit: 130, message: 'You stopped this.', help: 'No torrent was written.' },
  'VerifyError.INTERRUPTED': { exit: 130, message: 'You stopped this.', help: 'Nothing was changed.' },
  CREATE_EMPTY: {
    exit: 2,
    message: (data) =>
      `${word(data, 'path', 'This')} holds no bytes, so there is nothing to make a torrent of.`,
  },
  CREATE_PIECE_LENGTH: {
    exit: 2,
    message: 'A piece is a power of two, from 16KiB to 512MiB.',
    help: 'Leave --piece-length out, and Shoal chooses.',
  },
  CREATE_NAME_RESERVED: {
    exit: 2,
    message: (data) => `${word(data, 'path', 'A file')} has a name that other programs take for padding.`,
    help: 'Rename it, or make the torrent without --v1.',
  },
  SHARE_NOT_FOUND: { exit: 2, message: (data) => `${word(data, 'path', 'What you named')} does not exist.` },
  SHARE_NOT_A_FILE: {
    exit: 2,
    message: (data) => `${word(data, 'path', 'What you named')} is neither a file nor a folder.`,
    help: 'Nothing was shared.',
  },
  SHARE_EMPTY: {
    exit: 2,
    message: (data) =>
      `There is nothing to share in ${word(data, 'path', 'what you named')}: it holds no bytes.`,
  },
  SHARE_DATA_MISSING: {
    exit: 2,
    message: (data) => `The files of this torrent are not in ${word(data, 'path', 'that folder')}.`,
    help: 'Name the folder that holds them with --dir.',
  },
  SHARE_ONE_FILE: {
    exit: 2,
    message: (data) =>
      `${word(data, 'path', 'What you named')} is a folder or a torrent: only a single file is shared by its content.`,
    help: 'Name a file, or share it in the usual way.',
  },
  SHARE_REFUSED_ROOT: {
    exit: 2,
    message: (data) =>
      `${WHY_REFUSED[word(data, 'why', 'HOME')] ?? word(data, 'path', 'This folder')} cannot be shared whole.`,
    help: 'Choose a folder inside it.',
  },
  SHARE_REFUSED_KEYS: {
    exit: 2,
    message: (data) =>
      `${word(data, 'path', 'This')} lies in ${word(data, 'folder', 'a folder')}, which holds keys.`,
    help: 'Nothing was shared. Keys are never shared.',
  },
  SHARE_HOLDS_KEYS: {
    exit: 2,
    message: (data) =>
      `${word(data, 'path', 'This')} holds ${word(data, 'folder', 'a folder')}, where keys are kept.`,
    help: "Nothing was shared. Leave it out (share --exclude '**/NAME/**'), or move it elsewhere.",
  },
  SHARE_REFUSED_PROFILE: {
    exit: 2,
    message: (data) =>
      `${word(data, 'path', 'This')} lies in ${word(data, 'folder', 'a folder')}, which holds settings and passwords of programs.`,
    help: 'Nothing was shared. Copy what you want to share elsewhere first.',
  },
  SHARE_REFUSED_SYNC: {
    exit: 2,
    message: (data) =>
      `${word(data, 'path', 'This')} is where ${word(data, 'service', 'a cloud')} keeps everything in step with other devices.`,
    help: 'Nothing was shared. Choose a folder inside it, or copy what you want to share elsewhere.',
  },
}
