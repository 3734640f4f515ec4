// What can be wrong with a call to the daemon: an id that is none, a setting, a share that is none.

import type { ErrorData } from '../base/errors.ts'
import { type ErrorTable, given, word } from './error-entry.ts'

const key = (data: ErrorData): string => word(data, 'key', 'This setting')

export const DAEMON_ERRORS: ErrorTable = {
  TRANSFER_UNKNOWN: {
    exit: 2,
    message: (data) => `There is no transfer${given(data, 'id', ' with the id ')}.`,
    help: '`shoal list` shows those that there are.',
  },
  TRANSFER_NO_SHARE: {
    exit: 2,
    message: (data) => `${word(data, 'name', 'This transfer')} is not shared: it is not complete yet.`,
    help: 'It is given on once everything that is wanted has arrived.',
  },
  TOO_MANY_TRANSFERS: {
    exit: 1,
    message: (data) => `There are ${word(data, 'most', 'too many')} transfers already.`,
    help: 'Remove some that are done. Their files stay.',
  },
  FILES_UNKNOWN: {
    exit: 1,
    message: (data) => `The files of ${word(data, 'name', 'this transfer')} are not known yet.`,
    help: 'Others are asked for the list; it comes as soon as one of them is connected.',
    retry: true,
  },
  FILE_UNKNOWN: {
    exit: 2,
    message: (data) => `It has no file number ${word(data, 'index', 'like this')}.`,
    help: 'Its list of files says their numbers; some may be missing in between.',
  },
  TRANSFER_CLOSED: {
    exit: 1,
    message: (data) => `${word(data, 'name', 'This transfer')} is not open.`,
    help: 'If Shoal has just started, try again in a moment; else resume it first.',
    retry: true,
  },
  SHARE_NOT_TOUCHED: {
    exit: 2,
    message: (data) => `${word(data, 'name', 'This')} is shared from where it is: its files are your own.`,
    help: 'Stop sharing it, move or rename the files yourself, and share them again.',
  },
  NAME_REFUSED: {
    exit: 2,
    message: (data) => `${word(data, 'name', 'This')} cannot be the name of a file here.`,
    help: 'Leave out control characters, separators, and what this system reserves.',
  },
  RENAME_FAILED: {
    exit: 1,
    message: (data) =>
      `${word(data, 'path', 'The file')} was not renamed${given(data, 'why', ' (', ')')}. Nothing was changed.`,
    retry: true,
  },
  MOVE_REFUSED: {
    exit: 1,
    message: (data) =>
      `${word(data, 'name', 'This')} was not moved to ${word(data, 'folder', 'that folder')}${given(data, 'why', ' (', ')')}${given(data, 'path', ': ')}.`,
    help: 'Every file is whole in one place. Choose another folder, or mend this and move it again.',
    retry: true,
  },
  TOO_MANY_TAGS: {
    exit: 2,
    message: (data) => `A transfer has at most ${word(data, 'most', '100')} tags.`,
    help: 'Nothing was changed.',
  },
  TOO_MANY_TRACKERS: {
    exit: 2,
    message: (data) => `At most ${word(data, 'most', '100')} trackers can be added to a transfer.`,
    help: 'Nothing was changed.',
  },
  CATEGORY_UNKNOWN: {
    exit: 2,
    message: (data) => `There is no category named ${word(data, 'name', 'this')}.`,
    help: 'Nothing was changed.',
  },
  TOO_MANY_CATEGORIES: {
    exit: 2,
    message: (data) => `There can be at most ${word(data, 'most', '1,000')} categories.`,
    help: 'Nothing was changed.',
  },
  ONE_ONLY: {
    exit: 2,
    message: 'A place in the queue can be given to one transfer only.',
    help: 'Say top, up, down or bottom for several.',
  },
  NOTHING_TO_LIFT: {
    exit: 1,
    message: 'Nobody is kept out for this reason, or it cannot be taken back.',
  },
  TRASH_FAILED: {
    exit: 1,
    message: (data) => `${word(data, 'path', 'This')} could not be put into the trash.`,
    help: 'Nothing was removed. Keep the files, or delete them for good.',
  },
  FILES_OF_ANOTHER: {
    exit: 1,
    message: (data) =>
      `${word(data, 'name', 'This')} was not removed: its files are those of ${word(data, 'other', 'another transfer')}, too.`,
    help: 'Remove it and keep its files, or remove the other one first.',
  },
  NO_WAY_OUT: {
    exit: 1,
    message: (data) =>
      `Nothing can leave this computer now: the proxy or interface that is set is not there${given(data, 'why', ' (', ')')}.`,
    help: 'Nothing goes around it. It goes on by itself when it is there again, or change it in the settings.',
    retry: true,
  },
  STATE_NEWER: {
    exit: 1,
    message: (data) => `${word(data, 'path', 'The state folder')} was written by a newer Shoal.`,
    help: 'It was not touched. Use that version, or another state folder (--state-dir).',
  },
  FOLDER_RELATIVE: {
    exit: 2,
    message: (data) => `${word(data, 'folder', 'This folder')} is no absolute path.`,
    help: 'The daemon has no current folder: say the path from its root on.',
  },
  ADDRESS_INVALID: {
    exit: 2,
    message: (data) => `${word(data, 'address', 'This')} is no address that can be connected to.`,
    help: 'Addresses are like 192.0.2.7:6881 or [2001:db8::7]:6881; web seeds begin with http.',
  },
  TRACKER_INVALID: {
    exit: 2,
    message: (data) => `${word(data, 'url', 'This')} is no address of a tracker.`,
    help: 'Trackers begin with udp://, http:// or https://.',
  },
  LINK_UNREACHABLE: {
    exit: 1,
    message: (data) =>
      `${word(data, 'host', 'The server')} did not give a torrent file${given(data, 'why', ' (', ')')}.`,
    help: 'Nothing was added. Try again, or download the torrent file another way.',
    retry: true,
  },
  RESTORE_TOO_LATE: {
    exit: 1,
    message: 'This removal cannot be taken back any more.',
    help: 'Add it again: what is on disk is found and not fetched twice.',
  },
  SETTING_UNKNOWN: {
    exit: 2,
    message: (data) => `There is no setting named ${word(data, 'key', 'this')}.`,
    help: (data) =>
      data.nearest === undefined ? '`shoal config list` shows all of them.' : `Did you mean ${data.nearest}?`,
  },
  SETTING_INVALID: {
    exit: 2,
    message: (data) =>
      data.expects === undefined
        ? `${key(data)} cannot have this value${given(data, 'why', ': ')}.`
        : `${key(data)} should be ${data.expects}${given(data, 'json', ' (in JSON: ', ')')}.`,
    help: 'Nothing was changed.',
  },
  SETTING_FIXED: {
    exit: 2,
    message: (data) =>
      data.from === 'environment'
        ? `${key(data)} is set by the environment (${word(data, 'variable', 'a variable')}).`
        : `${key(data)} was set when the daemon was started.`,
    help: 'Change it there and start the daemon again.',
  },
  CONFIG_UNREADABLE: {
    exit: 2,
    message: (data) => `${word(data, 'path', 'config.json')} cannot be read${given(data, 'why', ': ')}.`,
    help: 'Nothing was started, so that no setting in it is passed over. Mend the file, or move it away.',
  },
}
