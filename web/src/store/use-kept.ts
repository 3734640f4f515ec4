import { useSyncExternalStore } from 'react'
import type { Kept, KeptState } from './kept.ts'

/** The answer as it is known, asked for while this is drawn. */
export function useKept<Value>(kept: Kept<Value>): KeptState<Value> {
  return useSyncExternalStore(kept.subscribe, kept.get)
}
