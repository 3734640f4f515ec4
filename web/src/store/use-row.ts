import { useCallback, useSyncExternalStore } from 'react'
import type { TransferRow } from '../../../src/api/schemas/transfer.ts'
import { rows } from './connection.ts'

/** The row as it is now; a new drawing only when this one is another. Undefined once it is gone. */
export function useRow(id: string): TransferRow | undefined {
  const subscribe = useCallback((listener: () => void) => rows.subscribeRow(id, listener), [id])
  return useSyncExternalStore(subscribe, () => rows.get(id))
}
