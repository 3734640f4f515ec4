// A sample of the floods: a member goes on talking, and the target stays within its heap. `lab:people-floods` has all of them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enterNamespace } from '../netns/namespace.ts'
import { deafPings, FLOODS, hugeFrames, invalidFrames } from './flood-kinds.ts'
import { HEAP_CAP_MB, PeopleFloodScene } from './flood-scene.ts'

const footing = await enterNamespace(import.meta.filename)
const SAMPLE = [invalidFrames(5_000), hugeFrames(10), deafPings(10)].map(({ name }) => name)

test('a member goes on talking through floods of strangers, and the heap stays small', {
  timeout: 120_000,
}, async (t) => {
  if (footing.kind === 'refused') {
    if (process.env.CI === 'true') throw new Error(footing.reason)
    t.skip(footing.reason)
    return
  }
  const from = Array.from({ length: 200 }, (_, i) => `10.64.${i >> 5}.${1 + (i & 31)}`)
  const scene = await PeopleFloodScene.open('10.65.0.1', from)
  try {
    for (const flood of FLOODS.filter(({ name }) => SAMPLE.includes(name))) {
      const { lost, talked, figures } = await scene.measure(flood, 2)
      assert.ok(talked > 0 && lost === 0, `${flood.name}: ${lost} of ${talked + lost} not answered`)
      assert.ok(figures.heapBytes < (HEAP_CAP_MB / 2) * 1_000_000, `${flood.name}: ${figures.heapBytes}`)
      assert.ok(scene.isLinked, flood.name)
    }
  } finally {
    await scene.close()
  }
})
