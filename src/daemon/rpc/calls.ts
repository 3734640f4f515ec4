// The daemon's calls as the RPC makes them: by name, validated by the schema of the table like those that come by HTTP.

import { type Handlers, type InputOf, type OutputOf, ROUTES } from '../../api/routes.ts'
import type { Outcome } from '../../api/schemas/transfer.ts'
import { RpcError } from './rpc-error.ts'

export type RpcCallName =
  | 'addTransfer'
  | 'categories'
  | 'changeFiles'
  | 'changeSettings'
  | 'changeTransfers'
  | 'folder'
  | 'inspect'
  | 'moveTransfers'
  | 'network'
  | 'pauseTransfers'
  | 'reannounceTransfers'
  | 'recheckTransfers'
  | 'removeTransfers'
  | 'renameFile'
  | 'resumeTransfers'
  | 'settings'
  | 'shutdown'
  | 'status'
  | 'transfer'
  | 'transferFiles'
  | 'transferPeers'
  | 'transferTorrent'
  | 'transferTrackers'

export type RpcHandlers = Handlers<RpcCallName>

/** Calls that answer for many at once. */
export type OutcomeCallName = {
  [Name in RpcCallName]: OutputOf<Name> extends Outcome ? Name : never
}[RpcCallName]

export class Calls {
  readonly #handlers: RpcHandlers

  constructor(handlers: RpcHandlers) {
    this.#handlers = handlers
  }

  /** @throws RpcError when the input does not fit the table, and whatever the daemon's part refuses */
  async make<Name extends RpcCallName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    const read = ROUTES[name].input.safeParse(input)
    if (!read.success) {
      const [issue] = read.error.issues
      throw new RpcError('RPC_ARGUMENT', {
        argument: issue?.path.map(String).join('.') ?? '',
        expects: issue?.message.toLowerCase() ?? 'something else',
      })
    }
    const handler = this.#handlers[name] as (input: unknown) => OutputOf<Name> | Promise<OutputOf<Name>>
    return await handler(read.data)
  }

  /** For many: nothing is called for none, and what failed for some is one error. */
  async many<Name extends OutcomeCallName>(
    name: Name,
    ids: readonly string[],
    rest: Omit<InputOf<Name>, 'ids'>,
  ): Promise<void> {
    if (ids.length === 0) return
    const { failed } = (await this.make(name, { ids, ...rest } as InputOf<Name>)) as Outcome
    const [first] = failed
    if (first === undefined) return
    throw new RpcError('RPC_SOME_FAILED', {
      failed: failed.length,
      of: ids.length,
      first: first.error.message,
    })
  }
}
