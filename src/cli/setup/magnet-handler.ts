// Magnet links that are clicked go to Shoal, which shows them in its page before anything is got. On Linux by a desktop file
// and xdg-mime; elsewhere what can be done by hand is said. Promise: undone, whoever had them before has them again.

import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Account, type Done, failed, type StepOutcome } from './setup-step.ts'

const DESKTOP_NAME = 'shoal.desktop'
const SCHEME = 'x-scheme-handler/magnet'
const DEADLINE_MS = 15_000
const run = promisify(execFile)

export async function takeMagnets(account: Account): Promise<StepOutcome> {
  if (account.platform === 'darwin') return { done: [], says: [MACOS] }
  if (account.platform === 'win32') return { done: [], says: windowsLines(account) }
  const file = path.join(dataFolder(account), 'applications', DESKTOP_NAME)
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, desktopFile(account))
  } catch (error) {
    throw failed(file, error)
  }
  const before = await handlerNow(account)
  try {
    await run('xdg-mime', ['default', DESKTOP_NAME, SCHEME], {
      env: account.environment,
      timeout: DEADLINE_MS,
    })
  } catch {
    rmSync(file, { force: true })
    return {
      done: [],
      says: [
        'Magnet links were left as they are: xdg-mime (Debian package xdg-utils) is not there, or refused.',
      ],
    }
  }
  return {
    done: [{ kind: 'magnet', path: file, before: before === DESKTOP_NAME ? null : before }],
    says: [
      before === null || before === DESKTOP_NAME
        ? 'Magnet links open with Shoal.'
        : `Magnet links open with Shoal, no longer with ${before}.`,
    ],
  }
}

export async function giveMagnetsBack(
  account: Account,
  { path: file, before }: Extract<Done, { kind: 'magnet' }>,
): Promise<string> {
  const now = await handlerNow(account)
  rmSync(file, { force: true })
  if (now !== DESKTOP_NAME) return `Removed: ${file}. Magnet links went to ${now ?? 'nobody'} already.`
  if (before === null) {
    forget(path.join(configFolder(account), 'mimeapps.list'))
    return `Removed: ${file}. Magnet links open with nothing, as before.`
  }
  await run('xdg-mime', ['default', before, SCHEME], {
    env: account.environment,
    timeout: DEADLINE_MS,
  }).catch((error: unknown) => {
    throw failed('mimeapps.list', error)
  })
  return `Removed: ${file}. Magnet links open with ${before} again.`
}

/** Desktop Entry Specification: quoted words, with `%` and the quoted specials written twice or escaped. */
export function desktopFile({ node, launcher }: Pick<Account, 'node' | 'launcher'>): string {
  const words = [node, launcher].map(execWord).join(' ')
  return `${[
    '[Desktop Entry]',
    'Type=Application',
    'Name=Shoal',
    'Comment=Share files computer to computer',
    `Exec=${words} start --get %u`,
    'Terminal=false',
    'NoDisplay=true',
    'StartupNotify=false',
    `MimeType=${SCHEME};`,
  ].join('\n')}\n`
}

function execWord(word: string): string {
  // Escaped once within quotes, and each backslash once more as a value of type string.
  const quoted = word.replace(/["`$\\]/g, '\\$&').replaceAll('\\', '\\\\')
  return `"${quoted.replaceAll('%', '%%')}"`
}

const MACOS =
  'macOS gives links only to applications, so magnet links stay as they are: paste them into the page, or type `shoal get LINK`.'

function windowsLines({ node, launcher }: Account): string[] {
  const key = 'HKCU\\Software\\Classes\\magnet'
  return [
    'Windows: these three lines in a command prompt give magnet links to Shoal, and `reg delete` of that key takes it back:',
    `  reg add ${key} /ve /d "URL:magnet" /f`,
    `  reg add ${key} /v "URL Protocol" /d "" /f`,
    `  reg add ${key}\\shell\\open\\command /ve /d "\\"${node}\\" \\"${launcher}\\" start --get \\"%1\\"" /f`,
  ]
}

async function handlerNow({ environment }: Account): Promise<string | null> {
  try {
    const { stdout } = await run('xdg-mime', ['query', 'default', SCHEME], {
      env: environment,
      timeout: DEADLINE_MS,
    })
    return stdout.trim() === '' ? null : stdout.trim()
  } catch {
    // No xdg-mime, or no answer: nobody that could be given them back.
    return null
  }
}

/** xdg-mime can give a kind of link to somebody, and not to nobody. */
function forget(list: string): void {
  try {
    const lines = readFileSync(list, 'utf8').split('\n')
    writeFileSync(
      list,
      lines.filter((line) => !/^x-scheme-handler\/magnet=shoal\.desktop;?$/.test(line)).join('\n'),
    )
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw failed(list, error)
  }
}

function dataFolder({ environment, home }: Account): string {
  const given = environment.XDG_DATA_HOME
  return given !== undefined && path.isAbsolute(given) ? given : path.join(home, '.local', 'share')
}

function configFolder({ environment, home }: Account): string {
  const given = environment.XDG_CONFIG_HOME
  return given !== undefined && path.isAbsolute(given) ? given : path.join(home, '.config')
}
