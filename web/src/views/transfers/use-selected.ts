import { useSyncExternalStore } from 'react'
import { selection } from './list.ts'

/** Of one row: chosen, where the keys are, both or neither; drawn anew only when that changes for this row. */
export function useSelected(id: string): { readonly chosen: boolean; readonly active: boolean } {
  const state = useSyncExternalStore(selection.subscribe, () => {
    const { ids, active } = selection.value
    return (ids.has(id) ? 1 : 0) + (active === id ? 2 : 0)
  })
  return { chosen: (state & 1) !== 0, active: (state & 2) !== 0 }
}
