// Debian's transmission-remote-gtk on a screen of its own, driven by keys and clicks: what it lists can be paused, started and
// removed, and what it is given arrives. What it did is seen by what the daemon then says.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { needs } from '../doubles/require-program.ts'
import { RpcScene } from './rpc-scene.ts'

const run = promisify(execFile)

const WINDOW = 'Transmission Remote'
/** In the first row of its list. */
const ROW = { x: 400, y: 105 }
const KEY_EVERY_MS = 500
const PATIENCE = { everyMs: KEY_EVERY_MS, deadlineMs: 40_000 }

interface Box {
  readonly id: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A screen, a session bus and the program on them, with one profile that it connects to by itself. */
class Remote {
  readonly #environment: Readonly<Record<string, string>>
  readonly program: Program

  private constructor(program: Program, environment: Readonly<Record<string, string>>) {
    this.program = program
    this.#environment = environment
  }

  static async start(t: TestContext, rpc: RpcScene): Promise<Remote> {
    const home = join(rpc.folder, 'home')
    const config = join(home, '.config', 'transmission-remote-gtk')
    await mkdir(config, { recursive: true })
    await writeFile(join(config, 'config.json'), JSON.stringify(profileOf(rpc)))
    const programs: Program[] = []
    t.after(async () => {
      for (const program of programs.reverse()) await program.stop('SIGKILL')
    })
    const start = (
      name: string,
      command: readonly string[],
      env: Readonly<Record<string, string>>,
    ): Program => {
      const program = new Program(name, command, { env })
      programs.push(program)
      return program
    }
    const screen = start(
      'Xvfb',
      ['Xvfb', '-displayfd', '1', '-screen', '0', '1024x700x24', '-nolisten', 'tcp'],
      {},
    )
    const display = await firstLine(screen)
    const environment = { HOME: home, DISPLAY: `:${display}`, NO_AT_BRIDGE: '1', LC_ALL: 'C.UTF-8' }
    const bus = start('dbus-daemon', ['dbus-daemon', '--session', '--nofork', '--print-address'], environment)
    const all = { ...environment, DBUS_SESSION_BUS_ADDRESS: await firstLine(bus) }
    const program = start('transmission-remote-gtk', ['transmission-remote-gtk'], all)
    t.after(() => {
      if (!t.passed) t.diagnostic(program.tail())
    })
    const remote = new Remote(program, all)
    const [window] = await until(
      'its window',
      async () => {
        const found = await remote.#search('--name', WINDOW)
        return found.length > 0 && found
      },
      PATIENCE,
    )
    await remote.#xdotool('windowsize', window ?? '', '1000', '650')
    return remote
  }

  /** As a link that is opened with it: a second one hands it to the first, by their bus. */
  async add(link: string): Promise<void> {
    await run('transmission-remote-gtk', [link], {
      env: { ...process.env, ...this.#environment },
      timeout: 20_000,
    })
  }

  /** A key for the first row. */
  async press(key: string): Promise<void> {
    const [window = ''] = await this.#search('--name', WINDOW)
    await this.#xdotool('windowfocus', window)
    await this.#xdotool('mousemove', String(ROW.x), String(ROW.y), 'click', '1')
    await this.#xdotool('key', key)
  }

  /** Presses the right one of the two buttons of its question, once there is one. */
  async agree(): Promise<boolean> {
    const question = (await this.#boxes()).find(({ width }) => width < 500)
    if (question === undefined) return false
    const { x, y, width, height } = question
    await this.#xdotool(
      'mousemove',
      String(Math.round(x + width * 0.75)),
      String(Math.round(y + height * 0.8)),
      'click',
      '1',
    )
    return true
  }

  async #boxes(): Promise<Box[]> {
    const ids = await this.#search('--class', 'transmission-remote-gtk')
    return await Promise.all(
      ids.map(async (id) => {
        const text = await this.#xdotool('getwindowgeometry', '--shell', id)
        const value = (name: string): number => Number(new RegExp(`${name}=(-?\\d+)`).exec(text)?.[1] ?? 0)
        return { id, x: value('X'), y: value('Y'), width: value('WIDTH'), height: value('HEIGHT') }
      }),
    )
  }

  async #search(...words: readonly string[]): Promise<string[]> {
    // Nothing found is an ending with 1.
    const found = await this.#xdotool('search', '--onlyvisible', ...words).catch(() => '')
    return found.split('\n').filter((id) => id !== '')
  }

  async #xdotool(...words: readonly string[]): Promise<string> {
    const { stdout } = await run('xdotool', words, { env: { ...process.env, ...this.#environment } })
    return stdout
  }
}

function firstLine(program: Program): Promise<string> {
  let line: string | undefined
  program.onLine((text) => {
    line ??= text.trim()
  })
  return until(`${program.name} says where it is`, () => line, { program })
}

function profileOf(rpc: RpcScene): object {
  return {
    profiles: [
      {
        'profile-name': 'Shoal',
        hostname: '127.0.0.1',
        port: rpc.daemon.port,
        'rpc-url-path': '/transmission/rpc',
        username: 'any',
        password: rpc.token,
        'auto-connect': true,
        ssl: false,
        timeout: 40,
        retries: 3,
        'update-active-only': false,
        'activeonly-fullsync-enabled': false,
        'activeonly-fullsync-every': 2,
        'update-interval': 1,
        'min-update-interval': 1,
        'session-update-interval': 2,
        'exec-commands': [],
        destinations: [],
      },
    ],
    'profile-id': 0,
    'show-state-selector': true,
    'show-notebook': true,
    'add-options-dialog': false,
    'system-tray': false,
  }
}

test('it connects, adds a link, and pauses, starts and removes what it lists', {
  timeout: 120_000,
}, async (t) => {
  const program = needs(t, 'transmission-remote-gtk', 'transmission-remote-gtk')
  if (!program || !needs(t, 'Xvfb', 'xvfb') || !needs(t, 'xdotool', 'xdotool')) return
  if (!needs(t, 'dbus-daemon', 'dbus-daemon')) return
  const rpc = await RpcScene.open(t)
  const content = await rpc.give('Flower', { 'petal.bin': 1_200_000, 'leaf.txt': 3_000 })
  const remote = await Remote.start(t, rpc)

  await remote.add(content.link)
  await rpc.row('what it added is here', ({ state }) => state === 'giving', { program: remote.program })
  for (const [path, bytes] of content.files)
    assert.deepEqual(await readFile(join(rpc.saveFolder, path)), bytes)

  const state = async (): Promise<string | undefined> => (await rpc.rows())[0]?.state
  const pressed = (key: string, wanted: string | undefined): Promise<unknown> =>
    until(
      `${key} makes it ${wanted}`,
      async () => {
        if ((await state()) === wanted) return true
        await remote.press(key)
        return undefined
      },
      { ...PATIENCE, program: remote.program },
    )
  await pressed('ctrl+p', 'paused')
  await pressed('ctrl+r', 'giving')
  await pressed('ctrl+p', 'paused')

  await until(
    'it is removed',
    async () => {
      if ((await rpc.rows()).length === 0) return true
      if (!(await remote.agree())) await remote.press('Delete')
      return undefined
    },
    { ...PATIENCE, program: remote.program },
  )
  // Removed from the list only: its files stay.
  for (const [path, bytes] of content.files)
    assert.deepEqual(await readFile(join(rpc.saveFolder, path)), bytes)
})
