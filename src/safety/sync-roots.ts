// Roots of services that keep folders in step with other computers: everything of a person lies there, files may be elsewhere
// still, and what is done to them is done on all devices. Told by settings of the services, by names, and by what they leave.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

export interface SyncRoot {
  readonly folder: string
  /** For a person: `Dropbox`, `OneDrive`. */
  readonly service: string
}

/** Settings of these programs are small; what is larger is none. */
const MAX_SETTINGS_BYTES = 1_048_576

/** By the names they give to their roots: right below home, below a drive, or below its `Cloud` folder. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^dropbox(?: \(.+\))?$/i, 'Dropbox'],
  [/^onedrive(?: ?- .+)?$/i, 'OneDrive'],
  [
    /^(?:google ?drive(?: .*)?|drivefs|my drive|mi unidad|meine ablage|mon drive|il mio drive|o meu disco|mijn drive|мой диск|マイドライブ|내 드라이브|我的云端硬盘|我的雲端硬碟)$/i,
    'Google Drive',
  ],
  [/^icloud ?drive(?: \(.+\))?$/i, 'iCloud Drive'],
  [/^nextcloud\d*$/i, 'Nextcloud'],
  [/^owncloud\d*$/i, 'ownCloud'],
  [/^pcloud ?(?:drive|sync)?$/i, 'pCloud'],
  [/^mega(?:sync)?(?: downloads| uploads)?$/i, 'MEGA'],
  [/^box(?: sync)?(?:-box)?$/i, 'Box'],
  [/^seafile$/i, 'Seafile'],
  [/^(?:yandex\.?disk|яндекс\.?диск)(?: .*)?$/i, 'Yandex.Disk'],
  [/^proton ?drive(?: .*)?$/i, 'Proton Drive'],
  [
    /^(?:tresorit|tresors|jottacloud|koofr|filen|internxt(?: drive)?|insync|spideroak(?: hive| one)?|sync\.com|idrive-sync|nutstore|坚果云|baidu ?netdisk|creative cloud files|amazon (?:cloud )?drive|mail\.ru cloud|облако mail\.ru|magentacloud|hidrive|strato hidrive|resilio ?sync|btsync)$/i,
    'a cloud',
  ],
  [/^(?:cloudstorage|mobile documents)$/i, 'a cloud'],
]

/** What they leave in their roots. */
const MARKS: readonly (readonly [RegExp, string])[] = [
  [/^\.dropbox(?:\.cache|\.device)?$/, 'Dropbox'],
  [/^\.stfolder(?:\.removed-.*)?$|^\.stversions$/, 'Syncthing'],
  [/^\.(?:nextcloudsync\.log|sync_[0-9a-f]{12}\.db(?:-(?:wal|shm))?|_sync_[0-9a-f]{12}\.db)$/, 'Nextcloud'],
  [/^\.owncloudsync\.log$|^\._sync_[0-9a-f]{12}\.db$/, 'ownCloud'],
  [/^\.tmp\.drive(?:download|upload)$/, 'Google Drive'],
  [/^\.849c9593-d756-4e56-8d6e-42412f2a707b$/i, 'OneDrive'],
  [/^\.(?:debris|megaignore)$/i, 'MEGA'],
  [/^\.seafile-data$|^seafile-data$/, 'Seafile'],
  [/^\.sync$/, 'a sync'],
]

/** Below home, with everything in them: nothing in these is only here. */
const WHOLE: readonly (readonly [string, string])[] = [
  ['Library/Mobile Documents', 'iCloud Drive'],
  ['Library/CloudStorage', 'a cloud'],
]

/** @param home real @returns roots by the settings of services, as written there */
export function configuredSyncRoots(home: string): SyncRoot[] {
  const roots: SyncRoot[] = []
  const add = (service: string, folder: string | undefined): void => {
    if (folder === undefined || folder === '') return
    roots.push({ service, folder: path.resolve(home, folder.replace(/^~(?=[/\\])/, home)) })
  }
  for (const file of [
    '.dropbox/info.json',
    'AppData/Local/Dropbox/info.json',
    'AppData/Roaming/Dropbox/info.json',
  ]) {
    for (const [, folder] of settings(home, file).matchAll(
      /"path"\s{0,3}:\s{0,3}"((?:[^"\\]|\\.){1,1000})"/g,
    )) {
      add('Dropbox', unquoted(folder ?? ''))
    }
  }
  for (const [file, service] of [
    ['.config/Nextcloud/nextcloud.cfg', 'Nextcloud'],
    ['AppData/Roaming/Nextcloud/nextcloud.cfg', 'Nextcloud'],
    ['Library/Preferences/Nextcloud/nextcloud.cfg', 'Nextcloud'],
    ['.config/ownCloud/owncloud.cfg', 'ownCloud'],
    ['AppData/Roaming/ownCloud/owncloud.cfg', 'ownCloud'],
  ] as const) {
    for (const [, folder] of settings(home, file).matchAll(/localPath=([^\r\n]{1,1000})/g))
      add(service, folder)
  }
  for (const file of [
    '.config/syncthing/config.xml',
    '.local/state/syncthing/config.xml',
    'AppData/Local/Syncthing/config.xml',
    'Library/Application Support/Syncthing/config.xml',
  ]) {
    for (const [, folder] of settings(home, file).matchAll(/<folder\s[^>]{0,500}?\bpath="([^"]{1,1000})"/g)) {
      add('Syncthing', folder)
    }
  }
  add(
    'OneDrive',
    /^\s{0,4}sync_dir\s{0,3}=\s{0,3}"([^"]{1,1000})"/m.exec(settings(home, '.config/onedrive/config'))?.[1],
  )
  add('Yandex.Disk', /^dir="([^"]{1,1000})"/m.exec(settings(home, '.config/yandex-disk/config.cfg'))?.[1])
  add(
    'Seafile',
    settings(home, '.ccnet/seafile.ini')
      .trim()
      .replace(/[/\\]seafile-data$/, ''),
  )
  return roots
}

function settings(home: string, file: string): string {
  const at = path.join(home, file)
  try {
    return statSync(at).size > MAX_SETTINGS_BYTES ? '' : readFileSync(at, 'utf8')
  } catch {
    // That service is not here.
    return ''
  }
}

function unquoted(text: string): string {
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(.)/g, '$1')
}

/** By settings, place and name alone: the disk is not asked. @param real a real path */
export function syncRootByName(
  real: string,
  home: string,
  configured: readonly SyncRoot[],
): SyncRoot | undefined {
  for (const [folder, service] of WHOLE) {
    const whole = path.join(home, folder)
    const relative = path.relative(whole, real)
    if (relative === '' || !/^\.\.(?:[/\\]|$)/.test(relative)) {
      return path.isAbsolute(relative) ? undefined : { folder: whole, service }
    }
  }
  const known = configured.find(({ folder }) => path.relative(folder, real) === '')
  if (known !== undefined) return known
  const parent = path.dirname(real)
  const inCloud = /^(?:cloud|clouds|sync)$/i.test(path.basename(parent)) && path.dirname(parent) === home
  if (parent !== home && path.dirname(parent) !== parent && !inCloud) return undefined
  const name = path.basename(real).normalize('NFC')
  const named = NAMES.find(([form]) => form.test(name))
  return named === undefined ? undefined : { folder: real, service: named[1] }
}

/** By what lies in it. @param real a real path that is there */
export function syncRootByMark(real: string): SyncRoot | undefined {
  let names: string[]
  try {
    names = readdirSync(real)
  } catch {
    // A file, or not ours to read: no root of anything.
    return undefined
  }
  for (const [mark, service] of MARKS) {
    if (names.some((name) => mark.test(name))) return { folder: real, service }
  }
  return undefined
}
