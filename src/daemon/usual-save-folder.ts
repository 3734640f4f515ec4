// Where what was got is saved unless somebody says otherwise: Shoal in the person's Downloads folder (INTERFACE.md A7).

import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** @returns an absolute path; it need not exist yet */
export function usualSaveFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  home: string = os.homedir(),
): string {
  return path.join(downloadsIn(environment, home), 'Shoal')
}

function downloadsIn(environment: Readonly<Record<string, string | undefined>>, home: string): string {
  const config = environment.XDG_CONFIG_HOME
  const folder = config !== undefined && path.isAbsolute(config) ? config : path.join(home, '.config')
  return named(path.join(folder, 'user-dirs.dirs'), home) ?? path.join(home, 'Downloads')
}

/** xdg-user-dirs: `XDG_DOWNLOAD_DIR="$HOME/…"`, as a shell reads it; a folder that is the home folder means none. */
function named(file: string, home: string): string | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    // Servers and other systems have none.
    return undefined
  }
  const value = /^\s*XDG_DOWNLOAD_DIR="(\$HOME)?([^"$]*)"/m.exec(text)
  if (value === null) return undefined
  const given = path.resolve(value[1] === undefined ? (value[2] as string) : home + value[2])
  return given === path.resolve(home) || !path.isAbsolute(given) ? undefined : given
}
