import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CORPUS_SEED, type CorpusResult, corpus, HARMLESS, judged, SENSITIVE } from './corpus.ts'

const shown = (results: readonly CorpusResult[]) =>
  results
    .map(
      ({ file, findings }) =>
        `${file.components.join('/')} ${findings.map((finding) => finding.class).join()}`,
    )
    .join('\n')

test('of 200 sensitive and 2,000 harmless files 95 % are found and 2 % are false alarms at most', async (t) => {
  t.diagnostic(`seed ${CORPUS_SEED}`)
  const results: CorpusResult[] = []
  for (const file of corpus()) results.push(await judged(file))
  const sensitive = results.filter(({ file }) => file.sensitive.length > 0)
  const harmless = results.filter(({ file }) => file.sensitive.length === 0)
  assert.deepEqual([sensitive.length, harmless.length], [SENSITIVE, HARMLESS])
  const missed = sensitive.filter(({ right }) => !right)
  const alarms = harmless.filter(({ right }) => !right)
  assert.ok(missed.length <= SENSITIVE * 0.05, shown(missed))
  assert.ok(alarms.length <= HARMLESS * 0.02, shown(alarms))
  const neverTuned = sensitive.filter(({ file }) => !file.tuned)
  const found = neverTuned.filter(({ right }) => right)
  assert.ok(
    neverTuned.length > 60 && found.length >= neverTuned.length * 0.95,
    shown(neverTuned.filter(({ right }) => !right)),
  )
})
