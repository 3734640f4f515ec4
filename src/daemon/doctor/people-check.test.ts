import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPeople, type PeopleFacts } from './people-check.ts'

const RUNS: PeopleFacts = { state: 'running', problem: undefined, unused: false, restarts: 0, port: 7000 }

test('people are judged by their process', () => {
  const judged = (facts: Partial<PeopleFacts>): string[] => {
    const { state, code } = checkPeople({ ...RUNS, ...facts })
    return [state, code]
  }
  assert.deepEqual(judged({}), ['good', 'PEOPLE_RUNNING'])
  assert.deepEqual(judged({ restarts: 2 }), ['careful', 'PEOPLE_RESTARTED'])
  assert.deepEqual(judged({ state: 'restarting', problem: 'IDENTITY_UNUSABLE' }), ['bad', 'PEOPLE_AWAY'])
  assert.deepEqual(judged({ state: 'off', unused: true }), ['unknown', 'PEOPLE_UNUSED'])
  assert.deepEqual(judged({ state: 'off', problem: 'PEOPLE_OFF' }), ['off', 'PEOPLE_SWITCHED_OFF'])
  assert.deepEqual(judged({ state: 'off', problem: 'PEOPLE_OFF_BY_PROXY' }), ['off', 'PEOPLE_PROXIED'])
})
