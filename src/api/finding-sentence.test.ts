import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { LeakVerdict } from '../daemon/leak-test.ts'
import { explainFinding, FINDING_CODES } from './finding-sentence.ts'

const CHECKS = join(import.meta.dirname, '..', 'daemon', 'doctor')

/** Failures of a mapping become codes of the router's finding. */
const FAILURES = [
  'SILENT',
  'REFUSED',
  'NO_ROOM',
  'CONFLICT',
  'NOT_SUPPORTED',
  'NO_LINE',
  'WRONG_ADDRESS',
  'BAD_ANSWER',
]

/** Verdicts of the leak test likewise. */
const VERDICTS: readonly LeakVerdict[] = ['as-told', 'off', 'unseen', 'leak']

test('every code that a check can find has words, and no words are for a code that none can', () => {
  const source = globSync('*.ts', { cwd: CHECKS })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(CHECKS, file), 'utf8'))
    .join('\n')
  const said = [
    ...source.matchAll(
      /'((?:NETWORK|SESSION|WAY_OUT|ROUTER|REACH|FIREWALL|UDP|DHT|PROVIDER|PEER|DISK|CLOCK|SCANNER|PEOPLE)(?:_[A-Z]+)*)'/g,
    ),
  ].map(([, code]) => code as string)
  const verdicts = VERDICTS.map((verdict) => `LEAK_TEST_${verdict.toUpperCase().replace('-', '_')}`)
  const codes = new Set([...said, ...FAILURES.map((failure) => `ROUTER_${failure}`), ...verdicts])
  assert.ok(codes.size > 40, 'the scanner finds codes')
  assert.deepEqual([...codes].sort(), [...FINDING_CODES].sort())
})

test('a sentence is whole where its facts are known, and ends as one', () => {
  assert.equal(
    explainFinding('ROUTER_MAPS', {
      gateway: '192.168.1.1',
      name: 'Box',
      method: 'nat-pmp',
      externalHost: '203.0.113.7',
      tcpPort: 7000,
      udpPort: 7000,
    }).sentence,
    'The router “Box” at 192.168.1.1 lets others in, by NAT-PMP: port 7000 at 203.0.113.7.',
  )
  assert.match(
    explainFinding('REACH_SECOND_ROUTER', { externalHost: '100.64.1.1' }).sentence,
    /another one stands before it/,
  )
  for (const code of FINDING_CODES) {
    const { sentence, help } = explainFinding(code, { gateway: '1', ownHost: '2', peer: '3', folder: '4' })
    assert.match(sentence, /\.$/, code)
    if (help !== undefined) assert.match(help, /[.`]$/, code)
  }
})

test('a code that nobody has worded is said by its own words', () => {
  assert.equal(explainFinding('SOMETHING_NEW', {}).sentence, 'something new.')
})
