// Between a command and the running Shoal: it is not there, is there already, does not answer, or does not know what is meant.

import { type ErrorTable, given, word } from './error-entry.ts'

export const LIFE_ERRORS: ErrorTable = {
  DAEMON_NOT_RUNNING: {
    exit: 1,
    message: 'Shoal is not running on this state folder.',
    help: 'Start it: shoal start',
    retry: true,
  },
  DAEMON_SILENT: {
    exit: 1,
    message: (data) =>
      `Shoal is running${given(data, 'pid', ' (process ', ')')} but did not answer${given(data, 'seconds', ' within ', ' s')}.`,
    help: (data) =>
      `What it says is in ${word(data, 'path', '`shoal log`')}. \`shoal restart\` ends it and starts it anew.`,
    retry: true,
  },
  DAEMON_DIED: {
    exit: 1,
    message: (data) => `Shoal ended before it answered${given(data, 'why', ' (', ')')}.`,
    help: (data) => `What it said last is in ${word(data, 'path', 'log/daemon.out')} in the state folder.`,
    retry: true,
  },
  DAEMON_STAYS: {
    exit: 1,
    message: (data) =>
      `Shoal${given(data, 'pid', ' (process ', ')')} was asked to end and is still there${given(data, 'seconds', ' after ', ' s')}.`,
    help: (data) =>
      `Ask again, or end it: kill -9${given(data, 'pid', ' ')}. What was got and verified is not lost by that.`,
    retry: true,
  },
  DAEMON_CUT: {
    exit: 1,
    message: (data) =>
      `Shoal did not finish within ${word(data, 'seconds', 'some')} s and was ended all the same.`,
    help: 'What was got and verified is kept; trackers may count it for a while.',
  },
  DAEMON_SUPERVISED: {
    exit: 1,
    message: (data) =>
      `This Shoal is kept running by ${word(data, 'keeper', 'whoever started it in the foreground')}, so it was not restarted.`,
    help: (data) => word(data, 'use', 'Restart it there.'),
  },
  DAEMON_DOOR: {
    exit: 1,
    message: (data) =>
      `The running Shoal does not let this command in: its token in ${word(data, 'path', 'the state folder')} cannot be read.`,
    help: 'Run the command as the user who runs Shoal.',
  },
  DAEMON_ELSEWHERE: {
    exit: 1,
    message: (data) =>
      `${word(data, 'path', 'The run file')} names an address that is not of this computer (${word(data, 'host', '?')}).`,
    help: 'Nothing was sent there. `shoal restart` writes it anew.',
  },
  DAEMON_OTHER_VERSION: {
    exit: 1,
    message: (data) =>
      `The running Shoal is version ${word(data, 'running', '?')} and this command is ${word(data, 'own', '?')}; it does not know what was asked.`,
    help: 'Bring them together: shoal restart',
  },
  DAEMON_LOST: {
    exit: 1,
    message: 'The running Shoal ended while this command was with it.',
    help: 'Its transfers go on when it runs again: shoal start',
    retry: true,
  },
  REMOVED_MEANWHILE: {
    exit: 1,
    message: (data) => `${word(data, 'name', 'The transfer')} was removed from the running Shoal.`,
    help: 'Run the same command to get it anew.',
  },
  FITS_NOTHING: {
    exit: 2,
    message: (data) => `No transfer is named "${word(data, 'id', '')}", and none has an ID that begins so.`,
    help: '`shoal list` shows them.',
  },
  FITS_SEVERAL: {
    exit: 2,
    message: (data) =>
      `"${word(data, 'id', '')}" fits ${word(data, 'count', 'several')} transfers: ${word(data, 'matches', '')}.`,
    help: 'Type more of the ID.',
  },
  ANSWER_NEEDED: {
    exit: 2,
    message: (data) => `${word(data, 'question', 'This')} must be answered, and nobody is there to ask.`,
    help: (data) => `Nothing was done. ${word(data, 'flag', '--yes')} answers it.`,
  },
  ANSWERED_NO: { exit: 1, message: 'Nothing was done.' },
  PART_FAILED: {
    exit: 1,
    message: (data) => `${word(data, 'failed', 'Some')} of ${word(data, 'count', 'them')} did not do it.`,
    help: 'The others did.',
  },
  FOR_NEEDS_ALL: {
    exit: 2,
    message: '--for says how long everything rests, so it needs --all.',
    help: 'Nothing was paused.',
  },
  LIMIT_MISSING: {
    exit: 2,
    message: '`shoal limit` needs --up, --down or both.',
    help: 'Use: shoal limit ID... --up 2M --down none',
  },
  SETTING_VALUE: {
    exit: 2,
    message: (data) =>
      `${word(data, 'key', 'The setting')} should be ${word(data, 'expects', 'something else')}, but is "${word(data, 'value', '')}".`,
    help: 'It was left as it is.',
  },
  SERVICE_UNSUPPORTED: {
    exit: 1,
    message: (data) =>
      `Shoal cannot install itself as a service on ${word(data, 'platform', 'this system')}.`,
    help: '`shoal service install --print` prints what to install by hand, and how.',
  },
  SERVICE_FAILED: {
    exit: 1,
    message: (data) => `systemd refused${given(data, 'what', ' to ')}${given(data, 'why', ': ')}.`,
    help: (data) => word(data, 'help', 'See `systemctl --user status shoal`.'),
  },
  SETUP_FAILED: {
    exit: 1,
    message: (data) =>
      `${word(data, 'path', 'A file')} could not be changed${given(data, 'why', ' (', ')')}.`,
    help: 'What was changed before it is said above; `shoal setup --undo` takes that back.',
  },
}
