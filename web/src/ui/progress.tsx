// How much of something is there, as a bar; the number stands beside it or is its name.

import type { ReactNode } from 'react'
import './progress.css'

interface Props {
  /** 0 … 1 */
  readonly share: number
  readonly tone?: 'moving' | 'still' | 'whole' | 'bad'
  /** Its name where no number stands beside it. */
  readonly label?: string
}

export function Progress({ share, tone = 'moving', label }: Props): ReactNode {
  const percent = Math.floor(Math.max(0, Math.min(1, share)) * 100)
  const bar = <span className="progress-bar" style={{ inlineSize: `${percent}%` }} />
  if (label === undefined) {
    return (
      <span className={`progress progress-${tone}`} aria-hidden="true">
        {bar}
      </span>
    )
  }
  return (
    <span
      className={`progress progress-${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      {bar}
    </span>
  )
}
