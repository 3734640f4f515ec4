// Rows of one height of which only those that are seen are drawn; the box holds the focus and names its current row, so
// that the keyboard goes through any number of them.

import { type RefObject, type UIEvent, useRef, useState } from 'react'

/** Rows drawn beyond what is seen, so that a quick scroll shows no gap. */
const MARGIN_ROWS = 8

export interface Windowed {
  readonly box: RefObject<HTMLDivElement | null>
  readonly onScroll: (event: UIEvent<HTMLElement>) => void
  /** Rows to draw: from `first` up to `last`, which is not one of them. */
  readonly first: number
  readonly last: number
  readonly beforePx: number
  readonly afterPx: number
  readonly current: number
  /** Makes a row the current one and brings it into sight. */
  readonly go: (row: number) => void
  /** @returns whether the key was one that moves */
  readonly move: (key: string) => boolean
}

/** @param seenRows as many as the box is ever high */
export function useWindowed(count: number, seenRows: number): Windowed {
  const rowPx = rowHeightPx()
  const box = useRef<HTMLDivElement>(null)
  const [topPx, setTopPx] = useState(0)
  const [wanted, setWanted] = useState(0)
  const current = Math.max(0, Math.min(wanted, count - 1))
  const firstSeen = Math.min(Math.floor(topPx / rowPx), Math.max(0, count - seenRows))
  const first = Math.max(0, firstSeen - MARGIN_ROWS)
  const last = Math.min(count, first + seenRows + 2 * MARGIN_ROWS)
  const go = (to: number): void => {
    const row = Math.max(0, Math.min(count - 1, to))
    setWanted(row)
    const element = box.current
    if (element === null) return
    const bottomPx = (row + 1) * rowPx - element.clientHeight
    if (row * rowPx < element.scrollTop) element.scrollTop = row * rowPx
    else if (bottomPx > element.scrollTop) element.scrollTop = bottomPx
  }
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: current + 1,
    ArrowUp: current - 1,
    Home: 0,
    End: count - 1,
    PageDown: current + seenRows,
    PageUp: current - seenRows,
  }
  return {
    box,
    onScroll: (event) => setTopPx(event.currentTarget.scrollTop),
    first,
    last,
    beforePx: first * rowPx,
    afterPx: (count - last) * rowPx,
    current,
    go,
    move: (key) => {
      const to = Object.hasOwn(steps, key) ? steps[key] : undefined
      if (to !== undefined) go(to)
      return to !== undefined
    },
  }
}

const ROW_REM = 1.875
const TOUCH_ROW_REM = 2.75

/** As `--window-row` in windowed.css: grows with the person's text size. */
function rowHeightPx(): number {
  const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  return (matchMedia('(pointer: coarse)').matches ? TOUCH_ROW_REM : ROW_REM) * remPx
}
