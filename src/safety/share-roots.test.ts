import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { keyFolderIn, refusedRoot, refusedTarget } from './share-roots.ts'

const base = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'shoal-roots-')))
after(() => rmSync(base, { recursive: true }))
const home = path.join(base, 'people', 'ana')
for (const folder of ['Music/live', '.ssh/deep', '.config/app', 'state/torrents']) {
  mkdirSync(path.join(home, folder), { recursive: true })
}
const facts = { home, platform: process.platform, stateFolder: path.join(home, 'state') }
const why = (given: string) => refusedRoot(given, facts)?.why

test('an ordinary folder inside home may be shared', () => {
  assert.equal(why(path.join(home, 'Music')), undefined)
  assert.equal(why(path.join(home, 'Music/live')), undefined)
})

test('home, what contains it, and the root of a drive are refused', () => {
  assert.equal(why(home), 'HOME')
  assert.equal(why(path.join(base, 'people')), 'HOME_PARENT')
  assert.equal(why('/'), 'DRIVE_ROOT')
})

test('key and profile folders and everything in them are refused', () => {
  assert.equal(why(path.join(home, '.ssh')), 'KEYS')
  assert.equal(why(path.join(home, '.ssh/deep')), 'KEYS')
  assert.equal(why(path.join(home, '.config/app')), 'PROFILE')
})

test('a folder of keys is one wherever it lies and however it is spelled', () => {
  for (const folder of ['backup/.ssh', 'people/eve/.gnupg/private', 'old/Library/Keychains', 'x/.SSH/deep']) {
    mkdirSync(path.join(base, folder), { recursive: true })
    assert.equal(why(path.join(base, folder)), 'KEYS', folder)
  }
  assert.deepEqual(keyFolderIn(['a', '.Ssh', 'id']), ['a', '.Ssh'])
  assert.deepEqual(keyFolderIn(['.local', 'share', 'keyrings', 'x']), ['.local', 'share', 'keyrings'])
  for (const path of ['ssh/a', '.sshx', 'keyrings', 'my.ssh'])
    assert.equal(keyFolderIn(path.split('/')), undefined)
})

test("Shoal's own state is refused", () => {
  assert.equal(why(path.join(home, 'state/torrents')), 'PROFILE')
})

test('a link to home or a path with dots is judged by where it leads', () => {
  const link = path.join(base, 'innocent')
  symlinkSync(home, link)
  assert.equal(why(link), 'HOME')
  assert.equal(why(path.join(home, 'Music', '..', '.ssh')), 'KEYS')
})

test('system folders are refused', { skip: process.platform === 'win32' ? 'POSIX paths' : false }, () => {
  assert.equal(why('/etc'), 'SYSTEM')
})

test('nothing received may lie in key and profile folders, also where they do not exist yet', () => {
  const target = (...parts: string[]) => refusedTarget(path.join(home, ...parts), facts)?.why
  assert.equal(target('.ssh'), 'KEYS')
  assert.equal(target('.gnupg'), 'KEYS')
  assert.equal(target('.config', 'autostart'), 'PROFILE')
  assert.equal(target('Downloads', 'film'), undefined)
})
