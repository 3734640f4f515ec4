// `community.db`: circles, messages, contacts and what others offer, for the account alone. One process has it open.

import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { openDatabase } from '../../../platform/database.ts'
import { PeopleError, unavailable } from '../people-error.ts'

export const COMMUNITY_FILE = 'community.db'
const SCHEMA = new URL('../schema/', import.meta.url)

export interface OpenedCommunity {
  readonly database: DatabaseSync
  /** Where a damaged predecessor lies: circles and messages come back from the others of each circle. */
  readonly setAside: string | undefined
}

/** What was answered is on disk: every commit waits for it. */
export function openCommunity(stateFolder: string): OpenedCommunity | PeopleError {
  const opened = openDatabase({
    path: path.join(stateFolder, COMMUNITY_FILE),
    migrations: SCHEMA,
    synchronous: 'full',
  })
  if (opened.kind === 'opened') return opened
  const { code, why, found, known } = opened
  return code === 'NEWER' ? new PeopleError('PEOPLE_NEWER', { found, known }) : unavailable(why)
}
