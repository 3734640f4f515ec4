// What can stop a transfer: nobody has it, the disk refuses. What is here stays, and the same command goes on.

import type { ErrorData } from '../base/errors.ts'
import { duration, type ErrorTable, given, size, word } from './error-entry.ts'

const GOES_ON = 'Nothing is lost; run the same command to go on.'

const name = (data: ErrorData): string => word(data, 'name', 'This')
const at = (data: ErrorData): string => word(data, 'path', 'the folder it is saved in')

export const TRANSFER_ERRORS: ErrorTable = {
  NO_SOURCES: {
    exit: 1,
    message: (data) => `Nobody who has ${word(data, 'name', 'this')} answered in ${patience(data)}.`,
    help: GOES_ON,
    retry: true,
  },
  PLACE_REFUSED: {
    exit: 2,
    message: (data) =>
      `${name(data)} would be saved in ${word(data, 'folder', 'a folder')}, which holds keys or settings. Nothing was written.`,
    help: 'Choose another folder with -o.',
  },
  NOTHING_SELECTED: {
    exit: 2,
    message: (data) => `No file of ${word(data, 'name', 'this')} fits --select.`,
    help: '`shoal inspect` lists its files.',
  },
  TORRENT_ALREADY_ADDED: {
    exit: 1,
    message: (data) => `${word(data, 'name', 'This')} is being transferred already.`,
    help: 'Nothing was changed.',
  },
  TRANSFER_RUNNING: {
    exit: 1,
    message: (data) =>
      `${name(data)} is being transferred into this folder by another Shoal${given(data, 'pid', ' (process ', ')')}.`,
    help: 'Nothing was changed. Wait until it is done, or stop it and run the same command.',
    retry: true,
  },
  NOT_IN_REALM: {
    exit: 1,
    message: 'This was shared in a circle that this device is not in any more.',
  },
  NO_INFOHASH: { exit: 2, message: 'There is no hash in this, so nobody can be asked for it.' },
  TRANSFER_FAILED: {
    exit: 1,
    message: (data) => `${name(data)} could not go on.`,
    help: GOES_ON,
    retry: true,
  },
  VERIFY_FAILED: {
    exit: 1,
    message: (data) => `${word(data, 'path', 'What is here')} is not what the torrent describes.`,
    help: 'Nothing was changed.',
  },
  NOT_ENOUGH_SPACE: {
    exit: 1,
    message: (data) =>
      `${name(data)} needs ${size(data, 'neededBytes', 'more space')}, ${at(data)} has ${size(data, 'freeBytes', 'less')}.`,
    help: 'Choose another folder with -o, or part of it with --select.',
    retry: true,
  },
  NO_SPACE: {
    exit: 1,
    message: (data) =>
      `${name(data)} needs ${size(data, 'bytesMissing', 'some')} more free space where ${at(data)} lies.`,
    help: `Make room, or choose another folder with -o. ${GOES_ON}`,
    retry: true,
  },
  QUOTA: {
    exit: 1,
    message: (data) => `Your quota is used up where ${at(data)} lies.`,
    help: GOES_ON,
    retry: true,
  },
  BUSY: {
    exit: 1,
    message: (data) => `${name(data)} is being moved or renamed just now.`,
    help: 'Try again when that is done.',
    retry: true,
  },
  READ_ONLY: {
    exit: 1,
    message: (data) => `${at(data)} is on a read-only volume.`,
    help: GOES_ON,
    retry: true,
  },
  PERMISSION: {
    exit: 1,
    message: (data) => `The system does not let Shoal use ${at(data)}.`,
    help: `Change its permissions, or choose another folder with -o. ${GOES_ON}`,
    retry: true,
  },
  IO_ERROR: {
    exit: 1,
    message: (data) => `The disk failed to read or write ${at(data)}.`,
    help: `Look at the disk's health. ${GOES_ON}`,
    retry: true,
  },
  SYNC_FAILED: {
    exit: 1,
    message: (data) =>
      `The disk did not confirm what was written to ${at(data)}, so it will be written again.`,
    help: GOES_ON,
    retry: true,
  },
  FILE_MISSING: {
    exit: 1,
    message: (data) => `${word(data, 'path', 'A file')} was removed while Shoal worked with it.`,
    help: GOES_ON,
    retry: true,
  },
  FILE_CHANGED: {
    exit: 1,
    message: (data) =>
      `${word(data, 'path', 'A file')} was changed by somebody else while Shoal worked with it.`,
    help: `It was not touched since. ${GOES_ON}`,
    retry: true,
  },
  MISSING_VOLUME: {
    exit: 1,
    message: (data) => `The volume of ${at(data)} is not there. Nothing was written in its place.`,
    help: 'Connect it and run the same command to go on.',
    retry: true,
  },
  NAME_TAKEN: {
    exit: 1,
    message: (data) =>
      `Something else has the name ${word(data, 'path', 'that a file needs')}. It was not touched.`,
    help: 'Choose another folder with -o.',
  },
  PATH_IN_USE: {
    exit: 1,
    message: (data) => `Another transfer works with ${word(data, 'path', 'the same file')}.`,
    help: 'Choose another folder with -o.',
  },
  UNSAFE_PATH: {
    exit: 1,
    message: (data) => `${word(data, 'path', 'Something')} is a link or no plain file. It was not followed.`,
    help: 'Choose another folder with -o.',
  },
  NAME_TOO_LONG: {
    exit: 1,
    message: (data) => `${word(data, 'path', 'A name')} is longer than this volume allows.`,
    help: 'Choose another folder with -o.',
  },
  FILE_TOO_BIG: {
    exit: 1,
    message: (data) => `${word(data, 'path', 'A file')} is bigger than this volume allows.`,
    help: 'Choose a folder on another volume with -o.',
  },
  TOO_MANY_OPEN_FILES: {
    exit: 1,
    message: 'The system does not let Shoal open more files.',
    help: `Close other programs, or raise the limit (ulimit -n). ${GOES_ON}`,
    retry: true,
  },
  DISK_FAILED: {
    exit: 1,
    message: (data) => `The disk did not do what was asked with ${at(data)}${given(data, 'detail', ': ')}.`,
    help: GOES_ON,
    retry: true,
  },
  STATE_UNWRITABLE: {
    exit: 1,
    message: (data) =>
      `The state folder${data.path === undefined ? '' : ` (${data.path})`} cannot be written.`,
    help: 'Make it writable, or give another with --state-dir.',
    retry: true,
  },
}

function patience(data: ErrorData): string {
  return typeof data.seconds === 'number' ? duration({ ms: data.seconds * 1_000 }, 'ms', '') : 'time'
}
