// How fast it was, both ways, over the last minutes: a drawing, and the same as a table.

import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatDuration, formatRate } from '../../../../../src/api/format-quantity.ts'
import type { OutputOf } from '../../../../../src/api/routes.ts'
import { theme } from '../../../store/preferences.ts'
import { useSignal } from '../../../store/use-signal.ts'
import { t } from '../../../text/t.ts'
import { TextButton } from '../../../ui/text-button.tsx'
import { useMedia } from '../../../ui/use-media.ts'

type History = OutputOf<'transfer'>['history']

const HEIGHT_REM = 9
/** Where the axis of time has marks: whole minutes. */
const MARKS_SECONDS = [10, 30, 60, 120, 300, 600]
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
      {table ? <RateTable history={history} /> : <Plot history={history} />}
    </section>
  )
}

function Plot({ history }: { readonly history: History }): ReactNode {
  const box = useRef<HTMLDivElement>(null)
  const labels = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const dark = useMedia('(prefers-color-scheme: dark)')
  const chosen = useSignal(theme)
  const data = useMemo(() => dataOf(history), [history])
  const latest = useRef(data)
  latest.current = data
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours come from the theme
  useEffect(() => {
    const { current } = box
    if (current === null) return
    const made = new uPlot(optionsFor(current, labels.current ?? current), latest.current, current)
    plot.current = made
    const watch = new ResizeObserver(() => made.setSize(sizeOf(current)))
    watch.observe(current)
    return () => {
      watch.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [dark, chosen])
  useEffect(() => plot.current?.setData(data), [data])
  const { downBytesPerSecond: down, upBytesPerSecond: up } = history
  const words = t(
    'chart.words',
    formatRate(down.at(-1) ?? 0),
    formatRate(up.at(-1) ?? 0),
    formatRate(Math.max(0, ...down)),
    formatRate(Math.max(0, ...up)),
  )
  return (
    <figure role="img" aria-label={words}>
      <div ref={box} className="chart" aria-hidden="true" />
      <div ref={labels} className="chart-labels" aria-hidden="true">
        <span className="chart-key">
          <span className="key key-down">{t('column.down')}</span>
          <span className="key key-up">{t('column.up')}</span>
        </span>
      </div>
    </figure>
  )
}

function dataOf({ stepSeconds, downBytesPerSecond: down, upBytesPerSecond: up }: History): uPlot.AlignedData {
  const seconds = down.map((_, at) => (at - down.length + 1) * stepSeconds)
  return [seconds, down, down.map((_, at) => up[at] ?? 0)]
}

function sizeOf(box: HTMLElement): { width: number; height: number } {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  return { width: box.clientWidth, height: HEIGHT_REM * rem }
}

function optionsFor(box: HTMLElement, labels: HTMLElement): uPlot.Options {
  const { color, textDecorationColor, borderTopColor } = getComputedStyle(box)
  const { color: soft, fontSize, fontFamily } = getComputedStyle(labels)
  const axis = {
    stroke: soft,
    font: `${fontSize} ${fontFamily}`,
    grid: { stroke: borderTopColor, width: 1 },
    ticks: { show: false },
  }
  return {
    ...sizeOf(box),
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1_000)] } },
    axes: [
      {
        ...axis,
        size: 26,
        incrs: [...MARKS_SECONDS],
        values: (_, splits) => splits.map((at) => secondsAgo(at)),
      },
      { ...axis, size: 74, values: (_, splits) => splits.map((rate) => formatRate(rate)), space: 36 },
    ],
    series: [
      {},
      { stroke: color, width: 1.5, points: { show: false } },
      { stroke: textDecorationColor, width: 1.5, points: { show: false } },
    ],
  }
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
