// What is shown of people, asked for again when the daemon says that it may be another: several changes are one, and after the
// connection was away it is asked for, too.

import { useEffect } from 'react'
import type { PeopleChange } from '../../../src/api/schemas/events.ts'
import { connection, onPeople } from './connection.ts'

const GATHER_MS = 400

/** @param concerns and @param again keep them the same as long as they mean the same */
export function usePeopleChanges(concerns: (change: PeopleChange) => boolean, again: () => void): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined
        again()
      }, GATHER_MS)
    }
    const stopPeople = onPeople((changes) => {
      if (changes.some(concerns)) soon()
    })
    const stopConnection = connection.subscribe(() => {
      if (connection.value.kind === 'live') soon()
    })
    return () => {
      clearTimeout(timer)
      stopPeople()
      stopConnection()
    }
  }, [concerns, again])
}
