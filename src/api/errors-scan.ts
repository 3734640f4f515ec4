// What can be wrong with a folder of the library when it is looked through. Shown beside the folder; nothing is forgotten.

import { type ErrorTable, given, word } from './error-entry.ts'

export const SCAN_ERRORS: ErrorTable = {
  FOLDER_GONE: {
    exit: 1,
    message: (data) => `${word(data, 'path', 'The folder')} is not there now. Nothing of it is forgotten.`,
    help: 'Connect its drive or put it back; it is looked for by itself. If it is gone for good, remove it from the library.',
    retry: true,
  },
  VOLUME_GONE: {
    exit: 1,
    message: (data) =>
      `${word(data, 'path', 'The folder')} is empty now, as if its drive were not connected. Nothing of it is forgotten.`,
    help: 'Connect the drive; it is looked for by itself. If the folder is to stay empty, remove it from the library and add it again.',
    retry: true,
  },
  FOLDER_REPLACED: {
    exit: 1,
    message: (data) =>
      `Another folder lies at ${word(data, 'path', 'that place')} now: nothing that the library knows is in it.`,
    help: 'Connect the right drive. If this is the one you mean, remove the folder from the library and add it again.',
  },
  FOLDER_UNREADABLE: {
    exit: 1,
    message: (data) => `${word(data, 'path', 'The folder')} cannot be read${given(data, 'errno', ': ')}.`,
    help: 'Shoal needs the permission to read it. It is tried again by itself.',
    retry: true,
  },
  FOLDER_PART_MISSING: {
    exit: 1,
    message: (data) =>
      `${word(data, 'example', 'A part')} in this folder is on a drive that is not there now. Nothing of it is forgotten.`,
    help: 'Connect the drive; it is looked for by itself.',
    retry: true,
  },
  FOLDER_PART_UNREADABLE: {
    exit: 1,
    message: (data) =>
      `Not all of this folder could be read${given(data, 'example', ': ')}. What was known of it stays as it was.`,
    help: 'Shoal needs the permission to read what is in there.',
  },
  FOLDER_TOO_MANY_FILES: {
    exit: 1,
    message: 'There are more files than the library holds (1,000,000). The rest of this folder is not in it.',
    help: 'Remove a folder that you do not search, or add the parts that you do instead.',
  },
  FOLDER_TOO_DEEP: {
    exit: 1,
    message: (data) =>
      `Folders more than 100 deep are not in the library${given(data, 'example', ', for example ')}.`,
    help: 'Move what you want to find further up.',
  },
  FOLDER_NAMES_NOT_TEXT: {
    exit: 1,
    message: (data) =>
      `${word(data, 'count', 'Some')} names in this folder are no text (not UTF-8), so those files are not in the library.`,
    help: 'Rename them.',
  },
  FOLDER_OTHER_FILE_SYSTEM: {
    exit: 1,
    message: (data) =>
      `${word(data, 'example', 'A part')} in this folder lies on the network or is made by the system, and was left out.`,
    help: 'What comes over a network would be fetched whole to be known by its content. If you want that, add it as a folder of its own instead of this one.',
  },
  FOLDER_NOT_WATCHED: {
    exit: 1,
    message: (data) =>
      `Changes in this folder are not told by the system${given(data, 'errno', ': ')}. It is looked through every few minutes instead.`,
    help: 'On Linux ENOSPC means that too few watches are allowed: raise fs.inotify.max_user_watches.',
  },
}
