// How fast it was, both ways, over the last minutes: a drawing, and the same as a table.

import { type ReactNode, useState } from 'react'
import { formatDuration, formatRate } from '../../../../../src/api/format-quantity.ts'
import type { OutputOf } from '../../../../../src/api/routes.ts'
import { t } from '../../../text/t.ts'
import { LineChart } from '../../../ui/line-chart.tsx'
import { TextButton } from '../../../ui/text-button.tsx'

type History = OutputOf<'transfer'>['history']

/** Bytes a second: a trickle is not drawn as if it were a flood. */
const LEAST_TOP = 10_000
/** Lines of the table: a minute each tells as much as anybody reads. */
const TABLE_STEP_SECONDS = 60

export function RateChart({ history }: { readonly history: History }): ReactNode {
  const [table, setTable] = useState(false)
  return (
    <section className="part">
      <h3>
        {t('chart.title')}
        <TextButton onPress={() => setTable(!table)}>
          {table ? t('chart.asChart') : t('chart.asTable')}
        </TextButton>
      </h3>
      {table ? <RateTable history={history} /> : <Drawing history={history} />}
    </section>
  )
}

function Drawing({ history }: { readonly history: History }): ReactNode {
  const { stepSeconds, downBytesPerSecond: down, upBytesPerSecond: up } = history
  const span = (down.length - 1) * stepSeconds
  const words = t(
    'chart.words',
    formatRate(down.at(-1) ?? 0),
    formatRate(up.at(-1) ?? 0),
    formatRate(Math.max(0, ...down)),
    formatRate(Math.max(0, ...up)),
  )
  return (
    <LineChart
      words={words}
      least={LEAST_TOP}
      scale={formatRate}
      times={[secondsAgo(-span), secondsAgo(-Math.round(span / 2)), secondsAgo(0)]}
      lines={[
        { name: t('column.down'), look: 'down', values: down },
        { name: t('column.up'), look: 'up', values: up },
      ]}
    />
  )
}

function secondsAgo(seconds: number): string {
  return seconds === 0 ? t('chart.now') : `−${formatDuration(-seconds * 1_000)}`
}

function RateTable({ history }: { readonly history: History }): ReactNode {
  const { stepSeconds, downBytesPerSecond: down, upBytesPerSecond: up } = history
  const steps = Math.max(1, Math.round(TABLE_STEP_SECONDS / stepSeconds))
  const lines: { readonly at: number; readonly down: number; readonly up: number }[] = []
  for (let end = down.length; end > 0; end -= steps) {
    const begin = Math.max(0, end - steps)
    lines.push({
      at: (end - down.length) * stepSeconds,
      down: mean(down.slice(begin, end)),
      up: mean(up.slice(begin, end)),
    })
  }
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th>{t('chart.when')}</th>
          <th className="number">{t('column.down')}</th>
          <th className="number">{t('column.up')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.at}>
            <td>{secondsAgo(line.at)}</td>
            <td className="number">{formatRate(line.down)}</td>
            <td className="number">{formatRate(line.up)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
