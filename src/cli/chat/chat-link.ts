// The way to the running Shoal for a conversation that outlives a restart of it, and for calls while its people part comes back.
// Promise: a message is written once, however often it had to be asked for.

import { ApiError } from '../../api/client.ts'
import type { InputOf, OutputOf, RouteName } from '../../api/routes.ts'
import { CodedError } from '../../base/errors.ts'
import { type DaemonLink, findLink } from '../daemon-link.ts'

/** The people part is back within two seconds; a daemon that is restarted, within ten. */
const TRIES_FOR_MS = 15_000
const AGAIN_MS = 250
/** A removal takes until somebody who may make other keys is there; the daemon waits some seconds before it says so. */
const KEYS_FOR_MS = 60_000

const GONE: ReadonlySet<string> = new Set(['DAEMON_LOST', 'DAEMON_SILENT', 'DAEMON_NOT_RUNNING'])

export class ChatLink {
  #link: DaemonLink

  constructor(link: DaemonLink) {
    this.#link = link
  }

  get current(): DaemonLink {
    return this.#link
  }

  /** Asked again while nobody answers; what is answered stands. @param stop ends the trying */
  async call<Name extends RouteName>(
    name: Name,
    input: InputOf<Name>,
    stop: AbortSignal,
  ): Promise<OutputOf<Name>> {
    const began = performance.now()
    for (;;) {
      try {
        return await this.#link.call(name, input)
      } catch (error) {
        if (stop.aborted || performance.now() - began > passesWithin(error)) throw error
        await waited(AGAIN_MS, stop)
        await this.look()
      }
    }
  }

  /** Whether one runs on this state folder; another port and token where it was started anew. */
  async look(): Promise<boolean> {
    try {
      const found = await findLink(this.#link.stateFolder)
      if (found !== undefined) this.#link = found
      return found !== undefined
    } catch (error) {
      // One that is starting or ending: the next look says more.
      if (error instanceof CodedError) return false
      throw error
    }
  }
}

/** For how long the same call may be answered a moment later; never where it would be refused again. */
function passesWithin(error: unknown): number {
  if (error instanceof ApiError) {
    if (error.code === 'KEYS_COMING') return KEYS_FOR_MS
    return error.code === 'PEOPLE_UNAVAILABLE' ? TRIES_FOR_MS : Number.NEGATIVE_INFINITY
  }
  return error instanceof CodedError && GONE.has(error.code) ? TRIES_FOR_MS : Number.NEGATIVE_INFINITY
}

export function waited(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      stop.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    stop.addEventListener('abort', done, { once: true })
  })
}
