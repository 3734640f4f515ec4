// What the Transmission RPC answers instead of "success". Clients show these sentences to their users as they are.

import { type ErrorTable, word } from './error-entry.ts'

export const RPC_ERRORS: ErrorTable = {
  RPC_REQUEST: {
    exit: 2,
    message: 'This is no request of the Transmission RPC: an object with a method is.',
  },
  RPC_METHOD_UNKNOWN: {
    exit: 2,
    message: (data) => `Shoal has no method ${word(data, 'method', 'of that name')}.`,
  },
  RPC_ARGUMENT: {
    exit: 2,
    message: (data) =>
      `${word(data, 'argument', 'An argument')} should be ${word(data, 'expects', 'something else')}.`,
    help: 'Nothing was changed.',
  },
  RPC_NOT_HERE: {
    exit: 2,
    message: (data) =>
      `Shoal does not have this, or not by the RPC: ${word(data, 'what', 'what was asked')}.`,
    help: 'Everything else that was asked is done.',
  },
  RPC_TORRENT_UNKNOWN: {
    exit: 2,
    message: 'There is no such torrent.',
  },
  RPC_FILES_UNKNOWN: {
    exit: 2,
    message: 'Files of a magnet link can be left out once their list is here, not before.',
    help: 'Nothing was added: add it paused, and choose then.',
  },
  RPC_PATH_UNKNOWN: {
    exit: 2,
    message: (data) => `The torrent has no file or folder ${word(data, 'path', 'of that name')}.`,
  },
  RPC_SOME_FAILED: {
    exit: 1,
    message: (data) =>
      data.of === 1
        ? word(data, 'first', 'It did not work.')
        : `${data.failed} of ${data.of} failed. The first: ${word(data, 'first', 'it did not work.')}`,
  },
  RPC_REACH_UNKNOWN: {
    exit: 1,
    message: 'Nobody has tried to connect yet, so Shoal cannot tell.',
    help: 'It asks no service outside; the answer comes by itself.',
    retry: true,
  },
  RPC_TOO_MUCH: {
    exit: 2,
    message: (data) =>
      `This asks for more than one answer holds: ${word(data, 'what', 'entries')}, at most ${data.most}.`,
  },
}
