// The head of a page of People that is read from top to bottom.

import type { ReactNode } from 'react'
import { BackToAll } from './talk-head.tsx'

export function PageHead({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <div className="people-page-head">
      <BackToAll />
      <h1>{children}</h1>
    </div>
  )
}
