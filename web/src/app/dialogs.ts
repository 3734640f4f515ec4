// Dialogs that are opened from anywhere by name: `await openDialog('get', {link})`. What each is given and answers is
// declared here, what it looks like is in dialogs/table.ts; so a view needs no dialog's code, and dialogs load when opened.

import type { Who } from '../dialogs/share/share-plan.ts'
import type { SendTarget, Subject } from '../dialogs/share/subject.ts'
import { Signal } from '../store/signal.ts'

/** For chosen transfers. */
interface Many {
  readonly props: { readonly ids: readonly string[] }
  readonly answer: undefined
}

export interface DialogMap {
  get: {
    readonly props: {
      readonly link?: string
      readonly torrent?: File
      /** As pasted: the links in it are found. */
      readonly text?: string
      readonly torrents?: readonly File[]
    }
    readonly answer: undefined
  }
  share: {
    /** A path on the daemon's computer, or a file of the browser, which is copied there first. */
    readonly props: { readonly path?: string; readonly file?: File; readonly refused?: string }
    readonly answer: undefined
  }
  /** What is to become visible to more people; who can get it then. */
  offer: { readonly props: { readonly subject: Subject }; readonly answer: Who }
  /** A folder of the daemon's computer, or undefined. */
  folder: {
    readonly props: { readonly title: string; readonly choose: string; readonly start?: string }
    readonly answer: string
  }
  limits: Many
  labels: Many
  stopRule: Many
  trackers: Many
  removeData: Many
  /** One file that is kept locked; `why` is its check's sentence. */
  deleteLocked: {
    readonly props: {
      readonly id: string
      readonly index: number
      readonly name: string
      readonly why: string
    }
    readonly answer: true
  }
  rename: {
    /** Without an index, the transfer as it is shown. */
    readonly props: { readonly id: string; readonly index?: number; readonly path?: readonly string[] }
    readonly answer: true
  }
  newCircle: { readonly props: Record<never, never>; readonly answer: undefined }
  /** An invite, contact or device link; without one it is asked for. */
  peopleLink: { readonly props: { readonly link?: string }; readonly answer: undefined }
  /** Files for somebody, a circle or a conversation, looked at first; true when they were offered. */
  send: {
    readonly props: { readonly target: SendTarget; readonly file?: File; readonly path?: string }
    readonly answer: true
  }
  /** The twelve words, to be written down. */
  words: { readonly props: Record<never, never>; readonly answer: undefined }
  /** Leaves a circle and deletes what was received. */
  leaveCircle: { readonly props: { readonly name: string }; readonly answer: true }
  keys: { readonly props: Record<never, never>; readonly answer: undefined }
}

export type DialogName = keyof DialogMap
export type DialogProps<Name extends DialogName> = DialogMap[Name]['props'] & {
  /** Without an answer it was cancelled. */
  readonly close: (answer?: DialogMap[Name]['answer']) => void
}

export interface OpenDialog {
  readonly key: number
  readonly name: DialogName
  readonly props: object
  readonly close: (answer?: unknown) => void
}

/** The last is on top. */
export const openDialogs = new Signal<readonly OpenDialog[]>([])

let lastKey = 0

export function openDialog<Name extends DialogName>(
  name: Name,
  props: DialogMap[Name]['props'],
): Promise<DialogMap[Name]['answer'] | undefined> {
  const { promise, resolve } = Promise.withResolvers<DialogMap[Name]['answer'] | undefined>()
  lastKey++
  const key = lastKey
  const close = (answer?: unknown) => {
    openDialogs.set(openDialogs.value.filter((dialog) => dialog.key !== key))
    resolve(answer as DialogMap[Name]['answer'] | undefined)
  }
  openDialogs.set([...openDialogs.value, { key, name, props, close }])
  return promise
}
