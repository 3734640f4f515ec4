// To the details of a transfer, from anywhere.

import { currentRoute, go } from './router.ts'

export function openDetails(id: string): void {
  const { view, query } = currentRoute()
  go({ view: 'transfers', query: { ...(view === 'transfers' ? query : {}), open: id } })
}
