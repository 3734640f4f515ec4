// The keys of the list (INTERFACE.md A9): while it has the focus, and the same while nothing in particular has it.

import { isLetterKey } from '../../app/letter-keys.ts'
import * as act from './actions.ts'
import { selection, shownIds } from './list.ts'
import * as select from './selection.ts'

export interface List {
  readonly pageRows: () => number
  readonly openMenu: () => void
  readonly onOpen: (id: string) => void
  readonly onClose: () => void
  readonly opened: string | undefined
  readonly grid: () => HTMLElement | null
}

/** Until it is called; `current` is asked at each key. */
export function listenForListKeys(current: () => List): () => void {
  const keyDown = (event: KeyboardEvent) => {
    const list = current()
    if (event.defaultPrevented || event.isComposing || !isForList(event, list.grid())) return
    if (!handle(event, list)) return
    event.preventDefault()
    if (document.activeElement === document.body) list.grid()?.focus({ preventScroll: true })
  }
  window.addEventListener('keydown', keyDown)
  return () => window.removeEventListener('keydown', keyDown)
}

function isForList({ target }: KeyboardEvent, grid: HTMLElement | null): boolean {
  return target === grid || target === document.body || (target instanceof Element && target.id === 'view')
}

function handle(event: KeyboardEvent, list: List): boolean {
  const { key, shiftKey } = event
  const command = event.ctrlKey || event.metaKey
  if (event.altKey) return false
  if (command) {
    if (key.toLowerCase() !== 'a') return false
    selection.set(select.all(selection.value, shownIds.value))
    return true
  }
  const steps = stepsOf(event, list)
  if (steps !== undefined) {
    step(steps, shiftKey && key !== 'j' && key !== 'k', list)
    return true
  }
  const { active } = selection.value
  switch (key) {
    case ' ':
      if (active === undefined) return false
      selection.set(
        shiftKey
          ? select.extend(selection.value, active, shownIds.value)
          : select.toggle(selection.value, active),
      )
      return true
    case 'Enter':
      if (active === undefined) return false
      list.onOpen(active)
      return true
    case 'Delete':
      void act.remove(select.targets(selection.value))
      return true
    case 'F10':
    case 'ContextMenu':
      if (key === 'F10' && !shiftKey) return false
      if (select.targets(selection.value).length === 0) return false
      list.openMenu()
      return true
    case 'p':
      if (!isLetterKey(event)) return false
      void act.pauseOrResume(select.targets(selection.value))
      return true
    case 'Escape':
      if (selection.value.ids.size > 0) selection.set(select.none(selection.value))
      else if (list.opened !== undefined) list.onClose()
      else return false
      return true
    default:
      return false
  }
}

function stepsOf(event: KeyboardEvent, { pageRows }: List): number | undefined {
  switch (event.key) {
    case 'ArrowDown':
      return 1
    case 'ArrowUp':
      return -1
    case 'j':
      return isLetterKey(event) ? 1 : undefined
    case 'k':
      return isLetterKey(event) ? -1 : undefined
    case 'PageDown':
      return pageRows()
    case 'PageUp':
      return -pageRows()
    case 'Home':
      return Number.NEGATIVE_INFINITY
    case 'End':
      return Number.POSITIVE_INFINITY
    default:
      return undefined
  }
}

function step(steps: number, extending: boolean, { onOpen, opened }: List): void {
  const id = select.neighbour(selection.value, steps, shownIds.value)
  if (id === undefined) return
  selection.set(
    extending ? select.extend(selection.value, id, shownIds.value) : select.moveTo(selection.value, id),
  )
  if (opened !== undefined && !extending) onOpen(id)
}
