// Which names are left out of the library, and why. The library is there to find things: what its owner hid, what is not
// finished yet and what systems keep for themselves would only be in the way of that.

/** A file or directory of such a name, and everything below it, is not in the library. */
export type LeftOut = 'hidden' | 'unfinished' | 'system'

/** Downloads under way (ours: `.part`), and files that programs keep while they write or while a document is open. */
const UNFINISHED_ENDINGS = [
  '.part',
  '.partial',
  '.crdownload',
  '.download',
  '.opdownload',
  '.!qb',
  '.!ut',
  '.bc!',
  '.aria2',
  '.shoal-copy',
  '.tmp',
  '.temp',
  '~',
]
/** Office programs hold a document open with `~$name`. */
const OPEN_DOCUMENT = '~$'

/** Ours: an infected file that is kept closed. It is never opened, so it is never hashed or found. */
const LOCKED_ENDING = '.locked'

/** Directories and files that Windows, macOS, Synology and QNAP put beside people's own, and the top of an ext volume. */
const SYSTEM_NAMES: ReadonlySet<string> = new Set([
  '$recycle.bin',
  'system volume information',
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  'icon\r',
  'lost+found',
  '@eadir',
  '#recycle',
  '#snapshot',
  '@recycle',
  '@recently-snapshot',
])

/** Why a name is left out, or undefined when it belongs in. */
export function leftOut(name: string): LeftOut | undefined {
  if (name.startsWith('.')) return 'hidden'
  const folded = name.toLowerCase()
  if (SYSTEM_NAMES.has(folded) || folded.endsWith(LOCKED_ENDING)) return 'system'
  if (folded.startsWith(OPEN_DOCUMENT)) return 'unfinished'
  return UNFINISHED_ENDINGS.some((ending) => folded.endsWith(ending)) ? 'unfinished' : undefined
}
