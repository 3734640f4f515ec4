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
    message: (data) => `${key(data)} cannot have this value${given(data, 'why', ': ')}.`,
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
