// One question of a view with its answer: a region with its heading.

import type { ReactNode } from 'react'
import './view.css'

interface Props {
  readonly title: string
  readonly children: ReactNode
}

export function Section({ title, children }: Props): ReactNode {
  return (
    <section className="view-section" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}
