// From what a person asked for to an Exit that was seen to work.

import { BoundExit } from './bound-exit.ts'
import { DIRECT, type Exit } from './exit.ts'
import type { ProxyAddress } from './proxy-address.ts'
import { ProxyExit } from './proxy-exit.ts'

export interface ExitWish {
  readonly proxy?: ProxyAddress | undefined
  /** An interface's name or one of this computer's addresses. */
  readonly interface?: string | undefined
}

/** @throws ExitError when it cannot be used now; at most one of both may be wished for */
export async function openExit(wish: ExitWish): Promise<Exit> {
  if (wish.proxy !== undefined && wish.interface !== undefined) throw new TypeError('two ways out')
  if (wish.proxy !== undefined) return ProxyExit.open(wish.proxy)
  return wish.interface === undefined ? DIRECT : BoundExit.open(wish.interface)
}
