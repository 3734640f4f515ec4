// One circle with its members, asked for again whenever it or somebody in it is another one.

import { useCallback, useEffect } from 'react'
import type { CircleDetails } from '../../../../src/api/schemas/circles.ts'
import { call } from '../../store/api.ts'
import { connection, onPeople } from '../../store/connection.ts'
import { type Loaded, useLoaded } from '../../ui/use-loaded.ts'

export function useCircleNow(id: string): Loaded<CircleDetails> {
  const loaded = useLoaded(useCallback(() => call('circle', { id }), [id]))
  const { again } = loaded
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined
        again()
      }, GATHER_MS)
    }
    const stopPeople = onPeople((changes) => {
      if (
        changes.some(
          ({ kind, id: of }) => kind === 'person' || (kind === 'circle' && (of === id || of === null)),
        )
      )
        soon()
    })
    const stopConnection = connection.subscribe(() => {
      if (connection.value.kind === 'live') soon()
    })
    return () => {
      clearTimeout(timer)
      stopPeople()
      stopConnection()
    }
  }, [again, id])
  return loaded
}

const GATHER_MS = 400
