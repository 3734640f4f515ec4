// Notices of the browser outside of the page, where the person switched them on by a click. While the tab is hidden a stream of its own
// listens for what is to be told, and for nothing else; the page's is closed then.

import type { Change } from '../../../src/api/schemas/events.ts'
import { visible } from '../../../src/api/unseen-characters.ts'
import { currentCursor } from './connection.ts'
import { EventLines } from './event-lines.ts'
import { flag, Preference } from './preference.ts'
import { request } from './request.ts'

export const systemNotices = new Preference('systemNotices', false, flag)

/** A daemon that restarts is waited for; nobody looks meanwhile. */
const AGAIN_MS = 10_000

export function canTellSystem(): boolean {
  return typeof Notification === 'function' && isSecureContext
}

/** To be called by a click. @returns whether they may be shown */
export async function switchOnNotices(): Promise<boolean> {
  if (!canTellSystem()) return false
  const granted = (await Notification.requestPermission()) === 'granted'
  systemNotices.set(granted)
  return granted
}

export function tellSystem(
  { title, text }: { readonly title: string; readonly text: string },
  onLook: () => void,
): void {
  if (!isOn()) return
  const notice = new Notification(title, { body: text, icon: './icon.svg' })
  notice.addEventListener('click', () => {
    window.focus()
    notice.close()
    onLook()
  })
}

function isOn(): boolean {
  return systemNotices.value && canTellSystem() && Notification.permission === 'granted'
}

let abort: AbortController | undefined

/** Ends with the first look at the page. */
export function listenWhileHidden(): () => void {
  const seen = (): void => {
    abort?.abort()
    abort = undefined
    if (!document.hidden || !isOn()) return
    const mine = new AbortController()
    abort = mine
    void listen(mine.signal)
  }
  document.addEventListener('visibilitychange', seen)
  return () => {
    document.removeEventListener('visibilitychange', seen)
    abort?.abort()
  }
}

async function listen(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await follow(signal)
    } catch {
      // Nobody answers, or the tab is looked at again: the next turn tells which.
    }
    await new Promise((again) => setTimeout(again, AGAIN_MS))
  }
}

async function follow(signal: AbortSignal): Promise<void> {
  const cursor = currentCursor()
  const headers = {
    accept: 'text/event-stream',
    ...(cursor === undefined ? {} : { 'last-event-id': `${cursor.epoch}.${cursor.cursor}` }),
  }
  const response = await request('/events', { headers, signal })
  if (!response.ok || response.body === null) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const lines = new EventLines()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    for (const { data } of lines.push(value)) {
      if (data.includes('"notify"')) tell(JSON.parse(data) as Change)
    }
  }
}

function tell({ people = [] }: Change): void {
  for (const { notify } of people) {
    if (notify === undefined) continue
    tellSystem({ title: visible(notify.title), text: visible(notify.text) }, () => undefined)
  }
}
