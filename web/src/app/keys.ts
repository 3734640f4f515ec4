// Keys that work everywhere. Single letters are keys only where nobody types, and only if the person wants them.

import { undoLast } from '../store/toasts.ts'
import { focusBox } from './box.tsx'
import { openDialog, openDialogs } from './dialogs.ts'
import { beginChord, isInChord, isLetter, takesLetters } from './letter-keys.ts'
import type { ViewName } from './route.ts'
import { go } from './router.ts'
import { VIEW_TABLE } from './views.ts'

const GO: Readonly<Record<string, ViewName>> = {
  t: 'transfers',
  l: 'library',
  s: 'search',
  p: 'people',
  n: 'network',
  ',': 'settings',
}

export function listenForKeys(): () => void {
  window.addEventListener('keydown', keyDown)
  return () => window.removeEventListener('keydown', keyDown)
}

function keyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
  if (command && event.key.toLowerCase() === 'k' && openDialogs.value.length === 0) {
    focusBox()
  } else if (command && event.key.toLowerCase() === 'z' && !takesLetters(event.target)) {
    if (!undoLast()) return
  } else if (isLetter(event)) {
    if (!letter(event)) return
  } else return
  event.preventDefault()
}

function letter(event: KeyboardEvent): boolean {
  const view = GO[event.key]
  const inChord = isInChord(event)
  beginChord(undefined)
  if (inChord && view !== undefined && VIEW_TABLE[view] !== undefined) {
    go({ view })
    return true
  }
  if (event.key === 'g') {
    beginChord(event)
    return true
  }
  if (event.key === '?' && openDialogs.value.length === 0) {
    void openDialog('keys', {})
    return true
  }
  return false
}
