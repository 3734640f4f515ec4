// Whether people can be met: their process, and how it is reached. Pure of I/O: the facts are collected by the caller.

import type { Finding } from './finding.ts'

/** Why it is off by somebody's choice (community/people-error.ts). */
const CHOSEN: Readonly<Record<string, string>> = {
  OFF: 'PEOPLE_SWITCHED_OFF',
  OFF_BY_PROXY: 'PEOPLE_PROXIED',
}

export interface PeopleFacts {
  readonly state: 'starting' | 'running' | 'restarting' | 'off'
  /** Code of why it is off or away. */
  readonly problem: string | undefined
  /** Nobody asked for people yet, so there is nobody to be. */
  readonly unused: boolean
  /** Times that its process died since the daemon began. */
  readonly restarts: number
  readonly port: number | undefined
}

export function checkPeople({ state, problem, unused, restarts, port }: PeopleFacts): Finding {
  const found = (of: Finding['state'], code: string, data: Finding['data'] = {}): Finding => ({
    check: 'people',
    state: of,
    code,
    data,
  })
  const chosen = CHOSEN[problem?.replace(/^PEOPLE_/, '') ?? '']
  if (chosen !== undefined) return found('off', chosen)
  if (unused) return found('unknown', 'PEOPLE_UNUSED')
  if (state !== 'running') return found('bad', 'PEOPLE_AWAY', { why: problem ?? 'it begins' })
  if (restarts > 0) return found('careful', 'PEOPLE_RESTARTED', { restarts })
  return found('good', 'PEOPLE_RUNNING', port === undefined ? {} : { port })
}
