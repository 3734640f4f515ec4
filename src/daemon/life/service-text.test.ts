import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { needs } from '../../../test/doubles/require-program.ts'
import { LAUNCHER } from './background.ts'
import { launchdAgent, systemdUnit, windowsTask } from './service-text.ts'

const FACTS = { node: process.execPath, launcher: LAUNCHER, stateFolder: undefined }
const ODD = { node: '/opt/no de/node', launcher: '/home/a&b/100%/$HOME/"shoal"', stateFolder: '/st <ate>' }

test('the unit runs it in the foreground, tells systemd when it answers, and reads settings again by reload', () => {
  const unit = systemdUnit(FACTS)
  assert.ok(unit.includes(`ExecStart=${FACTS.node} ${FACTS.launcher} start --foreground\n`), unit)
  assert.match(unit, /^Type=notify$/m)
  assert.match(unit, /^ExecReload=\/bin\/kill -HUP \$MAINPID$/m)
  assert.match(unit, /^NoNewPrivileges=yes$/m)
})

test('systemd finds nothing wrong with the unit', (t) => {
  if (!needs(t, 'systemd-analyze', 'systemd')) return
  const folder = mkdtempSync(join(tmpdir(), 'shoal-unit-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'shoal.service')
  writeFileSync(file, systemdUnit(FACTS))
  const runtime = { XDG_RUNTIME_DIR: folder, HOME: folder, SYSTEMD_LOG_LEVEL: 'warning' }
  const verified = spawnSync('systemd-analyze', ['--user', 'verify', file], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...runtime },
  })
  const said = `${verified.stdout}${verified.stderr}`
    .split('\n')
    .filter((line) => line.includes('shoal.service'))
  assert.deepEqual(said, [])
})

test('odd paths are one word to each system', () => {
  const [line = ''] = /^ExecStart=.*$/m.exec(systemdUnit(ODD)) ?? []
  assert.equal(
    line,
    'ExecStart="/opt/no de/node" "/home/a&b/100%%/$$HOME/\\"shoal\\"" start --foreground --state-dir "/st <ate>"',
  )
  assert.ok(launchdAgent(ODD).includes('<string>/home/a&amp;b/100%/$HOME/&quot;shoal&quot;</string>'))
  assert.ok(launchdAgent(ODD).includes('<string>/st &lt;ate&gt;</string>'))
  assert.ok(windowsTask(ODD).includes('<Command>/opt/no de/node</Command>'))
})
