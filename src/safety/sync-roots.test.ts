import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { realFacts, refusedRealPath, refusedRoot } from './share-roots.ts'

const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'shoal-sync-')))
after(() => rmSync(home, { recursive: true }))
const facts = { home, platform: process.platform, stateFolder: path.join(home, '.state') }

function made(folder: string): string {
  const at = path.join(home, folder)
  mkdirSync(at, { recursive: true })
  return at
}

function put(file: string, text: string): void {
  made(path.dirname(file))
  writeFileSync(path.join(home, file), text)
}

test('roots of clouds are refused by the names they have, whosever the account', () => {
  for (const name of [
    'Dropbox',
    'Dropbox (Personal)',
    'OneDrive',
    'OneDrive - Contoso GmbH',
    'Google Drive',
    'Nextcloud',
    'MEGA',
    'Box',
    'pCloudDrive',
    'Яндекс.Диск',
    'iCloud Drive',
    'cloud/Seafile',
  ]) {
    assert.equal(refusedRoot(made(name), facts)?.why, 'SYNC', name)
  }
})

test('a folder inside one, or one that is only called alike elsewhere, may be shared', () => {
  assert.equal(refusedRoot(made('Dropbox/Band/Demos'), facts), undefined)
  assert.equal(refusedRoot(made('Music/Box'), facts), undefined)
  assert.equal(refusedRoot(made('Boxes'), facts), undefined)
})

test('what a service left in its root gives it away', () => {
  for (const [mark, service] of [
    ['.stfolder', 'Syncthing'],
    ['.dropbox.cache', 'Dropbox'],
    ['.sync_0123456789ab.db', 'Nextcloud'],
    ['.tmp.driveupload', 'Google Drive'],
  ]) {
    const root = made(`marked-${service}`)
    mkdirSync(path.join(root, mark as string))
    assert.deepEqual(refusedRoot(root, facts), { why: 'SYNC', folder: root, service })
  }
})

test('settings of services name their roots, and the picker needs no look at the disk', () => {
  const root = made('Projects/together')
  put('.dropbox/info.json', `{"personal": {"path": "${root}", "host": 1}}`)
  put('.config/Nextcloud/nextcloud.cfg', `[Accounts]\n0\\Folders\\1\\localPath=${made('Work/shared')}/\n`)
  put(
    '.local/state/syncthing/config.xml',
    `<configuration><folder id="a" label="b" path="~/Phone">\n</folder></configuration>`,
  )
  const known = realFacts(facts)
  assert.deepEqual(refusedRealPath(root, known), { why: 'SYNC', folder: root, service: 'Dropbox' })
  assert.equal(refusedRealPath(path.join(home, 'Work/shared'), known)?.why, 'SYNC')
  assert.equal(refusedRealPath(made('Phone'), known)?.why, 'SYNC')
  assert.equal(refusedRealPath(made('Phone/Camera'), known), undefined)
})

test('everything in the folders where a Mac keeps clouds is of a cloud', () => {
  const folder = made('Library/Mobile Documents/com~apple~CloudDocs/Notes')
  assert.equal(refusedRoot(folder, facts)?.why, 'SYNC')
  assert.equal(refusedRoot(made('Library/CloudStorage/OneDrive-Contoso'), facts)?.why, 'SYNC')
})
