// Whether datagrams get out and back, and whether the DHT answers: its nodes are the only ones that can be asked without knowing
// anybody. Pure.

import type { Finding } from './finding.ts'

export interface DhtFacts {
  /** Undefined: switched off, or the way out carries no datagrams. */
  readonly dht:
    | {
        /** Nodes that answered and are kept. */
        readonly nodes: number
        readonly datagramsIn: number
        readonly datagramsOut: number
        /** Somebody could be asked: nodes of an earlier run, those that were named, the usual ones. */
        readonly somebodyToAsk: boolean
      }
    | undefined
  readonly seconds: number
}

/** Fewer than that after some seconds is a beginning, not a place in the DHT. */
const FEW_NODES = 8

export function checkDht({ dht, seconds }: DhtFacts): readonly Finding[] {
  if (dht === undefined)
    return [found('udp', 'unknown', 'UDP_NOT_TRIED', {}), found('dht', 'off', 'DHT_OFF', {})]
  const { nodes, datagramsIn, datagramsOut, somebodyToAsk } = dht
  const facts = { nodes, datagramsIn, datagramsOut, seconds }
  if (!somebodyToAsk)
    return [
      found('udp', 'unknown', 'UDP_NOT_TRIED', facts),
      found('dht', 'unknown', 'DHT_NOBODY_TO_ASK', facts),
    ]
  if (datagramsIn > 0 && nodes > 0)
    return [
      found('udp', 'good', 'UDP_WORKS', facts),
      found('dht', 'good', nodes < FEW_NODES ? 'DHT_BEGINS' : 'DHT_WORKS', facts),
    ]
  // Names of nodes that cannot be resolved are no sign of anything against UDP.
  if (datagramsOut === 0)
    return [
      found('udp', 'unknown', 'UDP_NOT_TRIED', facts),
      found('dht', 'careful', 'DHT_NOBODY_FOUND', facts),
    ]
  return [found('udp', 'careful', 'UDP_SILENT', facts), found('dht', 'careful', 'DHT_SILENT', facts)]
}

function found(check: string, state: Finding['state'], code: string, data: Finding['data']): Finding {
  return { check, state, code, data }
}
