// Bytes on their way to one reader: as fast as the upload limit lets them, no more in memory than the reader takes, and not
// for a reader that takes nothing. Promise: an answer that cannot be completed is cut, never ended as if it were.

import type { ServerResponse } from 'node:http'
import type { Millis } from '../../base/ids.ts'
import type { Allowance } from '../../engine/peer/host.ts'
import { AnswerCut } from './share-page-error.ts'

/** Granted at once under a limit: little enough that others get their turn. */
const TURN_BYTES = 16_384

export interface Pace {
  /** This reader's part of the upload limit. */
  readonly allowance: Allowance
  readonly now: () => Millis
  /** Bytes that left. */
  readonly given: (bytes: number) => void
  /** A reader that takes nothing for this long is let go. */
  readonly stallMs: number
}

/** Resolves once everything is handed to the system; rejects when it was cut. Never rejects twice. */
export async function sendPaced(
  response: ServerResponse,
  bytes: AsyncIterable<Uint8Array>,
  { allowance, now, given, stallMs }: Pace,
): Promise<void> {
  try {
    for await (const chunk of bytes) {
      for (let at = 0; at < chunk.length; ) {
        const wanted = allowance.unlimited ? chunk.length - at : Math.min(TURN_BYTES, chunk.length - at)
        const granted = allowance.take(wanted, now())
        if (granted === 0) {
          await pause(response, Math.max(1, allowance.nextAt(now()) - now()))
          continue
        }
        if (response.destroyed) throw new AnswerCut()
        const more = response.write(chunk.subarray(at, at + granted))
        at += granted
        given(granted)
        if (!more) await drained(response, stallMs)
      }
    }
    allowance.satisfied()
    response.end()
  } catch (error) {
    allowance.satisfied()
    response.destroy()
    throw error
  }
}

function pause(response: ServerResponse, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms)
    const cut = (): void => done(new AnswerCut())
    response.once('close', cut)
    function done(error?: unknown): void {
      clearTimeout(timer)
      response.off('close', cut)
      if (error instanceof AnswerCut) reject(error)
      else resolve()
    }
  })
}

function drained(response: ServerResponse, stallMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (response.destroyed) {
      reject(new AnswerCut())
      return
    }
    const timer = setTimeout(() => finish(new AnswerCut()), stallMs)
    const flowed = (): void => finish()
    const cut = (): void => finish(new AnswerCut())
    response.once('drain', flowed)
    response.once('close', cut)
    function finish(error?: AnswerCut): void {
      clearTimeout(timer)
      response.off('drain', flowed)
      response.off('close', cut)
      if (error === undefined) resolve()
      else reject(error)
    }
  })
}
