import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainFileCheck, explainTransferCheck, mayOpen, natureSentence } from './check-sentence.ts'
import { type FileCheck, NotScanned } from './schemas/checks.ts'
import { CheckState } from './schemas/transfer.ts'

const NOW = Date.parse('2026-11-28T12:00:00')
const AT = new Date(NOW).toISOString()
const plain: FileCheck = {
  state: 'plain-not-scanned',
  notScanned: 'no-scanner',
  found: null,
  by: null,
  at: null,
  kind: 'video',
  named: 'video',
}

test('the five states read as they are designed', () => {
  const say = (change: Partial<FileCheck>, dangers: readonly string[] = []) =>
    explainFileCheck({ ...plain, ...change }, dangers, NOW)
  assert.equal(say({ state: 'checking' }), 'Checking…')
  assert.equal(say({ state: 'clean', by: 'ClamAV', at: AT, notScanned: null }), 'Checked by ClamAV today')
  assert.equal(say({}), 'A video, as its name says. Not virus-checked: no scanner')
  const pretending = { state: 'careful-not-scanned', kind: 'program' } as const
  assert.match(say(pretending, ['runs-code', 'pretends']), /^Careful: this is a program named like a video\./)
  const found = { state: 'locked', found: 'Eicar', by: 'ClamAV', because: 'scanner', kept: 'locked' } as const
  assert.equal(say(found), 'Kept locked: Eicar found by ClamAV')
  assert.equal(say({ ...found, kept: 'deleted' }), 'Deleted: Eicar found by ClamAV')
  const listed = {
    state: 'locked',
    found: 'A trojan',
    by: 'Ana’s list',
    because: 'list',
    kept: 'locked',
  } as const
  assert.equal(say(listed), 'Kept locked: not wanted by the list Ana’s list: A trojan')
  const old = new Date(NOW - 5 * 86_400_000).toISOString()
  assert.match(say({ state: 'clean', by: 'ClamAV', at: old }), /^Checked by ClamAV Monday/)
})

test('nothing that was not scanned is said to be checked, for whatever reason', () => {
  for (const notScanned of NotScanned.options) {
    for (const state of ['plain-not-scanned', 'careful-not-scanned'] as const) {
      const said = explainFileCheck({ ...plain, state, notScanned, by: 'ClamAV', at: AT }, [], NOW)
      assert.match(said, /Not virus-checked: ./)
      assert.doesNotMatch(said, /Checked by/)
    }
  }
  for (const state of CheckState.options)
    if (state.endsWith('not-scanned')) assert.match(explainTransferCheck(state), /Not virus-checked/)
})

test('a file whose content nobody knows is not said to be what its name says', () => {
  const nature = { kind: 'file', named: 'video', dangers: [] }
  assert.equal(natureSentence(nature), 'A file named like a video')
  assert.equal(natureSentence({ ...nature, named: 'file' }), 'A file of a kind Shoal does not know')
})

test('what is locked is never opened, what is looked at only afterwards', () => {
  assert.deepEqual(CheckState.options.map(mayOpen), ['after', 'yes', 'yes', 'asks', 'asks', 'no'])
})
