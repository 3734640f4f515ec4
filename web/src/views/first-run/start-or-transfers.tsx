// The Transfers view, or the start screen in its place: until something was ever got or shared, and when it is asked for.

import { lazy, type ReactNode, useEffect, useState } from 'react'
import { goWith, useRoute } from '../../app/router.ts'
import { rows, status } from '../../store/connection.ts'
import { useSignal } from '../../store/use-signal.ts'

const FirstRun = lazy(() => import('./first-run.tsx').then(({ FirstRun }) => ({ default: FirstRun })))
const Transfers = lazy(() =>
  import('../transfers/transfers.tsx').then(({ Transfers }) => ({ default: Transfers })),
)

export function StartOrTransfers(): ReactNode {
  const { query } = useRoute()
  const fresh = useSignal(status)?.fresh === true
  const empty = useNothingThere()
  if (query.start !== undefined) return <FirstRun onClose={() => goWith({ start: '' })} />
  return fresh && empty ? <FirstRun /> : <Transfers />
}

function useNothingThere(): boolean {
  const [empty, setEmpty] = useState(rows.size === 0)
  useEffect(() => {
    setEmpty(rows.size === 0)
    return rows.subscribe(({ membership }) => {
      if (!membership) return
      setEmpty(rows.size === 0)
      // It vanishes for good: whoever removes the first thing again has seen it.
      if (rows.size > 0 && status.value?.fresh === true) status.set({ ...status.value, fresh: false })
    })
  }, [])
  return empty
}
