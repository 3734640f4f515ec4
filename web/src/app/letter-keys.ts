// When a letter is a key, and when it is text.

import { letterKeys } from '../store/preferences.ts'

/** `g` and then a letter within this time. */
const CHORD_MS = 1_500

let chordAtMs = Number.NEGATIVE_INFINITY

/** Something in which letters are text, or a dialog or menu with keys of its own. */
export function takesLetters(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select') ||
    target.closest('[role="menu"], [role="listbox"], [role="dialog"], [role="alertdialog"]') !== null
  )
}

/** For the keys of a list or view; a letter after `g` is none of these. */
export function isLetterKey(event: KeyboardEvent): boolean {
  return isLetter(event) && !isInChord(event)
}

/** For the keys that work everywhere. */
export function isLetter(event: KeyboardEvent): boolean {
  return letterKeys.value && !event.ctrlKey && !event.metaKey && !event.altKey && !takesLetters(event.target)
}

export function isInChord({ timeStamp }: KeyboardEvent): boolean {
  return timeStamp - chordAtMs < CHORD_MS
}

/** Undefined ends it. */
export function beginChord(event: KeyboardEvent | undefined): void {
  chordAtMs = event?.timeStamp ?? Number.NEGATIVE_INFINITY
}
