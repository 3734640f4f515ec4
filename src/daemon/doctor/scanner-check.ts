// Whether what arrives is checked for viruses: a scanner there, its signatures fresh, and that it says when it stops in the middle.
// Pure of I/O: the facts are collected by the caller.

import type { ScannerStatus } from '../../safety/quarantine/scanner.ts'
import type { Finding } from './finding.ts'

/** Official signatures come each day; a week without is somebody's updater that does not run. */
const OLD_DAYS = 7
const DAY_MS = 86_400_000

/** @param off the person switched it off */
export function checkScanner(status: ScannerStatus, off: boolean, nowMs: number): Finding {
  const { state, version, signaturesAtMs, tells } = status
  const found = (of: Finding['state'], code: string, data: Finding['data'] = {}): Finding => ({
    check: 'scanner',
    state: of,
    code,
    data,
  })
  if (off) return found('off', 'SCANNER_OFF')
  if (state === 'none') return found('unknown', 'SCANNER_NONE')
  if (state === 'stopped') return found('careful', 'SCANNER_STOPPED')
  const facts = { version: version ?? '' }
  if (state === 'no-signatures') return found('careful', 'SCANNER_NO_SIGNATURES', facts)
  const days = signaturesAtMs === null ? 0 : Math.floor((nowMs - signaturesAtMs) / DAY_MS)
  if (days >= OLD_DAYS) return found('careful', 'SCANNER_OLD', { ...facts, days })
  if (!tells) return found('careful', 'SCANNER_STOPS_SILENTLY', facts)
  return found('good', 'SCANNER_GOOD', { ...facts, days })
}
