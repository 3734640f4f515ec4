// One circle with its members, asked for again whenever it or somebody in it is another one.

import { useCallback } from 'react'
import type { CircleDetails } from '../../../../src/api/schemas/circles.ts'
import type { PeopleChange } from '../../../../src/api/schemas/events.ts'
import { call } from '../../store/api.ts'
import { usePeopleChanges } from '../../store/use-people-changes.ts'
import { type Loaded, useLoaded } from '../../ui/use-loaded.ts'

export function useCircleNow(id: string): Loaded<CircleDetails> {
  const loaded = useLoaded(useCallback(() => call('circle', { id }), [id]))
  const concerns = useCallback(
    ({ kind, id: of }: PeopleChange) =>
      kind === 'person' || (kind === 'circle' && (of === id || of === null)),
    [id],
  )
  usePeopleChanges(concerns, loaded.again)
  return loaded
}
