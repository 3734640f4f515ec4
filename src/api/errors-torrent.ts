// Links and torrents that cannot be used. Always exit 2: the input is at fault, and nothing was done with it.

import type { ErrorData } from '../base/errors.ts'
import { type ErrorEntry, type ErrorTable, given, size, word } from './error-entry.ts'

function damaged(what: string | ((data: ErrorData) => string)): ErrorEntry {
  return {
    exit: 2,
    message: (data) => `This torrent cannot be used: ${typeof what === 'string' ? what : what(data)}.`,
    help: 'Nothing was changed. Ask whoever made it for a good one.',
  }
}

function limited(what: (data: ErrorData) => string): ErrorEntry {
  return {
    exit: 2,
    message: (data) => `This torrent is larger than Shoal accepts: ${what(data)}.`,
    help: 'Nothing was changed.',
  }
}

const atFile = (data: ErrorData): string => given(data, 'file', ' (file ', ')')
const limit = (data: ErrorData): string => given(data, 'limit', ', the limit is ')

export const TORRENT_ERRORS: ErrorTable = {
  LINK_INVALID: {
    exit: 2,
    message: (data) => `This is not a link Shoal understands${given(data, 'reason', ': ')}.`,
    help: 'Copy it again, all of it.',
  },
  NOT_BENCODED: {
    exit: 2,
    message: (data) =>
      `This is not a torrent: its contents are not bencode${given(data, 'at', ' (byte ', ')')}.`,
    help: 'Was it downloaded completely?',
  },
  NOT_A_TORRENT: { exit: 2, message: 'This is not a torrent: it is bencode, but not a dictionary.' },
  NO_INFO: { exit: 2, message: 'This is not a torrent: it has no info dictionary.' },
  UNSUPPORTED_VERSION: {
    exit: 2,
    message: (data) =>
      `This torrent is of version ${word(data, 'metaVersion', 'unknown')}; Shoal knows 1 and 2.`,
  },
  WRONG_INFOHASH: {
    exit: 2,
    message: 'What was received does not have the infohash that was asked for.',
    help: 'It was thrown away.',
  },
  OTHER_VERSION: {
    exit: 2,
    message: (data) =>
      `The link asks for another version of torrent than it leads to${given(data, 'version', ' (', ')')}.`,
    help: 'Ask whoever gave it for the torrent file, or for another link.',
  },
  BAD_NAME: damaged('its name is missing or not text'),
  BAD_PIECE_LENGTH: damaged(
    (data) => `its piece length is not allowed${given(data, 'pieceLengthBytes', ' (', ' bytes)')}`,
  ),
  BAD_PIECES: damaged('the number of piece hashes does not fit its size'),
  NO_FILES: damaged('it lists no files'),
  NO_CONTENT: damaged('all its files are empty, so there is nothing to get'),
  BAD_FILE: damaged((data) => `an entry in its list of files is damaged${atFile(data)}`),
  BAD_LENGTH: damaged((data) => `a file has no valid length${atFile(data)}`),
  BAD_PATH: damaged((data) => `a file has no valid path${atFile(data)}`),
  BAD_FILE_TREE: damaged((data) => `its tree of files is damaged${given(data, 'reason', ' (', ')')}`),
  BAD_ROOT: damaged((data) => `a file has no valid hash${atFile(data)}`),
  BAD_PIECE_LAYER: damaged((data) => `its piece hashes are damaged${given(data, 'reason', ' (', ')')}`),
  HYBRID_DISAGREES: damaged(
    (data) => `its v1 half and its v2 half describe different files${given(data, 'reason', ' (', ')')}`,
  ),
  TOO_LARGE: limited((data) => `${size(data, 'lengthBytes', 'too much')} of description${limitSize(data)}`),
  TOO_MANY_FILES: limited((data) => `${word(data, 'files', 'too many')} files${limit(data)}`),
  TOO_MANY_PIECES: limited((data) => `${word(data, 'pieces', 'too many')} pieces${limit(data)}`),
  PATH_TOO_LONG: limited((data) => `a path of ${word(data, 'lengthBytes', 'too many')} bytes${limit(data)}`),
  PATH_TOO_DEEP: limited((data) => `folders ${word(data, 'components', 'too many')} deep${limit(data)}`),
  TOO_MANY_TWINS: limited(
    (data) => `more than ${word(data, 'limit', 'a hundred')} files of one name in one folder`,
  ),
}

function limitSize(data: ErrorData): string {
  return data.limit === undefined ? '' : `, the limit is ${size(data, 'limit', '')}`
}
