// Payload of one torrent, or of several together, by how it travelled. Web seeds are HTTP; what comes over any other stream counts as TCP.

import type { Connection } from '../../base/ports.ts'

export type Way = 'tcp' | 'utp' | 'http'

export class Traffic {
  readonly tcp = { takenBytes: 0, givenBytes: 0 }
  readonly utp = { takenBytes: 0, givenBytes: 0 }
  readonly http = { takenBytes: 0, givenBytes: 0 }

  add(more: Readonly<Record<Way, { readonly takenBytes: number; readonly givenBytes: number }>>): void {
    for (const way of ['tcp', 'utp', 'http'] as const) {
      this[way].takenBytes += more[way].takenBytes
      this[way].givenBytes += more[way].givenBytes
    }
  }
}

export function wayOf({ connection }: { readonly connection: Pick<Connection, 'transport'> }): Way {
  return connection.transport === 'utp' ? 'utp' : 'tcp'
}
