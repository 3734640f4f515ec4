// Why bytes are no catalogue, as stable codes. Whoever received them blames the sender; a person never meets the code.

import { CodedError } from '../../base/errors.ts'

export type CatalogueErrorCode =
  /** No canonical bencode, or longer, deeper or with more parts than allowed. */
  | 'MALFORMED'
  /** A field is missing, of another type, or out of bounds (`data.field`). */
  | 'BAD_FIELD'
  /** It decodes, but is not the one way to write this. */
  | 'NOT_CANONICAL'
  /** Two entries with one key. */
  | 'DUPLICATE_ENTRY'

export class CatalogueError extends CodedError<CatalogueErrorCode> {}
