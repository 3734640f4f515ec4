import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firewallProgram, saysEnabled } from './firewall.ts'

test('the settings of ufw are read as its shell would: the last line counts, comments do not', () => {
  assert.equal(saysEnabled('# ENABLED=yes\nENABLED=no\n'), false)
  assert.equal(saysEnabled('ENABLED=no\nLOGLEVEL=low\nENABLED=yes\n'), true)
  assert.equal(saysEnabled('ENABLED="YES"\n'), true)
  assert.equal(saysEnabled(''), false)
})

test('systems whose firewall is part of them are known by their name', async () => {
  assert.equal(await firewallProgram('win32'), 'windows')
  assert.equal(await firewallProgram('darwin'), 'macos')
})
