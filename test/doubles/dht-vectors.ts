// The published vectors of the DHT (test/vectors/dht.json), read once.

import { readFileSync } from 'node:fs'

export interface DhtVectors {
  readonly bep5: {
    readonly queries: readonly (readonly [method: string, packet: string])[]
    readonly replies: readonly (readonly [to: string, packet: string])[]
    readonly error: string
  }
  readonly bep33: { readonly filter: string; readonly estimate: number }
  readonly bep42: readonly (readonly [host: string, id: string])[]
  readonly bep44: {
    readonly value: string
    readonly publicKey: string
    readonly mutable: readonly {
      readonly salt: string
      readonly sequence: number
      readonly signed: string
      readonly target: string
      readonly signature: string
    }[]
    readonly immutableTarget: string
  }
}

export const DHT_VECTORS = JSON.parse(
  readFileSync(new URL('../vectors/dht.json', import.meta.url), 'utf8'),
) as DhtVectors
