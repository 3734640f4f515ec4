// A path as it can be pasted into a shell. Names come from strangers: what is pasted must be one word and run nothing.

/** These mean nothing to any shell, wherever they stand in a path. */
const PLAIN = /^[\w@+,./:-]+$/

const PLAIN_WINDOWS = /^[\w@+,./:\\-]+$/

/** Within double quotes some shell of Windows still reads these. */
const READ_IN_QUOTES = /["$`%!^]/

/** @returns undefined when no way of writing it is safe in every shell of the platform */
export function shellWord(path: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if ((platform === 'win32' ? PLAIN_WINDOWS : PLAIN).test(path)) return path
  if (platform !== 'win32') return `'${path.replaceAll("'", "'\\''")}'`
  return READ_IN_QUOTES.test(path) ? undefined : `"${path}"`
}
