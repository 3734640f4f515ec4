// An entry of the log as one line. Pure. Names in it come from outside: they are shown as text (terminal.ts).

import type { LogEntry } from '../api/schemas/status.ts'
import type { Line, Style } from './terminal.ts'

const STYLES: Readonly<Partial<Record<LogEntry['level'], Style>>> = { warn: 'careful', error: 'bad' }
const LEVEL_COLUMNS = 5

export function logLine({ at, level, event, data }: LogEntry): Line {
  const facts = Object.entries(data).map(([name, value]) => `  ${name}=${shown(value)}`)
  const word = level.padEnd(LEVEL_COLUMNS)
  const style = STYLES[level]
  return [
    { text: at, style: 'faint' },
    '  ',
    style === undefined ? word : { text: word, style },
    `  ${event}${facts.join('')}`,
  ]
}

function shown(value: LogEntry['data'][string]): string {
  if (typeof value !== 'string') return String(value)
  return /^[\w.:/@-]+$/.test(value) ? value : JSON.stringify(value)
}
