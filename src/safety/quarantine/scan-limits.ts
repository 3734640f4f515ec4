// How far a scanner goes into a file, and whether its "nothing found" speaks of all of it. Pure.
// ClamAV leaves out, in silence, files larger than MaxFileSize, what is packed in an archive beyond MaxFileSize or MaxScanSize, and,
// unless AlertExceedsMax is on, whatever else goes beyond its limits. Promise: only what was seen whole passes here.

import type { FileLook } from './file-look.ts'

export interface ScanLimits {
  /** A longer stream is refused. */
  readonly streamBytes: number
  /** A larger file, or one inside of an archive, is left out. */
  readonly fileBytes: number
  /** All that is looked at of one file, itself and everything unpacked from it. */
  readonly scanBytes: number
  /** It says so when it goes no further into a document or program. Of archives it does not always. */
  readonly tells: boolean
}

/** Entries of one archive; ClamAV's MaxFiles is no lower. */
const MAX_FILES = 10_000
/** Deflate makes no more of a byte than this. */
const DEFLATE_RATIO = 1_032

export type Beyond = 'too-large' | 'too-deep'

/** Why what the scanner says of this file would not speak of all of it. */
export function beyondLimits(
  { lengthBytes, inside }: Pick<FileLook, 'lengthBytes' | 'inside'>,
  limits: ScanLimits,
): Beyond | undefined {
  const { streamBytes, fileBytes, scanBytes, tells } = limits
  if (lengthBytes > largestBytes(limits)) return 'too-large'
  if (inside.opaque || inside.entries > MAX_FILES) return 'too-deep'
  if (inside.largestBytes > fileBytes || lengthBytes + inside.unpackedBytes > scanBytes) return 'too-large'
  const worst = inside.takenApartBytes * DEFLATE_RATIO
  return !tells && worst > Math.min(streamBytes, fileBytes, scanBytes) ? 'too-deep' : undefined
}

/** Above this nothing is sent. */
export function largestBytes({ streamBytes, fileBytes, scanBytes }: ScanLimits): number {
  return Math.min(streamBytes, fileBytes, scanBytes)
}
