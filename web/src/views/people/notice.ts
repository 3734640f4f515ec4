// What happened in a circle, as a sentence among its messages.

import type { Message } from '../../../../src/api/schemas/conversations.ts'
import { t } from '../../text/t.ts'

const KNOWN = [
  'JOINED',
  'LEFT',
  'REMOVED',
  'RENAMED',
  'FORKED',
  'ROLE',
  'MUTED',
  'UNMUTED',
  'ROOM',
  'CREATED',
] as const

/** @param author as they are called here @returns foreign text */
export function noticeSentence({ notice, text }: Pick<Message, 'notice' | 'text'>, author: string): string {
  if (notice === null) return text
  const name = typeof notice.data.name === 'string' ? notice.data.name : author
  const code = KNOWN.find((one) => one === notice.code)
  return code === undefined ? t('notice.other', notice.code, text) : t(`notice.${code}`, name)
}
