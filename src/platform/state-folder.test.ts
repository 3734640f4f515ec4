import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultStateFolder } from './state-folder.ts'

test('state lives where each system wants it', () => {
  assert.equal(defaultStateFolder({}, 'linux', '/home/ana'), '/home/ana/.local/state/shoal')
  assert.equal(defaultStateFolder({ XDG_STATE_HOME: '/var/ana' }, 'linux', '/home/ana'), '/var/ana/shoal')
  assert.equal(
    defaultStateFolder({ XDG_STATE_HOME: 'relative' }, 'linux', '/home/ana'),
    '/home/ana/.local/state/shoal',
  )
  assert.equal(defaultStateFolder({}, 'darwin', '/Users/ana'), '/Users/ana/Library/Application Support/Shoal')
})
