// Short answers to what a person did, ten seconds each, with the way back where there is one. The newest can be undone by key.

import { announce } from './announce.ts'
import { Signal } from './signal.ts'

/** Destructive acts can be taken back for so long (INTERFACE.md A1). */
export const TOAST_MS = 10_000
/** More would cover the page; the oldest goes. */
const MOST = 4

export interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'bad'
  readonly undo: (() => void | Promise<void>) | undefined
  /** What else can be done about it. */
  readonly act: { readonly name: string; readonly do: () => void } | undefined
}

export const toasts = new Signal<readonly Toast[]>([])

let lastId = 0

export function toast(
  text: string,
  {
    tone = 'plain',
    undo,
    act,
    said = false,
  }: {
    tone?: Toast['tone']
    undo?: Toast['undo']
    act?: Toast['act']
    /** It was announced already, in other words. */
    said?: boolean
  } = {},
): number {
  lastId++
  toasts.set([...toasts.value, { id: lastId, text, tone, undo, act }].slice(-MOST))
  if (!said) announce(text)
  return lastId
}

export function dismiss(id: number): void {
  toasts.set(toasts.value.filter((toast) => toast.id !== id))
}

/** Takes back the newest that can be; false when there is none. */
export function undoLast(): boolean {
  const last = toasts.value.findLast(({ undo }) => undo !== undefined)
  if (last === undefined) return false
  undoToast(last)
  return true
}

export function undoToast({ id, undo }: Toast): void {
  dismiss(id)
  void undo?.()
}
