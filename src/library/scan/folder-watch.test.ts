import assert from 'node:assert/strict'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { SystemClock } from '../../platform/clock.ts'
import { DirectoryWatches } from './directory-watches.ts'
import type { FolderWatch, WatchEvents } from './folder-watch.ts'
import { TreeWatch } from './tree-watch.ts'
import { pause } from './yielding.ts'

const clock = new SystemClock()

/** Both ways of watching keep to the same. */
const WAYS: readonly [
  string,
  (events: WatchEvents) => FolderWatch & { readonly ready?: Promise<unknown> },
][] = [
  ['inotify by directories', (events) => new DirectoryWatches(events)],
  ['one subscription for the tree', (events) => new TreeWatch(events)],
]

interface Scene {
  readonly folder: string
  /** What a walk does: tells the watch of each directory. */
  walk(): void
  /** Until a directory was told to be touched, deep or at all; what was told before is forgotten. */
  heard(directory: string, deep?: 'deep'): Promise<void>
  readonly touched: Map<string, boolean>
  readonly watch: FolderWatch
}

async function scene(t: TestContext, way: (typeof WAYS)[number][1]): Promise<Scene> {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'shoal-watch-')))
  const touched = new Map<string, boolean>()
  const watch = way({
    touched(directories) {
      for (const { path: at, deep } of directories) touched.set(at, deep || touched.get(at) === true)
    },
    lost: () => assert.fail('nothing is lost'),
  })
  t.after(() => {
    watch.close()
    fs.rmSync(folder, { recursive: true, force: true })
  })
  for (const directory of ['a/b', 'c', 'd', 'e', 'f'])
    fs.mkdirSync(path.join(folder, directory), { recursive: true })
  for (const file of ['d/old', 'e/gone', 'f/written']) fs.writeFileSync(path.join(folder, file), 'x')
  const walk = () => {
    for (const waiting = ['']; ; ) {
      const at = waiting.pop()
      if (at === undefined) return
      watch.entering(at, at === '' ? folder : `${folder}/${at}`)
      const entries = fs.readdirSync(path.join(folder, at), { withFileTypes: true })
      const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
      watch.listed(at, names)
      waiting.push(...names.map((name) => (at === '' ? name : `${at}/${name}`)))
    }
  }
  walk()
  await watch.ready
  return {
    folder,
    walk,
    touched,
    watch,
    async heard(directory, deep) {
      while (deep === undefined ? !touched.has(directory) : touched.get(directory) !== true) {
        t.signal.throwIfAborted()
        await pause(clock, 5)
      }
      touched.clear()
    },
  }
}

for (const [name, way] of WAYS) {
  test(`${name}: what is made, written, renamed and removed is told, where it is`, {
    timeout: 20_000,
  }, async (t) => {
    const { folder, heard, walk, touched } = await scene(t, way)
    const at = (below: string) => path.join(folder, below)
    fs.writeFileSync(at('a/b/x.txt'), 'x')
    await heard('a/b')
    fs.appendFileSync(at('f/written'), 'more')
    await heard('f')
    fs.rmSync(at('e/gone'))
    await heard('e')
    fs.renameSync(at('d/old'), at('c/renamed'))
    while (!touched.has('d') && !t.signal.aborted) await pause(clock, 5)
    await heard('c')
    fs.mkdirSync(at('new'))
    await heard('new', 'deep')
    walk()
    fs.writeFileSync(at('new/z.txt'), 'z')
    await heard('new')
    fs.renameSync(at('a'), at('moved'))
    await heard('moved', 'deep')
  })

  test(`${name}: hidden and unfinished files make no noise`, { timeout: 20_000 }, async (t) => {
    const { folder, heard, touched } = await scene(t, way)
    fs.writeFileSync(path.join(folder, 'a/film.mkv.part'), 'x')
    fs.writeFileSync(path.join(folder, 'a/.hidden'), 'x')
    fs.writeFileSync(path.join(folder, 'c/marker'), 'x')
    while (!touched.has('c') && !t.signal.aborted) await pause(clock, 5)
    assert.ok(!touched.has('a'))
    await heard('c')
  })
}

test('what happens in a directory that was renamed is told under its new name', {
  timeout: 20_000,
}, async (t) => {
  const { folder, heard, walk } = await scene(t, (events) => new DirectoryWatches(events))
  fs.renameSync(path.join(folder, 'a'), path.join(folder, 'moved'))
  await heard('moved', 'deep')
  walk()
  fs.writeFileSync(path.join(folder, 'moved/b/x.txt'), 'x')
  await heard('moved/b')
})

test('watches of directories that are gone are given back, with all below them', async (t) => {
  const { folder, walk, watch } = await scene(t, (events) => new DirectoryWatches(events))
  assert.ok(watch instanceof DirectoryWatches)
  assert.equal(watch.size, 7)
  fs.renameSync(path.join(folder, 'a'), path.join(folder, 'z'))
  walk()
  assert.equal(watch.size, 7)
  fs.rmSync(path.join(folder, 'z'), { recursive: true })
  walk()
  assert.equal(watch.size, 5)
  watch.close()
  assert.equal(watch.size, 0)
})

test('where nothing can be watched the watch says why', async () => {
  const watch = new TreeWatch({ touched: () => {}, lost: () => {} })
  watch.entering('', '/does/not/exist')
  await watch.ready
  assert.ok(watch.blind !== undefined)
  watch.wholeWalk()
  assert.equal(watch.blind, undefined)
  watch.close()
})
