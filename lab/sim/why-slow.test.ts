// Must show: every cause of slowness, produced on purpose on virtual time, is named rightly; and it was that.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainBottleneck } from '../../src/api/bottleneck-sentence.ts'
import { watch } from './why-slow.ts'
import { SCENARIOS, TWO_CAUSES } from './why-slow-scenarios.ts'

/** What is compared must differ by this. */
const FASTER = 1.4
/** And what is no cause, by no more than this. */
const ALIKE = 1.15
/** Of nothing, nothing is a multiple. */
const LEAST = 1_000_000
const SEED = 20_261_128

for (const { name, code, slow, without, afterMs } of SCENARIOS) {
  test(`${name}: ${code}`, async (t) => {
    const seen = await watch(SEED, slow, afterMs)
    const { sentence } = explainBottleneck(seen.bottleneck)
    t.diagnostic(
      `${sentence} ${JSON.stringify(seen.bottleneck.evidence)}, ${Math.round(100 * seen.share)} %, ${seen.doneBytes}`,
    )
    assert.equal(seen.bottleneck.code, code)
    assert.ok(seen.share >= 0.8, `named in ${seen.share} of the time`)
    if (without === undefined) return
    const free = await watch(SEED, without, afterMs)
    t.diagnostic(`without: ${free.bottleneck.code}, ${free.doneBytes}`)
    assert.ok(
      free.doneBytes >= FASTER * Math.max(seen.doneBytes, LEAST),
      `${free.doneBytes} bytes without it, ${seen.doneBytes} with`,
    )
  })
}

for (const { name, code, both, withoutNamed, withoutOther } of TWO_CAUSES) {
  test(`two causes, ${name}: ${code}`, async () => {
    const seen = await watch(SEED, both)
    assert.equal(seen.bottleneck.code, code)
    const [better, same] = [await watch(SEED, withoutNamed), await watch(SEED, withoutOther)]
    assert.ok(
      better.doneBytes >= FASTER * seen.doneBytes,
      `${better.doneBytes} without it, ${seen.doneBytes} with`,
    )
    assert.ok(
      same.doneBytes <= ALIKE * seen.doneBytes,
      `${same.doneBytes} without the other, ${seen.doneBytes} with`,
    )
  })
}
