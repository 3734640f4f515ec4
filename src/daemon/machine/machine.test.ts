// Paths that page and programs may name, and the picker that shows them, in a home folder made for the test.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { PretendedSettings, pretendedHandlers } from '../../../test/doubles/pretended-daemon.ts'
import { fieldsOf } from '../../api/body-limit.ts'
import { type Caller, ROUTES, type RouteName } from '../../api/routes.ts'
import { AllowedPaths } from './allowed-paths.ts'
import { BOUND_CALLS, boundHandlers } from './bound-handlers.ts'
import { folderHandlers } from './folder-handlers.ts'
import { listFolder } from './folder-listing.ts'
import { volumesIn } from './volumes.ts'

const OWNER: Caller = { kind: 'owner' }
const PAGE: Caller = { kind: 'page' }
const ID = 'ab'.repeat(20)

async function scene(t: TestContext, roots: readonly string[] = []) {
  const base = await realpath(await mkdtemp(path.join(tmpdir(), 'shoal-machine-')))
  t.after(() => rm(base, { recursive: true, force: true }))
  const at = (...names: readonly string[]): string => path.join(base, ...names)
  for (const folder of [
    'ana/Music/live',
    'ana/.ssh',
    'ana/.config',
    'ana/Downloads',
    'elsewhere/deep',
    'disk/films',
  ])
    await mkdir(at(folder), { recursive: true })
  await writeFile(at('ana/Music/song.ogg'), 'la')
  await writeFile(at('ana/.ssh/id_rsa'), 'key')
  const settings = { roots: roots.map((root) => at(root)) }
  const allowed = new AllowedPaths({
    roots: () => settings.roots,
    saveFolder: () => at('ana/Downloads/Shoal'),
    home: at('ana'),
    volumes: async () => [at('disk')],
  })
  const facts = { home: at('ana'), platform: process.platform, stateFolder: at('ana/state') }
  const places = {
    home: at('ana'),
    environment: {},
    recent: () => [at('disk/films'), at('elsewhere'), at('gone')],
    volumes: async () => [at('disk')],
  }
  return { at, allowed, settings, picker: folderHandlers({ allowed, facts, places }) }
}

test('home, save folder and volumes may be named; what lies elsewhere not', async (t) => {
  const { at, allowed } = await scene(t)
  for (const inside of ['ana', 'ana/Music', 'ana/new/deeper', 'ana/Downloads/Shoal/x', 'disk', 'disk/films'])
    assert.equal(await allowed.check(at(inside), PAGE), at(inside))
  for (const outside of ['elsewhere', 'elsewhere/deep', '', 'ana2', 'disk2', 'elsewhere/new'])
    await assert.rejects(allowed.check(at(outside), PAGE), { code: 'PATH_OUTSIDE' }, outside)
  await assert.rejects(allowed.check('/etc/passwd', PAGE), { code: 'PATH_OUTSIDE' })
  await assert.rejects(allowed.check('/', PAGE), { code: 'PATH_OUTSIDE' })
})

test('roots that are set are the only ones, from the moment they are', async (t) => {
  const { at, allowed, settings } = await scene(t, ['elsewhere'])
  assert.equal(await allowed.check(at('elsewhere/deep'), PAGE), at('elsewhere/deep'))
  await assert.rejects(allowed.check(at('ana'), PAGE), { code: 'PATH_OUTSIDE' })
  await assert.rejects(allowed.check(at('disk'), PAGE), { code: 'PATH_OUTSIDE' })
  settings.roots = [at('ana')]
  await assert.rejects(allowed.check(at('elsewhere'), PAGE), { code: 'PATH_OUTSIDE' })
})

test('neither links nor dots lead out, whether what they name is there or not', async (t) => {
  const { at, allowed } = await scene(t)
  await symlink(at('elsewhere'), at('ana/out'))
  await symlink(at('nowhere'), at('ana/dangling'))
  await symlink(at('ana/loop'), at('ana/loop'))
  await symlink(at('ana/Music'), at('ana/Tunes'))
  for (const way of [
    'ana/out',
    'ana/out/deep',
    'ana/out/new',
    'ana/../elsewhere',
    'ana/Music/../../elsewhere',
  ])
    await assert.rejects(allowed.check(`${at('')}/${way}`, PAGE), { code: 'PATH_OUTSIDE' }, way)
  for (const way of ['ana/dangling', 'ana/dangling/x', 'ana/loop', 'ana/loop/x', 'ana/a\0b'])
    await assert.rejects(allowed.check(`${at('')}/${way}`, PAGE), { code: 'PATH_INVALID' }, way)
  for (const relative of ['Music', './Music', '../ana', ''])
    await assert.rejects(allowed.check(relative, PAGE), { code: 'FOLDER_RELATIVE' })
  assert.equal(
    await allowed.check(at('ana/Tunes/song.ogg'), PAGE),
    at('ana/Music/song.ogg'),
    'a link inside is what it is',
  )
})

test('the owner’s own token is not bound, and no caller at all is', async (t) => {
  const { at, allowed } = await scene(t)
  assert.equal(await allowed.check(at('elsewhere'), OWNER), at('elsewhere'))
  await assert.rejects(allowed.check(at('elsewhere'), undefined), { code: 'PATH_OUTSIDE' })
  await assert.rejects(allowed.check(at('elsewhere'), { kind: 'program' }), { code: 'PATH_OUTSIDE' })
})

test('every call that names a path is bound by it', async (t) => {
  const { at, allowed } = await scene(t)
  const { handlers, heard } = pretendedHandlers()
  const bound = boundHandlers(handlers, allowed)
  const calls: Readonly<Record<string, (at: string) => object>> = {
    addTransfer: (saveFolder) => ({ source: { link: 'x' }, saveFolder }),
    moveTransfers: (folder) => ({ ids: [ID], folder, data: true }),
    survey: (given) => ({ path: given }),
    addShare: (given) => ({ path: given }),
    startReview: (given) => ({ path: given }),
    addLibraryFolder: (given) => ({ path: given }),
    addBlocklist: (given) => ({ path: given }),
    setCategory: (saveFolder) => ({ name: 'a', saveFolder }),
    changeSettings: (folder) => ({ values: { 'saving.folder': folder } }),
    send: (given) => ({ to: 'device:x', paths: [given] }),
    offerFiles: (given) => ({ id: 'room:x', paths: [given] }),
    acceptOffer: (saveFolder) => ({ id: ID, saveFolder }),
    getMessageFile: (saveFolder) => ({ id: 'room:x', message: ID, saveFolder }),
    getShared: (saveFolder) => ({ from: 'circle:x', contents: [], saveFolder }),
  }
  assert.deepEqual(Object.keys(calls).sort(), [...BOUND_CALLS].sort())
  await symlink(at('ana/Music'), at('ana/Tunes'))
  for (const [name, input] of Object.entries(calls)) {
    const call = bound[name as RouteName] as (input: object, caller?: Caller) => Promise<unknown>
    for (const caller of [PAGE, { kind: 'program' } as const, undefined])
      await assert.rejects(call(input(at('elsewhere')), caller), { code: 'PATH_OUTSIDE' }, name)
    assert.equal(heard.length, 0, name)
    await call(input(at('ana/Tunes')), PAGE)
    assert.deepEqual(heard.splice(0)[0]?.input, input(at('ana/Music')), `${name} hears the real path`)
    await call(input(at('elsewhere')), OWNER)
    assert.deepEqual(heard.splice(0)[0]?.input, input(at('elsewhere')), name)
  }
  const other = { path: at('ana/Music'), dataFolder: at('elsewhere') }
  await assert.rejects(async () => bound.addShare(other as never, PAGE), { code: 'PATH_OUTSIDE' })
  const lists = { values: { 'network.ipFilters': [at('ana/Music'), '/etc/shadow'] } }
  await assert.rejects(async () => bound.changeSettings(lists, PAGE), { code: 'PATH_OUTSIDE' })
})

test('no call of the table names a path that nobody looks at', () => {
  const named = ['path', 'paths', 'folder', 'saveFolder', 'dataFolder', 'values']
  const naming = (Object.keys(ROUTES) as RouteName[]).filter((name) => {
    const fields = fieldsOf(ROUTES[name].input)
    return named.some((field) => fields.has(field))
  })
  // Of these the path is one below a library folder or in a catalogue, or of an answer that is forgotten: no file is touched by it.
  const below = ['browseLibrary', 'seenBy', 'forgetAnswers', 'nearbyFiles', 'circleFiles', 'personFiles']
  assert.deepEqual(naming.sort(), [...BOUND_CALLS, 'folder', 'makeFolder', ...below].sort())
})

test('settings that say who may do what are the owner’s', async (t) => {
  const { allowed } = await scene(t)
  const { handlers, heard } = pretendedHandlers()
  const bound = boundHandlers(handlers, allowed)
  for (const key of ['server.roots', 'server.names', 'server.remote', 'server.host']) {
    for (const wish of [{ values: { [key]: null } }, { values: {}, defaults: [key] }])
      await assert.rejects(async () => bound.changeSettings(wish, PAGE), { code: 'SETTING_OWNERS' })
    assert.equal(heard.length, 0)
    await bound.changeSettings({ values: { [key]: null } }, OWNER)
    heard.length = 0
  }
  assert.ok(new PretendedSettings().values['server.roots'].length === 0)
})

test('the picker begins with what was used last, the person’s folders and volumes, as far as they are there', async (t) => {
  const { at, picker } = await scene(t)
  const { path: none, entries } = await picker.folder({}, PAGE)
  assert.equal(none, null)
  assert.deepEqual(
    entries.map((entry) => [entry.path, entry.kind, entry.refused]),
    [
      [at('disk/films'), 'folder', null],
      [at('ana/Music'), 'folder', null],
      [at('ana/Downloads'), 'folder', null],
      [at('ana'), 'folder', 'HOME'],
      [at('disk'), 'volume', null],
    ],
  )
})

test('a folder shows folders and files with why they may not be shared, and nothing that is neither', async (t) => {
  const { at, picker } = await scene(t)
  execFileSync('mkfifo', [at('ana/pipe')])
  await symlink('/dev/null', at('ana/device'))
  await symlink(at('elsewhere'), at('ana/out'))
  await symlink(at('ana/Music'), at('ana/Tunes'))
  await writeFile(at('ana/b10.txt'), '')
  await writeFile(at('ana/b9.txt'), '12345')
  await writeFile(Buffer.concat([Buffer.from(at('ana/')), Buffer.from([0x62, 0xff])]), '')
  const shown = await picker.folder({ path: at('ana') }, PAGE)
  assert.equal(shown.refused, 'HOME')
  assert.equal(shown.writable, true)
  assert.equal(shown.parent, null, 'what lies above the roots is not shown')
  assert.ok((shown.freeBytes ?? 0) > 0)
  assert.deepEqual(
    shown.entries.map(({ name, kind, lengthBytes, refused }) => [name, kind, lengthBytes, refused]),
    [
      ['Downloads', 'folder', null, null],
      ['Music', 'folder', null, null],
      ['Tunes', 'folder', null, null],
      ['b9.txt', 'file', 5, null],
      ['b10.txt', 'file', 0, null],
    ],
  )
  const hidden = await picker.folder({ path: at('ana'), hidden: true }, PAGE)
  assert.deepEqual(
    hidden.entries.filter(({ refused }) => refused !== null).map(({ name, refused }) => [name, refused]),
    [
      ['.config', 'PROFILE'],
      ['.ssh', 'KEYS'],
    ],
  )
  assert.equal((await picker.folder({ path: at('ana/Music') }, PAGE)).parent, at('ana'))
})

test('what a folder of keys holds is not told', async (t) => {
  const { at, picker } = await scene(t)
  const { refused, entries } = await picker.folder({ path: at('ana/.ssh'), hidden: true }, PAGE)
  assert.deepEqual([refused, entries], ['KEYS', []])
})

test('files, what is not there and what lies outside are no folders to look into', async (t) => {
  const { at, picker } = await scene(t)
  const look = (given: string) => async () => await picker.folder({ path: given }, PAGE)
  await assert.rejects(look(at('ana/Music/song.ogg')), { code: 'FOLDER_NOT_ONE' })
  await assert.rejects(look(at('ana/Music/song.ogg/x')), { code: 'FOLDER_NOT_ONE' })
  await assert.rejects(look(at('ana/gone')), { code: 'FILE_NOT_FOUND' })
  await assert.rejects(look(at('elsewhere')), { code: 'PATH_OUTSIDE' })
  await assert.rejects(look('/etc'), { code: 'PATH_OUTSIDE' })
})

test('a folder of more entries than are shown is cut, and says so', async (t) => {
  const { at } = await scene(t)
  const facts = { home: at('ana'), platform: process.platform, stateFolder: at('ana/state') }
  for (const name of ['a', 'b', 'c', 'd']) await writeFile(at(`disk/films/${name}`), '')
  const list = (most: number) =>
    listFolder(at('disk/films'), { hidden: false, facts, allows: async () => true, most })
  const [three, four] = [await list(3), await list(4)]
  assert.deepEqual([three.entries.length, three.cut], [3, true])
  assert.deepEqual([four.entries.length, four.cut], [4, false])
})

test('a new folder is made where one may be, and nowhere else', async (t) => {
  const { at, picker } = await scene(t)
  const make =
    (given: string, caller: Caller = PAGE) =>
    async () =>
      await picker.makeFolder({ path: given }, caller)
  const made = await make(at('ana/Music/new'))()
  assert.deepEqual([made.path, made.entries, made.writable], [at('ana/Music/new'), [], true])
  await assert.rejects(make(at('ana/Music/new')), { code: 'FILE_EXISTS' })
  await assert.rejects(make(at('ana/none/new')), { code: 'FOLDER_NOT_ONE' })
  await assert.rejects(make(at('ana/.ssh/new')), { code: 'PLACE_REFUSED' })
  await assert.rejects(make(at('elsewhere/new')), { code: 'PATH_OUTSIDE' })
  await assert.rejects(make(at('ana/Music/new\nline')), { code: 'PATH_INVALID' })
  await assert.rejects(make(at(`ana/${'x'.repeat(241)}`)), { code: 'PATH_INVALID' })
  await symlink(at('elsewhere'), at('ana/out'))
  await assert.rejects(make(at('ana/out/new')), { code: 'PATH_OUTSIDE' })
})

test('volumes are what a person mounted, not what the system mounts for itself', () => {
  const table = [
    '22 27 0:20 / /proc rw - proc proc rw',
    '27 1 254:1 / / rw - ext4 /dev/vda1 rw',
    '30 27 0:5 / /dev/shm rw - tmpfs tmpfs rw',
    '31 27 8:1 / /boot/efi rw - vfat /dev/sda1 rw',
    '40 27 8:17 / /media/ana/My\\040Stick rw - vfat /dev/sdb1 rw',
    '41 27 8:33 / /run/media/ana/disk rw - ext4 /dev/sdc1 rw',
    '42 27 0:44 / /run/user/1000 rw - tmpfs tmpfs rw',
    '43 27 0:45 / /mnt/nas rw - nfs4 nas:/x rw',
    '44 27 254:1 /etc/hosts /etc/hosts rw - ext4 /dev/vda1 rw',
    '45 27 254:1 /srv/data /data rw - ext4 /dev/vda1 rw',
    '46 27 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro',
    '47 27 0:50 / /mnt/sch\\303\\266n rw - btrfs /dev/sdd rw',
    '',
  ].join('\n')
  assert.deepEqual(volumesIn(table), [
    '/media/ana/My Stick',
    '/run/media/ana/disk',
    '/mnt/nas',
    '/data',
    '/mnt/schön',
  ])
})
