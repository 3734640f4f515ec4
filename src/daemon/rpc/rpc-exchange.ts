// The Transmission RPC over HTTP, without a server: one exchange of method, session id and body for status, headers and
// body. Whoever asks has shown a token already. The session id keeps other sites' pages out, as in Transmission: a page
// cannot send that header, and a program learns it from the 409 of its first request.

import { timingSafeEqual } from 'node:crypto'
import type { TransmissionRpc } from './transmission-rpc.ts'

export const RPC_PATH = '/transmission/rpc'
/** Bodies of foreign APIs (SAFETY.md); a torrent file of 10 MB in base64 fits. */
export const MAX_RPC_BODY_BYTES = 16_777_216
export const SESSION_ID_HEADER = 'x-transmission-session-id'

export interface RpcAsked {
  readonly method: string
  /** As the header says it. */
  readonly sessionId: string | undefined
  /** Of whatever type: clients call their JSON by many names. */
  readonly body: Uint8Array
}

export interface RpcAnswered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }

/** @throws only what is a mistake of ours */
export async function answerRpc(rpc: TransmissionRpc, asked: RpcAsked): Promise<RpcAnswered> {
  if (!isSame(asked.sessionId ?? '', rpc.sessionId))
    return {
      status: 409,
      headers: { ...TEXT_TYPE, [SESSION_ID_HEADER]: rpc.sessionId },
      body: `409: send this header with every request.\nX-Transmission-Session-Id: ${rpc.sessionId}\n`,
    }
  if (asked.method !== 'POST')
    return { status: 405, headers: { ...TEXT_TYPE, allow: 'POST' }, body: '405: the RPC is asked by POST.\n' }
  let request: unknown
  try {
    request = JSON.parse(Buffer.from(asked.body).toString('utf8'))
  } catch {
    // No JSON: answered as every other request that is none.
    request = undefined
  }
  const answer = await rpc.answer(request)
  if (answer === undefined) return { status: 204, headers: {}, body: '' }
  return { status: 200, headers: JSON_TYPE, body: answer }
}

function isSame(given: string, known: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(known)]
  return a.length === b.length && timingSafeEqual(a, b)
}
