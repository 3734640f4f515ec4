// The one way out: every socket of src/platform is made through an Exit, so that none can leave another way.
// Promise: an exit that cannot be used as told lets nothing out and says why; it never falls back to another.

import type net from 'node:net'
import type { Endpoint } from '../../base/endpoint.ts'
import { CodedError } from '../../base/errors.ts'
import type { DatagramSocket, Names, SocketError } from '../../base/ports.ts'
import type { BoundExit } from './bound-exit.ts'
import type { ProxyExit } from './proxy-exit.ts'

/**
 * PROXY_DOWN: it does not answer. PROXY_LOGIN: it does not accept user and password. PROXY_NOT_ONE: something else
 * answers there. INTERFACE_GONE: not there, or without the address. INTERFACE_UNTIED: this system gives no means to
 * keep sockets on one interface.
 */
export type ExitCode = 'PROXY_DOWN' | 'PROXY_LOGIN' | 'PROXY_NOT_ONE' | 'INTERFACE_GONE' | 'INTERFACE_UNTIED'

export class ExitError extends CodedError<ExitCode> {}

/** Why nothing leaves now. */
export interface ExitTrouble {
  readonly code: ExitCode
  readonly data: Readonly<Record<string, string | number>>
}

/** The system decides: no proxy, no interface. */
export const DIRECT = { kind: 'direct' } as const

export type Exit = typeof DIRECT | BoundExit | ProxyExit

/** What bound and proxied exits have in common. */
export interface Guarded {
  /** For people and logs; never holds a password. */
  readonly text: string
  readonly names: Names
  trouble(): ExitTrouble | undefined
  /** Resolves when something may leave: true, or false after `timeoutMs` or when whoever waits gave up. */
  ready(timeoutMs: number, gaveUp?: AbortSignal): Promise<boolean>
  close(): void
}

/** Connected, not flowing: nothing was read that belongs to its user. */
export type Opened = net.Socket | SocketError

/** One attempt to open a stream. */
export interface Opening {
  readonly result: Promise<Opened>
  cancel(): void
}

/** What a stream of web traffic or of a peer is opened with. `to.host` may be a name where a proxy resolves it. */
export interface StreamMaker {
  open(to: Endpoint, timeoutMs: number): Opening
}

export interface DatagramMaker {
  bind(at: Endpoint): Promise<DatagramSocket>
}
