// Which entries of the log a person wants to see.

import type { LogEntry } from '../../../../src/api/schemas/status.ts'

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** At least of that level, with every word in it; the newest first. */
export function fittingEntries(
  entries: readonly LogEntry[],
  { words, level }: { readonly words: string; readonly level: LogEntry['level'] },
): readonly LogEntry[] {
  const wanted = words.toLowerCase().split(/\s+/)
  const least = LEVELS.indexOf(level)
  return entries
    .filter((entry) => {
      if (LEVELS.indexOf(entry.level) < least) return false
      const text = `${entry.level} ${entry.event} ${factsText(entry)}`.toLowerCase()
      return wanted.every((word) => text.includes(word))
    })
    .reverse()
}

/** `address 203.0.113.4, why wrong data` */
export function factsText({ data }: LogEntry): string {
  return Object.entries(data)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
