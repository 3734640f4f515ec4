// Endgame (BEP 3): every wanted block is asked or here, so the last ones are asked of several peers at once.
// Which ones: those with the fewest askers, then those whose first askers are the slowest, last blocks of a piece
// first, since these would come last. At most 3 askers a block that give, and 16 duplicates an ask: a cancel needs a
// round trip, and what arrives meanwhile is wasted. Askers that give nothing for two seconds are not counted, nor those
// that never gave anything when one asks who does: a crowd that promises all and sends nothing holds nobody up.

import type { PartialPiece } from './partial-piece.ts'
import type { PeerBook } from './peer-book.ts'
import type { Ask, BlockRef, PeerKey } from './world.ts'

export const MAX_ASKERS = 3
const MAX_DUPLICATES = 16
/** Twice what bursty senders pause (pipeline.ts), so that only who really stalls is disregarded. */
export const QUIET_MS = 2_000
/** Asked blocks looked at per ask, so that a wide pipeline does not make the end slow. */
const MAX_LOOKS = 1024

interface Candidate {
  readonly partial: PartialPiece
  readonly block: number
  readonly askers: number
  readonly rate: number
}

/** Blocks to ask of `ask.peer` though others have them outstanding; at most `ask.count`, best first. */
export function duplicates(
  partials: Iterable<PartialPiece>,
  mayJoin: (partial: PartialPiece) => boolean,
  ask: Ask,
  books: ReadonlyMap<PeerKey, PeerBook>,
): BlockRef[] {
  const candidates: Candidate[] = []
  const counts = (key: PeerKey): boolean => {
    const book = books.get(key)
    return book !== undefined && book.quietMs(ask.now) < QUIET_MS && (book.rate > 0 || ask.rate === 0)
  }
  let looks = MAX_LOOKS
  for (const partial of partials) {
    if (looks <= 0) break
    if (partial.asked === 0 || !mayJoin(partial)) continue
    for (let block = partial.blocks - 1; block >= 0; block--) {
      if (!partial.isAsked(block)) continue
      if (looks-- <= 0) break
      if (partial.isOutstanding(ask.peer, block)) continue
      let askers = partial.askerCount(block)
      if (askers >= MAX_ASKERS) askers = partial.askers(block).filter(counts).length
      if (askers >= MAX_ASKERS) continue
      const rate = books.get(partial.firstAsker(block))?.rate ?? 0
      candidates.push({ partial, block, askers, rate })
    }
  }
  candidates.sort((a, b) => a.askers - b.askers || a.rate - b.rate)
  return candidates
    .slice(0, Math.min(ask.count, MAX_DUPLICATES))
    .map(({ partial, block }) => ({ piece: partial.piece, block }))
}
