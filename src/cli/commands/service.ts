// `shoal service install|remove`: Shoal starts with the session and is kept running, by systemd where that is there; for
// other systems what to install by hand is printed.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { CodedError } from '../../base/errors.ts'
import { LAUNCHER } from '../../daemon/life/background.ts'
import { findDaemon } from '../../daemon/life/run-file.ts'
import { launchdAgent, systemdUnit, UNIT_NAME, windowsTask } from '../../daemon/life/service-text.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import { endRunning } from '../end-running.ts'
import type { Environment, OptionTable } from '../options.ts'
import { oneOf } from '../readers.ts'
import { stateFolderOf } from '../state-folder.ts'
import { UsageError } from '../usage-error.ts'

export class ServiceError extends CodedError<'SERVICE_UNSUPPORTED' | 'SERVICE_FAILED'> {}

const SYSTEMS = ['linux', 'macos', 'windows'] as const
type System = (typeof SYSTEMS)[number]

const HOW: Readonly<Record<System, string>> = {
  linux: `Save it as ~/.config/systemd/user/${UNIT_NAME}, then: systemctl --user enable --now shoal`,
  macos:
    'Save it as ~/Library/LaunchAgents/net.shoal.daemon.plist, then: launchctl load -w ~/Library/LaunchAgents/net.shoal.daemon.plist',
  windows: 'Save it as shoal.xml, then: schtasks /Create /TN Shoal /XML shoal.xml',
}

const OPTIONS = {
  print: { kind: 'switch', summary: 'print what would be installed, and install nothing' },
  for: {
    kind: 'value',
    placeholder: 'SYSTEM',
    reader: oneOf(...SYSTEMS),
    summary: 'with --print: linux, macos or windows (default: this one)',
  },
} as const satisfies OptionTable

type Context = CommandContext<typeof OPTIONS>

export const command = defineCommand({
  options: OPTIONS,
  operands: { least: 1, most: 1, expects: 'install or remove' },
  details: [
    'Linux: a systemd user unit that starts with your session, restarts when it fails, and may do little besides. To keep it running while you are logged out: loginctl enable-linger',
    'macOS and Windows: install --print prints the launchd agent or the task, and how to install it.',
  ],
  run: async (context) => {
    const [what] = context.operands
    if (what === 'install') return context.values.print ? print(context) : install(context)
    if (what === 'remove') return remove(context)
    throw new UsageError('OPERAND_MISSING', {
      command: 'service',
      expects: 'install or remove',
      usage: 'service install [--print] | remove',
    })
  },
})

function print({ values, output, folder }: Context): number {
  const system = values.for ?? thisSystem()
  const facts = factsOf(values, folder)
  const text =
    system === 'linux' ? systemdUnit(facts) : system === 'macos' ? launchdAgent(facts) : windowsTask(facts)
  output.object({ system, text, how: HOW[system] })
  for (const line of text.trimEnd().split('\n')) output.result(line)
  output.note(HOW[system])
  return 0
}

async function install(context: Context): Promise<number> {
  const { values, output, folder, environment } = context
  if (thisSystem() !== 'linux') throw new ServiceError('SERVICE_UNSUPPORTED', { platform: thisSystem() })
  const file = unitFile(environment)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, systemdUnit(factsOf(values, folder)))
  output.result(`Written: ${file}`)
  if (!(await hasUserManager())) {
    output.object({ installed: file, running: false, lingers: null })
    output.note(
      'No systemd of this session answers, so nothing was started. Later: systemctl --user enable --now shoal',
    )
    return 0
  }
  const stateFolder = stateFolderOf(values, folder)
  const found = findDaemon(stateFolder)
  if (found.state === 'answers' && found.run.kept !== 'systemd') {
    const ended = await endRunning(stateFolder)
    output.note(`The Shoal that was running (process ${ended}) has ended, and goes on as the service.`)
  }
  await systemctl('daemon-reload')
  await systemctl('enable', '--now', UNIT_NAME)
  const lingers = await doesLinger()
  output.object({ installed: file, running: true, lingers })
  output.result('Shoal runs as a service of your session. Its page: shoal page')
  if (lingers === false) output.note('It ends when you log out. To keep it running: loginctl enable-linger')
  return 0
}

async function remove({ output, environment }: Context): Promise<number> {
  if (thisSystem() !== 'linux') throw new ServiceError('SERVICE_UNSUPPORTED', { platform: thisSystem() })
  const file = unitFile(environment)
  const there = existsSync(file)
  const managed = there && (await hasUserManager())
  if (managed) await systemctl('disable', '--now', UNIT_NAME)
  await rm(file, { force: true })
  if (managed) await systemctl('daemon-reload')
  output.object({ removed: there ? file : null })
  output.result(there ? `Removed: ${file}` : 'No service of Shoal is installed.')
  if (managed) output.note('The Shoal that ran as the service has ended. Start one: shoal start')
  return 0
}

function factsOf(values: Context['values'], folder: string) {
  const given = values['state-dir']
  return {
    node: process.execPath,
    launcher: LAUNCHER,
    stateFolder: given === undefined ? undefined : path.resolve(folder, given),
  }
}

function thisSystem(): System {
  if (process.platform === 'darwin') return 'macos'
  return process.platform === 'win32' ? 'windows' : 'linux'
}

function unitFile(environment: Environment): string {
  const config = environment.XDG_CONFIG_HOME
  const base = config !== undefined && path.isAbsolute(config) ? config : path.join(homedir(), '.config')
  return path.join(base, 'systemd', 'user', UNIT_NAME)
}

const run = promisify(execFile)
/** Starting waits until Shoal answers. */
const DEADLINE_MS = 90_000

async function hasUserManager(): Promise<boolean> {
  try {
    await run('systemctl', ['--user', 'show-environment'], { timeout: DEADLINE_MS })
    return true
  } catch {
    // No systemd, or none for this user: a container, another init, a plain su.
    return false
  }
}

async function systemctl(...words: readonly string[]): Promise<void> {
  try {
    await run('systemctl', ['--user', ...words], { timeout: DEADLINE_MS })
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string }
    throw new ServiceError('SERVICE_FAILED', { what: words[0], why: stderr.trim().split('\n')[0] }, error)
  }
}

/** Undefined where it cannot be told. */
async function doesLinger(): Promise<boolean | null> {
  try {
    const { stdout } = await run(
      'loginctl',
      ['show-user', userInfo().username, '--property=Linger', '--value'],
      {
        timeout: DEADLINE_MS,
      },
    )
    return stdout.trim() === 'yes'
  } catch {
    return null
  }
}
