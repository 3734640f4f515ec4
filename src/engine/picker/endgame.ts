// Endgame (BEP 3): every wanted block is asked or here, so the last ones are asked of several peers at once.
// Which ones: those with the fewest askers, then those whose first askers are the slowest, last blocks of a piece
// first, since these would come last. At most 3 askers a block and 16 duplicates an ask: a cancel needs a round trip,
// and what arrives meanwhile is wasted; three askers are enough to outlive one that stalls and one that goes.

import type { PartialPiece } from './partial-piece.ts'
import type { PeerBook } from './peer-book.ts'
import type { BlockRef, PeerKey } from './world.ts'

export const MAX_ASKERS = 3
const MAX_DUPLICATES = 16
/** Asked blocks looked at per ask, so that a wide pipeline does not make the end slow. */
const MAX_LOOKS = 1024

interface Candidate {
  readonly partial: PartialPiece
  readonly block: number
  readonly askers: number
  readonly rate: number
}

/** Blocks to ask of `peer` though others have them outstanding; at most `count`, best first. */
export function duplicates(
  partials: Iterable<PartialPiece>,
  mayJoin: (partial: PartialPiece) => boolean,
  peer: PeerKey,
  books: ReadonlyMap<PeerKey, PeerBook>,
  count: number,
): BlockRef[] {
  const candidates: Candidate[] = []
  let looks = MAX_LOOKS
  for (const partial of partials) {
    if (looks <= 0) break
    if (partial.asked === 0 || !mayJoin(partial)) continue
    for (let block = partial.blocks - 1; block >= 0; block--) {
      if (!partial.isAsked(block)) continue
      if (looks-- <= 0) break
      const askers = partial.askerCount(block)
      if (askers >= MAX_ASKERS || partial.isOutstanding(peer, block)) continue
      const rate = books.get(partial.firstAsker(block))?.rate ?? 0
      candidates.push({ partial, block, askers, rate })
    }
  }
  candidates.sort((a, b) => a.askers - b.askers || a.rate - b.rate)
  return candidates
    .slice(0, Math.min(count, MAX_DUPLICATES))
    .map(({ partial, block }) => ({ piece: partial.piece, block }))
}
