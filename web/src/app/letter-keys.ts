// When a letter is a key, and when it is text.

import { letterKeys } from '../store/preferences.ts'

/** Something in which letters are text, or a dialog or menu with keys of its own. */
export function takesLetters(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select') ||
    target.closest('[role="menu"], [role="listbox"], [role="dialog"], [role="alertdialog"]') !== null
  )
}

export function isLetterKey(event: KeyboardEvent): boolean {
  return letterKeys.value && !event.ctrlKey && !event.metaKey && !event.altKey && !takesLetters(event.target)
}
