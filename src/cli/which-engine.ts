// Who does a transfer: the running Shoal, or an engine of this command's own (INTERFACE.md B2). The first line says which.

import path from 'node:path'
import type { DaemonLink } from './daemon-link.ts'
import { openLinkIfAny } from './open-link.ts'
import type { Output } from './output.ts'
import { ownEngineBecause } from './own-engine.ts'
import type { TransferValues } from './transfer-options.ts'

/** For the help of commands that choose. */
export const WHICH_ENGINE_HELP =
  'Where Shoal is running it does this; else, or with --standalone, this command does it itself. Options that ask for another network than the running one has (--port, --bind, --proxy, --no-dht and the like) mean an engine of its own too. Ctrl-C leaves a transfer to the running Shoal, and ends one of its own.'

interface Choosing {
  readonly values: TransferValues & { readonly 'no-pex': boolean; readonly standalone: boolean }
  readonly folder: string
  readonly output: Output
}

/** Undefined: an engine of its own. @throws LinkError, LifeError */
export async function runningFor(choosing: Choosing): Promise<DaemonLink | undefined> {
  const { values, folder, output } = choosing
  if (values.standalone) return undefined
  const link = await openLinkIfAny(choosing)
  if (link === undefined) {
    output.note('Shoal is not running: this command does it itself.')
    return undefined
  }
  const [{ settings }, { port }] = await Promise.all([link.call('settings', {}), link.call('status', {})])
  const wish = { ...values, 'ip-filter': values['ip-filter'].map((file) => path.resolve(folder, file)) }
  const because = ownEngineBecause(wish, { settings, port })
  if (because !== undefined) {
    output.note(`This command does it itself: the running Shoal is not set to what ${because} asks for.`)
    return undefined
  }
  output.note(`Through the running Shoal (process ${link.run.pid}).`)
  return link
}
