// What a person decided in the share dialog, as the request that the daemon takes. Rules about audiences stand here once:
// what widens is said in a sentence with a button that repeats it, what narrows is one click (INTERFACE.md A1).

import { parseRate } from '../../../../src/api/parse-quantity.ts'
import type { Audience } from '../../../../src/api/schemas/primitives.ts'
import type { ShareRequest } from '../../../../src/api/schemas/share.ts'
import type { Who as AnyWho } from '../../ui/audience-choice.tsx'

/** Somebody else; what stays with oneself is not shared. */
export type Who = Exclude<AnyWho, 'me'>

/** Nobody is reached who was not before. Of persons, circles and the link each reaches others than another. */
export function widens(from: AnyWho, to: AnyWho): boolean {
  if (from === to || to === 'me') return false
  return !(from === 'everyone' && to === 'link')
}

export type StopChoice = 'never' | 'copy' | 'week' | 'date'

export interface More {
  readonly name: string
  readonly stop: StopChoice
  /** `2026-12-24`; only with `stop: 'date'`. */
  readonly stopDate: string
  readonly upLimit: string
  readonly format: 'hybrid' | 'v1' | 'v2'
  /** One a line. */
  readonly trackers: string
  readonly comment: string
}

export const NO_MORE: More = {
  name: '',
  stop: 'never',
  stopDate: '',
  upLimit: '',
  format: 'hybrid',
  trackers: '',
  comment: '',
}

const WEEK_SECONDS = 604_800
const NEVER = { ratio: null, seconds: null, copies: null }

/** @param nowMs since 1970 */
export function stopRuleOf({ stop, stopDate }: More, nowMs: number): NonNullable<ShareRequest['stopRule']> {
  switch (stop) {
    case 'never':
      return NEVER
    case 'copy':
      return { ...NEVER, copies: 1 }
    case 'week':
      return { ...NEVER, seconds: WEEK_SECONDS }
    case 'date':
      return { ...NEVER, seconds: Math.max(0, Math.round((endOfDay(stopDate) - nowMs) / 1_000)) }
  }
}

/** The last moment of that day, by the clock of whoever looks. */
function endOfDay(date: string): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  return new Date(year, month - 1, day + 1).getTime() - 1
}

/** What keeps the dialog from going on; undefined when nothing does. */
export function wrongIn({ upLimit, stop, stopDate }: More, nowMs: number): 'rate' | 'date' | undefined {
  const rate = upLimit.trim() === '' ? undefined : (parseRate(upLimit) ?? 0)
  if (rate !== undefined && rate < 1_000) return 'rate'
  const dated = /^\d{4}-\d\d-\d\d$/.test(stopDate) && endOfDay(stopDate) > nowMs
  return stop === 'date' && !dated ? 'date' : undefined
}

export function shareRequest(
  plan: {
    readonly path: string
    readonly who: Audience
    readonly more: More
  },
  nowMs: number,
): ShareRequest {
  const { path, who, more } = plan
  const trackers = more.trackers.split('\n').map((line) => line.trim())
  const named = trackers.filter((line) => line !== '')
  const limit = more.upLimit.trim()
  return {
    path,
    audience: who,
    format: more.format,
    stopRule: stopRuleOf(more, nowMs),
    ...(more.name.trim() === '' ? {} : { name: more.name.trim() }),
    ...(limit === '' ? {} : { upLimit: parseRate(limit) ?? null }),
    ...(named.length === 0 ? {} : { trackers: named }),
    ...(more.comment.trim() === '' ? {} : { comment: more.comment.trim() }),
  }
}

/** The audience is remembered for each folder that things were shared from, and never carried to another one. */
export function folderOf(path: string): string {
  return path.replace(/[/\\]+$/, '').replace(/[/\\][^/\\]*$/, '')
}
