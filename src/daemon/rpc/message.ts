// The two envelopes of a request: Transmission's own, and JSON-RPC 2.0 with snake case (since Transmission 4.1).

import { explain } from '../../api/errors.ts'
import { CodedError } from '../../base/errors.ts'
import { Arguments } from './arguments.ts'
import { classicName, snakeKeys, snakeName } from './names.ts'
import { RpcError } from './rpc-error.ts'

export interface RpcRequest {
  /** Classic. */
  readonly method: string
  readonly args: Arguments
  /** What goes with the answer: a `tag` or an `id`. */
  readonly mark: unknown
  readonly jsonRpc: boolean
}

const JSON_RPC = '2.0'
/** Of JSON-RPC: the method does not exist; what was sent is no request; and Transmission's own number for the rest. */
const UNKNOWN_METHOD = -32_601
const BAD_REQUEST = -32_600
const BAD_ARGUMENTS = -32_602
const FAILED = 1

/** @throws RpcError when it is no request at all */
export function readRequest(body: unknown): RpcRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new RpcError('RPC_REQUEST')
  const { method, tag, id, jsonrpc, params, arguments: given } = body as Record<string, unknown>
  if (typeof method !== 'string') throw new RpcError('RPC_REQUEST')
  const jsonRpc = jsonrpc === JSON_RPC
  const values = (jsonRpc ? params : given) ?? {}
  if (typeof values !== 'object' || Array.isArray(values)) throw new RpcError('RPC_REQUEST')
  const named = Object.entries(values).map(([name, value]) => [classicName(name), value] as const)
  return { method: classicName(method), args: new Arguments(named), mark: jsonRpc ? id : tag, jsonRpc }
}

export function success({ jsonRpc, mark }: Pick<RpcRequest, 'jsonRpc' | 'mark'>, answer: unknown): unknown {
  if (jsonRpc) return { jsonrpc: JSON_RPC, result: inSnakeCase(answer), id: mark ?? null }
  return { arguments: answer, result: 'success', ...(mark === undefined ? {} : { tag: mark }) }
}

export function failure({ jsonRpc, mark }: Pick<RpcRequest, 'jsonRpc' | 'mark'>, error: unknown): unknown {
  const text = sentence(error)
  if (!jsonRpc) return { arguments: {}, result: text, ...(mark === undefined ? {} : { tag: mark }) }
  return {
    jsonrpc: JSON_RPC,
    error: { code: numberOf(error), message: text, data: { error_string: text } },
    id: mark ?? null,
  }
}

/** @throws what is no refusal of ours: a mistake, which whoever serves this reports as one */
function sentence(error: unknown): string {
  if (!(error instanceof CodedError)) throw error
  const { message, help } = explain(error).report
  return help === undefined ? message : `${message} ${help}`
}

function numberOf(error: unknown): number {
  if (!(error instanceof RpcError)) return FAILED
  if (error.code === 'RPC_METHOD_UNKNOWN') return UNKNOWN_METHOD
  if (error.code === 'RPC_REQUEST') return BAD_REQUEST
  return error.code === 'RPC_ARGUMENT' ? BAD_ARGUMENTS : FAILED
}

/** Values that are names are spelled so too: fields of a table, and what of `wanted` and `encryption` changed. */
function inSnakeCase(answer: unknown): unknown {
  const spelled = snakeKeys(answer) as Record<string, unknown>
  if (spelled.encryption === 'tolerated') spelled.encryption = 'allowed'
  const { torrents } = spelled
  if (!Array.isArray(torrents)) return spelled
  const [keys, ...rows] = torrents as unknown[]
  if (!Array.isArray(keys)) {
    for (const torrent of torrents as Record<string, unknown>[])
      if (torrent.wanted !== undefined) torrent.wanted = flags(torrent.wanted)
    return spelled
  }
  const names = keys.map((key) => snakeName(String(key)))
  const wanted = names.indexOf('wanted')
  if (wanted >= 0) for (const row of rows) if (Array.isArray(row)) row[wanted] = flags(row[wanted])
  return { ...spelled, torrents: [names, ...rows] }
}

function flags(wanted: unknown): unknown {
  return Array.isArray(wanted) ? wanted.map((each) => each === 1) : wanted
}
