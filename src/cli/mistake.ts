// An error nobody expected, reduced to a short mark that is the same each time the same line fails.
// Promise: the mark is made of our own file names and lines only, never of anything of the person's.

import { createHash } from 'node:crypto'

const FRAMES = 5

/** `E-7F3A` */
export function markOf(error: unknown): string {
  const kind = error instanceof Error ? error.name : typeof error
  const digest = createHash('sha256')
    .update([kind, ...placesOf(error)].join('\n'))
    .digest('hex')
  return `E-${digest.slice(0, 4).toUpperCase()}`
}

/** `torrent.ts:12`, the innermost first: file names and lines of ours only. */
export function placesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  return [...stack.matchAll(/([\w-]+\.[jt]s:\d+):\d+/g)].map((match) => match[1] ?? '').slice(0, FRAMES)
}

/** The package that an import did not find: the installation is not complete. */
export function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND')
    return undefined
  return /^Cannot find package '([^']+)'/.exec(error.message)?.[1]
}
