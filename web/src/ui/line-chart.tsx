// A few lines over the last minutes, in the theme's colours; labels are text and grow with it. What it shows is said in words too.

import type { ReactNode } from 'react'
import { linePath, roundTop } from './line-chart.ts'
import './line-chart.css'

export interface Line {
  readonly name: string
  /** Of a class `line-…` with its colour. */
  readonly look: 'down' | 'up'
  /** The newest last. */
  readonly values: readonly number[]
}

interface Props {
  readonly lines: readonly Line[]
  readonly words: string
  /** Of the scale, at least. */
  readonly least: number
  readonly scale: (value: number) => string
  /** From the oldest to the newest. */
  readonly times: readonly string[]
}

export function LineChart({ lines, words, least, scale, times }: Props): ReactNode {
  const top = roundTop(Math.max(0, ...lines.map(({ values }) => Math.max(0, ...values))), least)
  return (
    <figure className="line-chart" role="img" aria-label={words}>
      <div className="line-chart-scale" aria-hidden="true">
        <span>{scale(top)}</span>
        <span>{scale(top / 2)}</span>
        <span>{scale(0)}</span>
      </div>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        <path className="line-chart-grid" d="M0 0H100M0 50H100M0 100H100" />
        {lines.map(({ name, look, values }) => (
          <path key={name} className={`line-${look}`} d={linePath(values, top)} />
        ))}
      </svg>
      <div className="line-chart-times" aria-hidden="true">
        {times.map((time) => (
          <span key={time}>{time}</span>
        ))}
      </div>
      <div className="line-chart-key" aria-hidden="true">
        {lines.map(({ name, look }) => (
          <span key={name} className={`line-${look}`}>
            {name}
          </span>
        ))}
      </div>
    </figure>
  )
}
