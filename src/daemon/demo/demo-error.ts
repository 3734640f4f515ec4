// Why a demo did not come to its end. Sentences are in src/api/errors-demo.ts.

import { CodedError } from '../../base/errors.ts'

export class DemoError extends CodedError<
  /** `path`, `neededBytes`, `freeBytes` */
  | 'DEMO_NO_SPACE'
  /** `path`, `why` */
  | 'DEMO_NO_FOLDER'
  /** A process ended or reported an error: `name`, `why` */
  | 'DEMO_FISH_FAILED'
  /** Nothing moved: `seconds` */
  | 'DEMO_STALLED'
  /** The results differ from the original: `names` */
  | 'DEMO_HASH_WRONG'
  | 'INTERRUPTED'
> {}
