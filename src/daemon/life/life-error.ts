// What can go wrong between a daemon's start and its end, and what whoever looks for one finds.

import { CodedError } from '../../base/errors.ts'

export type LifeCode =
  /** Another process has the state folder. */
  | 'DAEMON_RUNNING'
  | 'DAEMON_NOT_RUNNING'
  /** Its process is there and does not answer. */
  | 'DAEMON_SILENT'
  /** It was started in the background and ended before it answered. */
  | 'DAEMON_DIED'
  /** Asked to end, it did not. */
  | 'DAEMON_STAYS'
  /** It did not finish in time and was ended all the same. */
  | 'DAEMON_CUT'
  /** Something else than this command sees to it that it runs. */
  | 'DAEMON_SUPERVISED'
  | 'STATE_UNWRITABLE'

export class LifeError extends CodedError<LifeCode> {}
