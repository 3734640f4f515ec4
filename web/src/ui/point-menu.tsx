// A menu where the pointer is, or where the keys are: right click, Shift+F10, the menu key, a long press.

import { type ReactNode, useRef } from 'react'
import { Menu } from './menu.tsx'

/** In the window. */
export interface Point {
  readonly x: number
  readonly y: number
}

interface Props {
  readonly at: Point
  /** The menu's name. */
  readonly label: string
  readonly onClose: () => void
  readonly children: ReactNode
}

export function PointMenu({ at, label, onClose, children }: Props): ReactNode {
  const anchor = useRef<HTMLSpanElement>(null)
  return (
    <>
      <span ref={anchor} className="point-anchor" style={{ left: at.x, top: at.y }} />
      <Menu
        aria-label={label}
        onClose={onClose}
        popover={{
          'aria-label': label,
          isOpen: true,
          triggerRef: anchor,
          placement: 'bottom start',
          offset: 0,
          onOpenChange: (open) => {
            if (!open) onClose()
          },
        }}
      >
        {children}
      </Menu>
    </>
  )
}

/** Where an event happened; of one made by keys, below what it happened to. */
export function pointOf(event: { clientX: number; clientY: number; currentTarget: Element }): Point {
  if (event.clientX !== 0 || event.clientY !== 0) return { x: event.clientX, y: event.clientY }
  const { left, bottom } = event.currentTarget.getBoundingClientRect()
  return { x: left, y: bottom }
}
