// Why a torrent, its info dictionary or a link is refused. Sentences for people are made from these codes in src/api.

import { CodedError } from '../base/errors.ts'

export type MetainfoCode =
  /** Not bencode; `data.reason` is the BencodeError's code. */
  | 'NOT_BENCODED'
  | 'NOT_A_TORRENT'
  | 'NO_INFO'
  /** `meta version` is neither absent nor 2 (BEP 52). */
  | 'UNSUPPORTED_VERSION'
  /** The info dictionary does not have the infohash it was fetched by. */
  | 'WRONG_INFOHASH'
  /** It hashes to what was asked, but is of a version that such a hash does not name: a v1 torrent by a v2 link. */
  | 'OTHER_VERSION'
  | 'BAD_NAME'
  | 'BAD_PIECE_LENGTH'
  | 'BAD_PIECES'
  | 'NO_FILES'
  /** All files are empty: there is nothing to transfer. */
  | 'NO_CONTENT'
  | 'BAD_FILE'
  | 'BAD_LENGTH'
  | 'BAD_PATH'
  | 'BAD_FILE_TREE'
  | 'BAD_ROOT'
  | 'BAD_PIECE_LAYER'
  /** The v1 and v2 halves of a hybrid describe different files. */
  | 'HYBRID_DISAGREES'
  | 'TOO_LARGE'
  | 'TOO_MANY_FILES'
  | 'TOO_MANY_PIECES'
  | 'PATH_TOO_LONG'
  | 'PATH_TOO_DEEP'
  | 'TOO_MANY_TWINS'

export class MetainfoError extends CodedError<MetainfoCode> {}
