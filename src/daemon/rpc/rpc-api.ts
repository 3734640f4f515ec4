// The Transmission RPC as the HTTP server mounts it: its path, its scope, its size, and whether it is on.

import type { IncomingHttpHeaders } from 'node:http'
import {
  answerRpc,
  MAX_RPC_BODY_BYTES,
  RPC_PATH,
  type RpcAnswered,
  SESSION_ID_HEADER,
} from './rpc-exchange.ts'
import type { TransmissionRpc } from './transmission-rpc.ts'

export interface RpcApi {
  readonly path: string
  readonly scope: 'rpc'
  readonly maxBodyBytes: number
  enabled(): boolean
  answer(asked: {
    readonly method: string
    readonly headers: IncomingHttpHeaders
    readonly body: Uint8Array
  }): Promise<RpcAnswered>
}

/** @param enabled the setting `server.rpc`, asked with each request */
export function rpcApi(rpc: TransmissionRpc, enabled: () => boolean): RpcApi {
  return {
    path: RPC_PATH,
    scope: 'rpc',
    maxBodyBytes: MAX_RPC_BODY_BYTES,
    enabled,
    answer: ({ method, headers, body }) => {
      const sessionId = headers[SESSION_ID_HEADER]
      return answerRpc(rpc, {
        method,
        body,
        sessionId: typeof sessionId === 'string' ? sessionId : undefined,
      })
    },
  }
}
