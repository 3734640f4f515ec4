// What the demo and its fish tell each other: one JSON object a line, orders on standard input, events on standard output.
// Both ends are this program, so a line is taken as what it says it is.

import type { ErrorData } from '../../base/errors.ts'

export type FishOrder =
  | {
      readonly order: 'share'
      /** Absolute: a file or folder. */
      readonly path: string
      readonly upBytesPerSecond: number
    }
  | {
      readonly order: 'get'
      readonly magnet: string
      /** Absolute: where it is saved. */
      readonly folder: string
      /** Addresses of fish besides the one in the link. */
      readonly peers: readonly string[]
      readonly upBytesPerSecond: number
    }
  /** From now on give at this rate. */
  | { readonly order: 'give'; readonly upBytesPerSecond: number }
  /** Switch off: end in order, so that others notice at once. */
  | { readonly order: 'leave' }

export type FishEvent =
  /** Listening on loopback. */
  | { readonly event: 'ready'; readonly port: number }
  /** While hashing what is to be shared. */
  | { readonly event: 'hashing'; readonly doneBytes: number }
  | {
      readonly event: 'sharing'
      readonly magnet: string
      readonly pieces: number
      readonly pieceLengthBytes: number
    }
  /** Knows what to get and takes connections. */
  | { readonly event: 'joined' }
  | FishReport
  /** Its last word; the process ends. */
  | { readonly event: 'left'; readonly givenBytes: number; readonly takenBytes: number }
  /** Its last word when something went wrong: code and data of the error. */
  | { readonly event: 'failed'; readonly code: string; readonly data: ErrorData }

/** Counted facts, several times a second. */
export interface FishReport {
  readonly event: 'report'
  readonly doneBytes: number
  readonly givenBytes: number
  readonly takenBytes: number
  /** Verified pieces that it shows to others, as a bitfield in hex; undefined before it knows the torrent. */
  readonly have?: string
  /** Every byte verified, durable and under its final name. */
  readonly finished: boolean
}

export function formatMessage(message: FishOrder | FishEvent): string {
  return `${JSON.stringify(message)}\n`
}

export function parseOrder(line: string): FishOrder {
  return JSON.parse(line) as FishOrder
}

export function parseEvent(line: string): FishEvent {
  return JSON.parse(line) as FishEvent
}
