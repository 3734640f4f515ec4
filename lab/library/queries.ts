// What lab:library searches for: what people type, as they type it, and the worst there is.

export interface LabQuery {
  readonly words: string
  readonly typing?: boolean
  readonly sort?: 'fit' | 'name' | 'size' | 'newest'
}

const typed = (words: string): LabQuery[] =>
  Array.from(words, (_, index) => ({ words: words.slice(0, index + 1), typing: true }))

export const WORST: readonly LabQuery[] = [
  // A word in every name, one in every path, and several of them.
  { words: 'archive' },
  { words: 'shared media' },
  { words: 'archive shared media' },
  { words: '"shared media"' },
  { words: '"archive media"' },
  { words: 'archive -media' },
  // One letter of it, while typing.
  { words: 'a', typing: true },
  { words: 's', typing: true },
  { words: 'archive s', typing: true },
  { words: 'archiv', typing: true },
  { words: '1', typing: true },
  // Common words with rare and common filters.
  { words: 'archive ext:xyz' },
  { words: 'archive ext:mobi size:<300k' },
  { words: 'archive size:>3.9G' },
  { words: 'archive size:1M..2M' },
  { words: 'archive type:video -1080p' },
  { words: 'archive type:video,audio,image' },
  { words: 'archive duration:<3m' },
  // Two common words that never meet.
  { words: 'jpg x264' },
  { words: 'jpg epub' },
  // In an order.
  ...(['name', 'size', 'newest'] as const).flatMap((sort) =>
    ['archive', 'archive media', 'jpg', 'archive size:>1G', ''].map((words) => ({ words, sort })),
  ),
]

export const USUAL: readonly LabQuery[] = [
  ...typed('blue train'),
  ...typed('straße der nacht'),
  ...typed('夏の夜'),
  ...typed('img 1042'),
  { words: 'summer night' },
  { words: 'S02E05' },
  { words: 'rêve maison' },
  { words: 'ночь лето' },
  { words: '物語' },
  { words: '京' },
  { words: '기차' },
  { words: 'รถไฟ' },
  { words: 'kamisol' },
  { words: 'kamisol type:audio' },
  { words: 'river type:video size:>1G' },
  { words: 'garden -winter ext:epub' },
  { words: '"blue train"' },
]
