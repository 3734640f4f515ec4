// The two envelopes of a request: Transmission's own, and JSON-RPC 2.0 with snake case (since Transmission 4.1).

import { explain } from '../../api/errors.ts'
import { CodedError } from '../../base/errors.ts'
import { Arguments } from './arguments.ts'
import { classicName, snakeKeys, snakeName } from './names.ts'
import { RpcError } from './rpc-error.ts'
import { Turns } from './turns.ts'

export interface RpcRequest {
  /** Classic. */
  readonly method: string
  readonly args: Arguments
  /** What goes with the answer: a `tag` or an `id`. */
  readonly mark: unknown
  readonly jsonRpc: boolean
}

/** Fields of an answer; `torrents` may be many. */
export type Answer = Readonly<Record<string, unknown>>

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

/** As JSON: made torrent by torrent, since there may be thousands, in turns that hold up nobody. */
export async function success(
  { jsonRpc, mark }: Pick<RpcRequest, 'jsonRpc' | 'mark'>,
  answer: Answer,
): Promise<string> {
  const { torrents, ...rest } = answer
  const spelled = jsonRpc ? inSnakeCase(rest) : rest
  const shown = jsonRpc
    ? { jsonrpc: JSON_RPC, id: mark ?? null, result: spelled }
    : { ...(mark === undefined ? {} : { tag: mark }), result: 'success', arguments: spelled }
  const text = JSON.stringify(shown)
  if (!Array.isArray(torrents)) return text
  const rows: string[] = []
  const turns = new Turns()
  const spell = jsonRpc ? rowSpeller(torrents) : (row: unknown) => row
  for (const row of torrents) {
    if (turns.over) await turns.pause()
    rows.push(JSON.stringify(spell(row)))
  }
  // The text ends with the object that the torrents belong to, and with what is around it.
  const comma = Object.keys(spelled).length === 0 ? '' : ','
  return `${text.slice(0, -2)}${comma}"torrents":[${rows.join(',')}]}}`
}

export function failure({ jsonRpc, mark }: Pick<RpcRequest, 'jsonRpc' | 'mark'>, error: unknown): string {
  const text = sentence(error)
  const tag = mark === undefined ? {} : { tag: mark }
  if (!jsonRpc) return JSON.stringify({ arguments: {}, result: text, ...tag })
  const shown = { code: numberOf(error), message: text, data: { error_string: text } }
  return JSON.stringify({ jsonrpc: JSON_RPC, error: shown, id: mark ?? null })
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

function inSnakeCase(answer: Answer): Answer {
  const spelled = snakeKeys(answer) as Record<string, unknown>
  return spelled.encryption === 'tolerated' ? { ...spelled, encryption: 'allowed' } : spelled
}

/** Rows of a table begin with one of names; `wanted` is made of true and false where names are in snake case. */
function rowSpeller(torrents: readonly unknown[]): (row: unknown) => unknown {
  const [names] = torrents
  if (!Array.isArray(names))
    return (row) => {
      const torrent = snakeKeys(row) as Record<string, unknown>
      if (torrent.wanted !== undefined) torrent.wanted = flags(torrent.wanted)
      return torrent
    }
  const wanted = names.indexOf('wanted')
  return (row) => {
    if (row === names) return names.map((name) => snakeName(String(name)))
    return (row as unknown[]).map((value, at) => (at === wanted ? flags(value) : snakeKeys(value)))
  }
}

function flags(wanted: unknown): unknown {
  return Array.isArray(wanted) ? wanted.map((each) => each === 1) : wanted
}
