import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { needs } from '../../../test/doubles/require-program.ts'
import { ScanDatabase } from '../../../test/doubles/scan-database.ts'
import { FolderScan, type FolderScanOptions, type ScanOutcome } from './folder-scan.ts'
import type { WaitingFile } from './scan-store.ts'

const ID = 'f0'
const asRoot = process.getuid?.() === 0

interface Scene {
  readonly folder: string
  readonly store: ScanDatabase
  write(name: string, text?: string): void
  scan(options?: Partial<FolderScanOptions>): ScanOutcome
  paths(): string[]
  /** Gives every file the content id that its path at this moment stands for. */
  hashAll(): void
  contentOf(path: string): string | null | undefined
  /** Undone at the end, the last thing first. */
  later(undo: () => void): void
}

function scene(t: TestContext): Scene {
  const base = fs.mkdtempSync(path.join(tmpdir(), 'shoal-scan-'))
  const folder = path.join(base, 'Music')
  fs.mkdirSync(folder)
  const store = new ScanDatabase()
  const undone: (() => void)[] = [
    () => fs.rmSync(base, { recursive: true, force: true }),
    () => store.close(),
  ]
  t.after(() => {
    for (const undo of undone.reverse()) undo()
  })
  const contents = () => store.files(ID)
  return {
    folder,
    store,
    write(name, text = name) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
      fs.writeFileSync(path.join(folder, name), text)
    },
    scan: (options = {}) => walk(new FolderScan(optionsFor(folder, store, options))),
    paths: () => contents().map((file) => file.path),
    hashAll() {
      for (const file of store.unhashed(undefined, 10_000)) store.recordContent(file.id, file, madeUpId(file))
    },
    later: (undo) => undone.push(undo),
    contentOf: (name) => contents().find((file) => file.path === name)?.content,
  }
}

function optionsFor(
  folder: string,
  store: ScanDatabase,
  options: Partial<FolderScanOptions>,
): FolderScanOptions {
  const clock = { now: () => performance.now(), wallMs: () => Date.now() }
  return { folder: { id: ID, path: folder }, store, ...clock, room: 1_000_000, never: [], ...options }
}

function walk(scan: FolderScan): ScanOutcome {
  for (;;) {
    const outcome = scan.advance()
    if (outcome !== undefined) return outcome
  }
}

function madeUpId(file: WaitingFile) {
  const root = new Uint8Array(32)
  new TextEncoder().encodeInto(file.path, root)
  return { root, lengthBytes: file.lengthBytes }
}

function troublesOf(outcome: ScanOutcome): Record<string, number> {
  assert.equal(outcome.kind, 'done')
  if (outcome.kind !== 'done') return {}
  return Object.fromEntries([...outcome.troubles].map(([kind, { count }]) => [kind, count]))
}

test('a walk finds the files of a folder, and another one after it changes nothing', (t) => {
  const { write, scan, paths, store } = scene(t)
  write('a.mp3')
  write('Album/b.mp3')
  write('Album/CD 2/c.mp3')
  assert.equal(scan().kind, 'done')
  assert.deepEqual(paths(), ['a.mp3', 'Album/b.mp3', 'Album/CD 2/c.mp3'])
  const applied = store.applied
  assert.equal(scan().kind, 'done')
  assert.equal(store.applied, applied)
})

test('hidden, unfinished and system files are left out, and links and pipes are not followed or opened', (t) => {
  const { write, scan, paths, folder } = scene(t)
  write('kept.mp3')
  for (const name of [
    '.hidden',
    '.git/config',
    'film.mkv.part',
    '~$letter.docx',
    'Thumbs.db',
    'x.exe.locked',
  ])
    write(name)
  write('$RECYCLE.BIN/old.mp3')
  fs.symlinkSync('/etc/passwd', path.join(folder, 'link'))
  fs.symlinkSync('/etc', path.join(folder, 'linked'))
  fs.symlinkSync('.', path.join(folder, 'loop'))
  execFileSync('mkfifo', [path.join(folder, 'pipe')])
  scan()
  assert.deepEqual(paths(), ['kept.mp3'])
})

test('a changed file waits to be hashed again, an unchanged one keeps its content id, a deleted one goes', (t) => {
  const { write, scan, paths, hashAll, contentOf, folder } = scene(t)
  write('same.txt')
  write('changed.txt')
  write('deleted.txt')
  write('gone/deep/x.txt')
  scan()
  hashAll()
  write('changed.txt', 'something else')
  fs.rmSync(path.join(folder, 'deleted.txt'))
  fs.rmSync(path.join(folder, 'gone'), { recursive: true })
  scan()
  assert.deepEqual(paths(), ['changed.txt', 'same.txt'])
  assert.equal(contentOf('changed.txt'), null)
  assert.ok(contentOf('same.txt'))
})

test('what was renamed, moved, swapped or linked keeps its content id', (t) => {
  const { write, scan, hashAll, contentOf, folder, store, paths } = scene(t)
  for (const name of ['one.txt', 'Z/two.txt', 'A/swapped.txt', 'A/with.txt', 'log', 'log.1', 'log.2'])
    write(name)
  scan()
  hashAll()
  const before = Object.fromEntries(store.files(ID).map((file) => [file.path, file.content]))
  const move = (from: string, to: string) => {
    fs.mkdirSync(path.dirname(path.join(folder, to)), { recursive: true })
    fs.renameSync(path.join(folder, from), path.join(folder, to))
  }
  move('one.txt', 'A/new name.txt')
  move('Z', 'B')
  move('A/swapped.txt', 'third')
  move('A/with.txt', 'A/swapped.txt')
  move('third', 'A/with.txt')
  move('log.2', 'log.3')
  move('log.1', 'log.2')
  move('log', 'log.1')
  fs.linkSync(path.join(folder, 'B/two.txt'), path.join(folder, 'linked.txt'))
  scan()
  assert.equal(contentOf('A/new name.txt'), before['one.txt'])
  assert.equal(contentOf('B/two.txt'), before['Z/two.txt'])
  assert.equal(contentOf('linked.txt'), before['Z/two.txt'])
  assert.equal(contentOf('A/swapped.txt'), before['A/with.txt'])
  assert.equal(contentOf('A/with.txt'), before['A/swapped.txt'])
  assert.equal(contentOf('log.1'), before.log)
  assert.equal(contentOf('log.3'), before['log.2'])
  assert.equal(store.unhashed(undefined, 10).length, 0)
  assert.ok(!paths().includes('one.txt') && !paths().includes('Z/two.txt'))
})

test('a copy with the same length and time is not taken for the file it is a copy of', (t) => {
  const { write, scan, hashAll, contentOf, folder } = scene(t)
  write('a.bin', 'aaaa')
  scan()
  hashAll()
  write('b.bin', 'bbbb')
  const { atime, mtime } = fs.statSync(path.join(folder, 'a.bin'))
  fs.utimesSync(path.join(folder, 'b.bin'), atime, mtime)
  scan()
  assert.equal(contentOf('b.bin'), null)
})

test('a folder that vanished is missing and nothing of it is forgotten, until it is back', (t) => {
  const { write, scan, paths, folder } = scene(t)
  write('a.mp3')
  write('Album/b.mp3')
  scan()
  fs.renameSync(folder, `${folder} away`)
  assert.deepEqual(scan(), { kind: 'missing', code: 'FOLDER_GONE' })
  fs.mkdirSync(folder)
  assert.deepEqual(scan(), { kind: 'missing', code: 'VOLUME_GONE' })
  fs.writeFileSync(path.join(folder, 'foreign.txt'), '')
  assert.deepEqual(scan(), { kind: 'missing', code: 'FOLDER_REPLACED' })
  assert.equal(paths().length, 2)
  fs.rmSync(folder, { recursive: true })
  fs.renameSync(`${folder} away`, folder)
  assert.equal(scan().kind, 'done')
  assert.equal(paths().length, 2)
})

test('a folder that its owner emptied or restored from a copy is believed', (t) => {
  const { write, scan, paths, folder } = scene(t)
  write('a.mp3')
  write('b.mp3')
  scan()
  fs.cpSync(folder, `${folder} 2`, { recursive: true })
  fs.rmSync(folder, { recursive: true })
  fs.rmSync(path.join(`${folder} 2`, 'b.mp3'))
  fs.renameSync(`${folder} 2`, folder)
  assert.equal(scan().kind, 'done')
  assert.deepEqual(paths(), ['a.mp3'])
  fs.rmSync(path.join(folder, 'a.mp3'))
  assert.equal(scan().kind, 'done')
  assert.deepEqual(paths(), [])
})

/** A file system of its own, mounted at `at`; gone with the test. */
function disk(later: Scene['later'], at: string): { mount(): void; unmount(): void } {
  const image = `${fs.mkdtempSync(path.join(tmpdir(), 'shoal-scan-disk-'))}/image`
  fs.closeSync(fs.openSync(image, 'w'))
  fs.truncateSync(image, 8_388_608)
  execFileSync('mkfs.ext4', ['-q', '-F', image])
  fs.mkdirSync(at, { recursive: true })
  let mounted = false
  const unmount = () => {
    if (mounted) execFileSync('umount', [at])
    mounted = false
  }
  later(() => {
    unmount()
    fs.rmSync(path.dirname(image), { recursive: true })
  })
  return {
    mount() {
      execFileSync('mount', ['-o', 'loop', image, at])
      mounted = true
    },
    unmount,
  }
}

test('a volume that is unmounted is missing, not emptied: as the folder, below it, and holding it', {
  skip: asRoot ? false : 'mounting needs root',
}, (t) => {
  if (!needs(t, 'mkfs.ext4', 'e2fsprogs')) return
  const { write, scan, paths, folder, contentOf, hashAll, later } = scene(t)
  write('here.mp3')
  const below = disk(later, path.join(folder, 'Stick'))
  below.mount()
  write('Stick/there.mp3')
  write('Stick/Album/deep.mp3')
  assert.equal(scan().kind, 'done')
  hashAll()
  const all = paths()
  assert.deepEqual(all, ['here.mp3', 'Stick/there.mp3', 'Stick/Album/deep.mp3'])

  below.unmount()
  assert.deepEqual(troublesOf(scan()), { PART_MISSING: 1 })
  assert.deepEqual(paths(), all, 'an empty mount point')
  fs.rmdirSync(path.join(folder, 'Stick'))
  assert.deepEqual(troublesOf(scan()), { PART_MISSING: 1 })
  assert.deepEqual(paths(), all, 'no mount point at all')
  fs.mkdirSync(path.join(folder, 'Stick'))
  below.mount()
  fs.rmSync(path.join(folder, 'Stick/Album/deep.mp3'))
  assert.deepEqual(troublesOf(scan()), {})
  assert.deepEqual(paths(), ['here.mp3', 'Stick/there.mp3'])
  assert.ok(contentOf('Stick/there.mp3'), 'hashed once')

  // The same volume as a folder, and as what a folder lies on.
  for (const at of ['Stick', 'Stick/Album']) {
    const store = new ScanDatabase()
    t.after(() => store.close())
    const top = path.join(folder, at)
    fs.mkdirSync(top, { recursive: true })
    fs.writeFileSync(path.join(top, 'x.mp3'), 'x')
    const look = () => walk(new FolderScan(optionsFor(top, store, {})))
    assert.equal(look().kind, 'done')
    below.unmount()
    assert.equal(look().kind, 'missing')
    assert.ok(store.files(ID).some((file) => file.path === 'x.mp3'))
    below.mount()
    assert.equal(look().kind, 'done')
  }
})

test('a volume that goes while it is walked loses nothing', {
  skip: asRoot ? false : 'mounting needs root',
}, (t) => {
  if (!needs(t, 'mkfs.ext4', 'e2fsprogs')) return
  const { write, folder, store, paths, later } = scene(t)
  const volume = disk(later, folder)
  volume.mount()
  for (let i = 0; i < 200; i++) write(`d${i % 20}/f${i}.mp3`)
  walk(new FolderScan(optionsFor(folder, store, {})))
  const all = paths()
  let lost = 0
  // The clock that never stands still ends every slice at once: the volume goes after each number of slices in turn.
  for (let slices = 1; ; slices += 3) {
    let at = 0
    const scan = new FolderScan(optionsFor(folder, store, { now: () => (at += 100) }))
    let outcome: ScanOutcome | undefined
    for (let slice = 0; slice < slices && outcome === undefined; slice++) outcome = scan.advance()
    const wholeWalk = outcome !== undefined
    volume.unmount()
    outcome ??= walk(scan)
    if (outcome.kind !== 'done') lost++
    assert.deepEqual(paths(), all)
    volume.mount()
    if (wholeWalk) break
  }
  assert.ok(lost > 5)
})

test('what the kernel makes up below a folder is not entered, and said', {
  skip: asRoot ? false : 'mounting needs root',
}, (t) => {
  const { write, scan, paths, folder, later } = scene(t)
  write('a.mp3')
  fs.mkdirSync(path.join(folder, 'mem'))
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', path.join(folder, 'mem')])
  later(() => execFileSync('umount', [path.join(folder, 'mem')]))
  write('mem/b.mp3')
  assert.deepEqual(troublesOf(scan()), { OTHER_FILE_SYSTEM: 1 })
  assert.deepEqual(paths(), ['a.mp3'])
})

test('an unreadable directory stays as it was known, and is said', {
  skip: process.platform === 'win32',
}, (t) => {
  const { write, scan, paths, folder } = scene(t)
  write('in/a.mp3')
  scan()
  fs.chmodSync(path.dirname(folder), 0o755)
  fs.chmodSync(path.join(folder, 'in'), 0)
  // Nothing is unreadable for root: then as nobody.
  if (asRoot) process.seteuid?.(65_534)
  try {
    assert.deepEqual(troublesOf(scan()), { UNREADABLE: 1 })
  } finally {
    if (asRoot) process.seteuid?.(0)
    fs.chmodSync(path.join(folder, 'in'), 0o700)
  }
  assert.deepEqual(paths(), ['in/a.mp3'])
})

test('names that are no text are counted and left out', { skip: process.platform !== 'linux' }, (t) => {
  const { write, scan, paths, folder } = scene(t)
  write('good.mp3')
  fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff, 0xfe])]), 'x')
  assert.deepEqual(troublesOf(scan()), { NAMES_NOT_TEXT: 1 })
  assert.deepEqual(paths(), ['good.mp3'])
})

test('a tree deeper than the bound is walked down to it', (t) => {
  const { write, scan, paths } = scene(t)
  write(`${Array.from({ length: 100 }, () => 'd').join('/')}/in.mp3`)
  write(`${Array.from({ length: 101 }, () => 'd').join('/')}/out.mp3`)
  assert.deepEqual(troublesOf(scan()), { TOO_DEEP: 1 })
  assert.deepEqual(
    paths().map((file) => path.basename(file)),
    ['in.mp3'],
  )
})

test('beyond the room of the library nothing is added, and what is known stays', (t) => {
  const { write, scan, paths } = scene(t)
  write('a.mp3')
  scan()
  for (let i = 0; i < 5; i++) write(`more/${i}.mp3`)
  assert.deepEqual(troublesOf(scan({ room: 3 })), { TOO_MANY_FILES: 2 })
  assert.equal(paths().length, 4)
  assert.ok(paths().includes('a.mp3'))
})

test("Shoal's own state below a folder is not entered", (t) => {
  const { write, scan, paths, folder } = scene(t)
  write('a.mp3')
  write('state/library.db')
  scan({ never: [path.join(fs.realpathSync(folder), 'state')] })
  assert.deepEqual(paths(), ['a.mp3'])
})

test('a walk of touched directories sees them and what is new below, and nothing else', (t) => {
  const { write, scan, paths, folder } = scene(t)
  write('a/known/x.mp3')
  write('b/y.mp3')
  scan()
  write('a/new/deep/z.mp3')
  write('a/known/unseen.mp3')
  write('b/unseen.mp3')
  fs.rmSync(path.join(folder, 'b/y.mp3'))
  scan({ touched: [{ path: 'a', deep: false }] })
  assert.deepEqual(paths(), ['a/known/x.mp3', 'a/new/deep/z.mp3', 'b/y.mp3'])
  scan({
    touched: [
      { path: 'b', deep: false },
      { path: 'a/known', deep: true },
      { path: 'a/gone', deep: true },
      { path: '.hidden', deep: true },
      { path: '../..', deep: true },
    ],
  })
  assert.deepEqual(paths(), ['a/known/unseen.mp3', 'a/known/x.mp3', 'a/new/deep/z.mp3', 'b/unseen.mp3'])
})

test('a directory that is touched in several ways is walked once', (t) => {
  const { write, scan, paths } = scene(t)
  write('x')
  scan()
  write('new/a')
  write('new/below/b')
  const touched = ['new/below', 'new', '', 'new', 'new/below'].map((at, i) => ({
    path: at,
    deep: i % 2 === 1,
  }))
  scan({ touched })
  assert.deepEqual(paths(), ['x', 'new/a', 'new/below/b'])
  write('new/below/c')
  scan({ touched })
  assert.deepEqual(paths(), ['x', 'new/a', 'new/below/b', 'new/below/c'])
})

test('a walk that is stopped anywhere and begun again ends as if it had not been', (t) => {
  const { write, folder, store, paths, scan } = scene(t)
  for (let i = 0; i < 1_500; i++) write(`d${i % 10}/f${i}`)
  let at = 0
  for (let slices = 1; slices < 60; slices += 13) {
    const stopped = new FolderScan(optionsFor(folder, store, { now: () => (at += 100) }))
    for (let slice = 0; slice < slices; slice++) stopped.advance()
    stopped.stop()
  }
  scan()
  assert.equal(paths().length, 1_500)
})

test('a directory that a link replaces while it is walked shows nothing of where the link leads', (t) => {
  const { write, folder, store, paths } = scene(t)
  write('d/a.mp3')
  const outside = fs.mkdtempSync(path.join(tmpdir(), 'shoal-scan-outside-'))
  t.after(() => fs.rmSync(outside, { recursive: true }))
  fs.writeFileSync(path.join(outside, 'secret.txt'), 'x')
  let at = 0
  const scan = new FolderScan(optionsFor(folder, store, { now: () => (at += 100) }))
  scan.advance() // the top is read, d waits
  fs.renameSync(path.join(folder, 'd'), path.join(folder, 'e'))
  fs.symlinkSync(outside, path.join(folder, 'd'))
  assert.deepEqual(troublesOf(walk(scan)), { UNREADABLE: 1 })
  assert.ok(!paths().some((file) => file.includes('secret')))
})
