import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainBottleneck } from './bottleneck-sentence.ts'

test('the sentence carries the figures, and both shapes of a bottleneck are read', () => {
  const evidence = { sources: 2, rate: 1_500_000, slowest: 500_000 }
  const fromEngine = explainBottleneck({ code: 'SOURCES_CAPPED', evidence })
  assert.equal(fromEngine.sentence, 'both sources are at their upload limit')
  assert.deepEqual(fromEngine, explainBottleneck({ code: 'SOURCES_CAPPED', data: evidence }))
  assert.deepEqual(fromEngine.evidence, [
    { label: 'Arriving', value: '1.5 MB/s' },
    { label: 'Sources', value: '2' },
    { label: 'Slowest source', value: '500 kB/s' },
  ])
})

test('whose limit it is decides what would help', () => {
  const limit = { limit: 2_000_000, whose: 'all' }
  assert.match(
    explainBottleneck({ code: 'OWN_LIMIT', evidence: limit }).wouldHelp[0] ?? '',
    /other transfers/,
  )
  assert.match(
    explainBottleneck({ code: 'OWN_LIMIT', evidence: { ...limit, whose: 'transfer' } }).wouldHelp[0] ?? '',
    /of this transfer/,
  )
})

test('nobody is said not to answer who was not found silent', () => {
  const { sentence } = explainBottleneck({ code: 'NO_SOURCES', evidence: { addresses: 2, unanswered: 0 } })
  assert.equal(sentence, 'nobody at 2 known addresses is connected at the moment')
  const silent = explainBottleneck({ code: 'NO_SOURCES', evidence: { addresses: 2, unanswered: 1 } })
  assert.match(silent.sentence, /^none of 2 known addresses answers/)
})

test('a code that nobody has worded is said as it is', () => {
  assert.equal(explainBottleneck({ code: 'SOMETHING_NEW' }).sentence, 'SOMETHING_NEW')
  assert.equal(explainBottleneck({ code: 'constructor' }).sentence, 'constructor')
})
