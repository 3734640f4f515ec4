// Which of two heads of one author for one audience counts. Both were checked before (head.ts).
// Promise: what was replaced never comes back, and an author who says two things at once is caught.

import { equalBytes } from '../../base/bytes.ts'
import { type CatalogueHead, encodeHead } from './head.ts'

export type Succession =
  /** Nothing was known, or the other says something later. */
  | { readonly kind: 'newer' }
  | { readonly kind: 'same' }
  /** What it says was replaced: it is left alone, however long it lasts. */
  | { readonly kind: 'older' }
  /** One number, two statements, both signed: shown to the person with both heads as evidence, and neither is believed. */
  | { readonly kind: 'equivocation'; readonly evidence: readonly [CatalogueHead, CatalogueHead] }

/** @param known the highest head ever believed of this author for this audience; it is remembered past its expiry */
export function succession(known: CatalogueHead | undefined, next: CatalogueHead): Succession {
  if (known === undefined) return { kind: 'newer' }
  if (!equalBytes(known.author, next.author) || known.audience !== next.audience)
    throw new TypeError('heads of two catalogues do not succeed each other')
  if (next.seq !== known.seq) return { kind: next.seq > known.seq ? 'newer' : 'older' }
  if (equalBytes(encodeHead(known), encodeHead(next))) return { kind: 'same' }
  return { kind: 'equivocation', evidence: [known, next] }
}
