// What the network of people is carried by: byte streams over TCP and uTP, made by whoever joins us with the computer (the
// daemon's way out). Nothing in here opens a socket.

import type { Endpoint } from '../../base/endpoint.ts'
import type { Connection, SocketError } from '../../base/ports.ts'

export interface Wire {
  readonly kind: 'tcp' | 'utp'
  dial(
    to: Endpoint,
    timeoutMs: number,
  ): { readonly result: Promise<Connection | SocketError>; cancel(): void }
  /** @returns where it listens; empty where nobody can call in (behind a proxy). @throws SocketError */
  listen(accepted: (connection: Connection) => void): Promise<readonly Endpoint[]>
  /** uTP: where a member at `through` sees our datagrams come from. Absent for TCP. */
  readonly seen?: (through: Endpoint, timeoutMs: number) => Promise<Endpoint | undefined>
  /** Stops listening and ends what it made. */
  close(): Promise<void>
}
