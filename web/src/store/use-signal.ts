import { useSyncExternalStore } from 'react'
import type { Signal } from './signal.ts'

/** The value, and a new drawing whenever it is another one. */
export function useSignal<Value>(signal: Signal<Value>): Value {
  return useSyncExternalStore(signal.subscribe, signal.get)
}
