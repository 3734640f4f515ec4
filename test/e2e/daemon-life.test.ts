// From the start of a daemon to its end, with real processes: one for each state folder, found, ended in order and at once,
// and started again after it was killed.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, describe, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { needs, needsPythonModule } from '../doubles/require-program.ts'
import { differences, makeBigFile } from '../interop/fixtures.ts'
import { DaemonLine, ENVIRONMENT, lives, runningPid } from './daemon-line.ts'

const MB = 1_000_000
const line = new DaemonLine()
after(() => line.close())

describe('a daemon’s life', { concurrency: 2 }, () => {
  test('it is started in the background, answers, and ends when it is told; its files are its owner’s alone', async () => {
    const state = line.state()
    const started = await line.do(state, 'start', '--no-open')
    assert.equal(started.code, 0)
    const { pid, page, link } = started.last
    assert.equal(started.last.started, true)
    assert.ok(String(link).startsWith(`${page}/`), link)
    for (const name of ['daemon.json', 'api-token'])
      assert.equal(statSync(join(state, name)).mode & 0o777, 0o600, name)
    assert.equal(statSync(state).mode & 0o777, 0o700)
    assert.equal((await fetch(`${page}/api/v1/status`)).status, 401, 'nobody else is let in')

    const again = await line.do(state, 'start', '--no-open')
    assert.deepEqual([again.code, again.last.started, again.last.pid], [0, false, pid])

    const stopped = await line.do(state, 'stop')
    assert.deepEqual([stopped.code, stopped.last], [0, { running: false, ended: pid }])
    assert.equal(lives(pid), false)
    assert.equal(existsSync(join(state, 'daemon.json')), false)
    const nothing = await line.do(state, 'stop')
    assert.deepEqual([nothing.code, nothing.last.ended], [0, null])
  })

  test('the second one on a folder says who has it, and two starts at once are one daemon', async () => {
    const state = line.state()
    const [one, two] = await Promise.all([line.start(state), line.start(state)])
    assert.equal(one.pid, two.pid)
    assert.equal(Number(one.started) + Number(two.started), 1)
    const second = await line.do(state, 'start', '--foreground')
    assert.equal(second.code, 1)
    assert.equal(second.last.error.code, 'DAEMON_RUNNING')
    assert.match(second.last.error.message, new RegExp(`process ${one.pid}\\b`))
    assert.ok(lives(one.pid))
  })

  test('killed, it leaves nothing that keeps the next from starting or misleads a command', async () => {
    const state = line.state()
    const { running, said } = await line.foreground(state)
    await running.kill()
    assert.ok(existsSync(join(state, 'daemon.json')), 'the run file was left')
    assert.equal(runningPid(state), said.pid, 'and the lock')
    const lost = await line.do(state, 'list')
    assert.deepEqual([lost.code, lost.last.error.code], [1, 'DAEMON_NOT_RUNNING'])
    const next = await line.start(state)
    assert.notEqual(next.pid, said.pid)
    assert.deepEqual(await line.rows(state), [])
  })

  test('in the foreground it ends by either signal with exit code 0', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const state = line.state()
      const { running } = await line.foreground(state)
      const { code, lines } = await running.stop(signal)
      assert.equal(code, 0)
      assert.deepEqual(
        lines.map(({ event }) => event),
        ['running', 'ending', 'ended'],
      )
    }
  })

  test('whoever reads what it says may go: it stays, and ends in order', async (t) => {
    const state = line.state()
    const shoal = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
    const child = spawn(process.execPath, [shoal, 'start', '--foreground', '--json', '--state-dir', state], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...ENVIRONMENT },
    })
    t.after(() => child.kill('SIGKILL'))
    await once(createInterface({ input: child.stdout }), 'line')
    child.stdout.destroy()
    child.stderr.destroy()
    child.kill('SIGTERM')
    const [code] = (await once(child, 'exit')) as [number | null]
    assert.equal(code, 0)
    assert.equal(existsSync(join(state, 'daemon.lock')), false)
  })

  test('SIGHUP reads the settings file again, and a wrong one changes nothing', async () => {
    const state = line.state()
    const { running } = await line.foreground(state)
    const down = async (): Promise<unknown> =>
      (await line.do(state, 'config', 'get', 'speed.down')).last.value
    assert.equal(await down(), null)
    writeFileSync(join(state, 'config.json'), '{"speed.down": 2000000}')
    running.program.signal('SIGHUP')
    await until('the new limit holds', async () => (await down()) === 2_000_000)
    writeFileSync(join(state, 'config.json'), '{"x": secret}')
    running.program.signal('SIGHUP')
    const log = (): string => readFileSync(join(state, 'log', 'shoal.log'), 'utf8')
    await until('it is said in the log', () => log().includes('settings-not-read'))
    assert.doesNotMatch(log(), /secret/, 'and nothing of what the file holds')
    assert.equal(await down(), 2_000_000)
  })

  test('what keeps it from starting is said by whoever started it', async () => {
    const state = line.state()
    mkdirSync(state)
    writeFileSync(join(state, 'config.json'), '{"network.port": "many"}')
    const { code, last } = await line.do(state, 'start', '--no-open')
    assert.equal(code, 2)
    assert.equal(last.error.code, 'SETTING_INVALID')
    assert.match(last.error.message, /network\.port/)
  })

  test('restart is a new process where it runs in the background, and refused where somebody keeps it', async () => {
    const state = line.state()
    const first = await line.start(state)
    const { code, last } = await line.do(state, 'restart')
    assert.equal(code, 0)
    assert.notEqual(last.pid, first.pid)
    assert.equal(lives(first.pid), false)
    assert.ok(lives(last.pid))

    const kept = line.state()
    const { said } = await line.foreground(kept)
    const refused = await line.do(kept, 'restart')
    assert.deepEqual([refused.code, refused.last.error.code], [1, 'DAEMON_SUPERVISED'])
    assert.ok(lives(said.pid))
  })

  test('started without any umask, it makes nothing that others can write', {
    skip: process.platform === 'win32',
  }, async (t) => {
    const state = line.state()
    const program = `umask 0; exec "$0" "$@"`
    const shoal = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
    const child = spawn(
      'sh',
      ['-c', program, process.execPath, shoal, 'start', '--foreground', '--json', '--state-dir', state],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...ENVIRONMENT },
      },
    )
    t.after(() => child.kill('SIGKILL'))
    await once(createInterface({ input: child.stdout }), 'line')
    const found = spawnSync('find', [state, '-perm', '/022'], { encoding: 'utf8' })
    assert.equal(found.stdout, '')
  })

  test('systemd is told when it answers, and when it ends', async (t) => {
    if (!needs(t, 'systemd-notify', 'systemd') || !needsPythonModule(t, 'socket', 'python3')) return
    const state = line.state()
    const socket = join(line.folder, 'notify')
    const listen = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
    print(s.recv(4096).decode().replace(chr(10), ' '), flush=True)`
    const manager = spawn('/usr/bin/python3', ['-c', listen, socket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => manager.kill('SIGKILL'))
    const heard: string[] = []
    createInterface({ input: manager.stdout }).on('line', (text) => heard.push(text))
    await until('the socket is there', () => heard.includes('bound'))
    const { running } = await line.foreground(state, { NOTIFY_SOCKET: socket })
    await until('it is ready', () => heard.some((text) => text.includes('READY=1')))
    const refused = await line.do(state, 'restart')
    assert.match(refused.last.error.message, /systemd/)
    await running.stop('SIGTERM')
    await until('it says that it ends', () => heard.some((text) => text.includes('STOPPING=1')))
  })

  test('where there is a display the page is opened, else its link and the tunnel are printed', async (t) => {
    if (!needs(t, 'sh', 'dash')) return
    const state = line.state()
    const browser = join(line.folder, 'browser')
    const asked = join(line.folder, 'asked')
    writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${asked}'\n`)
    chmodSync(browser, 0o755)
    const nothing = line.cli.place('nothing')
    // No browser that is installed: the one that is named.
    const desktop = { XDG_DATA_DIRS: nothing, XDG_CONFIG_DIRS: nothing, XDG_CURRENT_DESKTOP: 'X-Generic' }
    const display = {
      ...desktop,
      DISPLAY: ':99',
      BROWSER: browser,
      SSH_CONNECTION: '',
      SSH_TTY: '',
      WAYLAND_DISPLAY: '',
    }
    const opened = await line.plain(state, [], display)
    assert.equal(opened.code, 0, opened.stderr)
    assert.match(opened.stdout, /Its page opens in your browser/)
    await until(
      'the browser is asked',
      () => existsSync(asked) && readFileSync(asked, 'utf8').includes('#code='),
    )
    const remote = { ...display, SSH_CONNECTION: '198.51.100.7 50000 203.0.113.5 22' }
    const printed = await line.plain(state, ['start'], remote)
    assert.match(printed.stdout, /http:\/\/127\.0\.0\.1:\d+\/#code=\S+/)
    assert.match(printed.stderr, /ssh -L (\d+):127\.0\.0\.1:\1 \S+@203\.0\.113\.5/)
  })
})

test('told to end while it takes all it can, it has everything on disk and begins nothing anew', async () => {
  const state = line.state()
  const film = join(line.folder, 'big.mp4')
  await makeBigFile(film, 'big', 96 * MB)
  const sharing = await line.cli.sharing(film, '--standalone', '--up', '40M')
  const { running } = await line.foreground(state)
  const out = line.cli.place('out')
  const get = line.run(state, ['get', sharing.link, '-o', out])
  const some = await get.said('progress', ({ doneBytes }) => doneBytes > 16 * MB)
  const { code } = await running.stop('SIGTERM')
  assert.equal(code, 0)
  assert.equal((await get.ended()).last.error.code, 'DAEMON_LOST')

  const rest = line.run(state, ['get', sharing.link, '-o', out, '--standalone'])
  const { code: done, last } = await rest.ended()
  assert.equal(done, 0, JSON.stringify(last))
  assert.equal(last.checkedBytes, 0, 'the journal was believed')
  assert.ok(last.takenBytes <= 96 * MB - some.doneBytes + 16 * MB, 'what was here is not fetched again')
  assert.deepEqual(await differences(film, join(out, 'big.mp4')), [])
})
