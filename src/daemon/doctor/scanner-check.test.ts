import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainFinding } from '../../api/finding-sentence.ts'
import type { ScannerStatus } from '../../safety/quarantine/scanner.ts'
import { checkScanner } from './scanner-check.ts'

const NOW = Date.UTC(2026, 10, 28)
const READY: ScannerStatus = {
  state: 'ready',
  version: '1.4.6',
  signatures: '1.4.6/27500',
  signaturesAtMs: NOW - 3_600_000,
  largestBytes: 25_000_000,
  tells: true,
}

test('each way in which a scanner may be there or not has its finding, with what helps', () => {
  for (const [change, code, state] of [
    [{}, 'SCANNER_GOOD', 'good'],
    [{ tells: false }, 'SCANNER_STOPS_SILENTLY', 'careful'],
    [{ signaturesAtMs: NOW - 30 * 86_400_000 }, 'SCANNER_OLD', 'careful'],
    [{ state: 'no-signatures' }, 'SCANNER_NO_SIGNATURES', 'careful'],
    [{ state: 'stopped' }, 'SCANNER_STOPPED', 'careful'],
    [{ state: 'none' }, 'SCANNER_NONE', 'unknown'],
  ] as const) {
    const finding = checkScanner({ ...READY, ...change }, false, NOW)
    assert.deepEqual([finding.code, finding.state], [code, state])
    const { sentence, help } = explainFinding(finding.code, finding.data)
    assert.doesNotMatch(sentence, /SCANNER_/)
    assert.equal(help === undefined, state === 'good', code)
  }
  assert.equal(checkScanner({ ...READY, state: 'none' }, true, NOW).code, 'SCANNER_OFF')
})
