// What can be wrong with records, links and requests between people. Codes are stable; sentences stand in api/errors-people.ts.

import { CodedError } from '../base/errors.ts'

export type CommunityCode =
  /** Links. */
  | 'LINK_NOT_OURS'
  /** Joining. */
  | 'INVITE_UNKNOWN'
  | 'INVITE_EXPIRED'
  | 'INVITE_USED'
  | 'INVITE_REVOKED'
  | 'INVITE_OTHER_CIRCLE'
  | 'INVITE_REFUSED'
  | 'ALREADY_MEMBER'
  /** What one may not. */
  | 'NOT_ALLOWED'
  | 'CIRCLE_UNKNOWN'
  | 'CIRCLE_LEFT'
  | 'LAST_OWNER'
  | 'CIRCLE_FULL'
  | 'PERSON_UNKNOWN'
  | 'PERSON_BLOCKED'
  | 'DEVICE_UNKNOWN'
  | 'DEVICE_GONE'
  | 'DEVICE_PUT_OUT'
  | 'CONVERSATION_UNKNOWN'
  | 'MESSAGE_UNKNOWN'
  | 'MESSAGE_TOO_LONG'
  | 'ROOM_UNKNOWN'
  | 'OFFER_UNKNOWN'
  | 'WISH_UNKNOWN'
  | 'FORKED'
  /** Somebody was removed, and the keys without them are on their way. */
  | 'KEYS_COMING'
  /** Me. */
  | 'NAME_NEEDED'
  | 'WORDS_WRONG'
  | 'WORDS_ELSEWHERE'
  | 'SOMEBODY_ALREADY'
  | 'TOO_MANY'

/** What whoever called did, or met. */
export class CommunityError extends CodedError<CommunityCode> {}

/**
 * A frame or record from another device that is none: shape, size, signature, order, rate. `what` in the data says which rule.
 * Ends the link and counts against the device.
 */
export class RecordError extends CodedError<'RECORD_INVALID' | 'FRAME_INVALID' | 'TOO_FAST'> {
  readonly blame = 'remote'
}
