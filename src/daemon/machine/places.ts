// Places to begin choosing from: what was used last, the person's own folders by the names the system gives them, volumes.

import { readFile } from 'node:fs/promises'
import path from 'node:path'

export interface Place {
  readonly path: string
  readonly kind: 'folder' | 'volume'
}

export interface PlacesOptions {
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Used last, the latest first. */
  recent(): readonly string[]
  volumes(): Promise<readonly string[]>
}

const MAX_RECENT = 5
/** xdg-user-dirs(5), and as they are called where nothing says otherwise. */
const FOLDERS = [
  ['DESKTOP', 'Desktop'],
  ['DOCUMENTS', 'Documents'],
  ['MUSIC', 'Music'],
  ['PICTURES', 'Pictures'],
  ['VIDEOS', process.platform === 'darwin' ? 'Movies' : 'Videos'],
  ['DOWNLOAD', 'Downloads'],
] as const

/** Each once; whether it is there and may be used is for the caller to see. */
export async function placesToBegin({ home, environment, recent, volumes }: PlacesOptions): Promise<Place[]> {
  const named = await userFolders(home, environment)
  const folders = [...recent().slice(0, MAX_RECENT), ...named, home]
  const places = new Map<string, Place>()
  for (const folder of folders) places.set(folder, { path: folder, kind: 'folder' })
  for (const volume of await volumes()) places.set(volume, { path: volume, kind: 'volume' })
  return [...places.values()]
}

async function userFolders(
  home: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const config = environment.XDG_CONFIG_HOME
  const folder = config !== undefined && path.isAbsolute(config) ? config : path.join(home, '.config')
  // Servers and other systems have none.
  const text = await readFile(path.join(folder, 'user-dirs.dirs'), 'utf8').catch(() => '')
  return FOLDERS.map(([key, usual]) => {
    const value = new RegExp(`^\\s*XDG_${key}_DIR="(\\$HOME)?([^"$]*)"`, 'm').exec(text)
    if (value === null) return path.join(home, usual)
    return path.resolve(value[1] === undefined ? (value[2] ?? '') : home + (value[2] ?? ''))
  })
}
