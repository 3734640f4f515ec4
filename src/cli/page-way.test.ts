import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasDisplay, tunnelLine } from './page-way.ts'

test('a browser is opened only where it would be seen', () => {
  assert.equal(hasDisplay({}, 'linux'), false)
  assert.equal(hasDisplay({ DISPLAY: ':0' }, 'linux'), true)
  assert.equal(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux'), true)
  assert.equal(hasDisplay({}, 'darwin'), true)
  assert.equal(hasDisplay({ SSH_CONNECTION: '10.0.0.2 4 10.0.0.1 22' }, 'darwin'), false)
  assert.equal(hasDisplay({ DISPLAY: ':10', SSH_TTY: '/dev/pts/0' }, 'linux'), false)
})

test('the tunnel leads to where the person came in', () => {
  const here = { user: 'ana', hostName: 'nas', page: 'http://127.0.0.1:7417' }
  assert.equal(tunnelLine(here, {}), 'ssh -L 7417:127.0.0.1:7417 ana@nas')
  assert.equal(
    tunnelLine(here, { SSH_CONNECTION: '198.51.100.7 50000 203.0.113.5 2222' }),
    'ssh -L 7417:127.0.0.1:7417 -p 2222 ana@203.0.113.5',
  )
})
