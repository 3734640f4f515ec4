import assert from 'node:assert/strict'
import { mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { explain } from '../../api/errors.ts'
import { NodeDisk } from '../../platform/disk.ts'
import { DemoError } from './demo-error.ts'
import { Stage } from './stage.ts'

const temporaryFolder = await realpath(await mkdtemp(path.join(tmpdir(), 'shoal-stage-')))
after(() => rm(temporaryFolder, { recursive: true }))

class SmallDisk extends NodeDisk {
  override async space(): Promise<{ freeBytes: number; totalBytes: number }> {
    return { freeBytes: 500_000_000, totalBytes: 1e12 }
  }
}

test('a stage is a folder of its own that nobody else may look into, and is gone when cleared', async () => {
  const stage = await Stage.set({ temporaryFolder, neededBytes: 1, disk: new NodeDisk() })
  await writeFile(path.join(await stage.place('state', 'Ana'), 'journal'), 'x')
  assert.deepEqual(await readdir(stage.folder), ['state'])
  assert.equal(path.dirname(stage.folder), temporaryFolder)
  assert.equal((await stat(stage.folder)).mode & 0o077, process.platform === 'win32' ? 0o066 : 0)
  await stage.clear()
  assert.deepEqual(await readdir(temporaryFolder), [])
})

test('clearing leaves no listener behind', async () => {
  const before = process.listenerCount('exit')
  const stage = await Stage.set({ temporaryFolder, neededBytes: 1, disk: new NodeDisk() })
  assert.equal(process.listenerCount('exit'), before + 1)
  await stage.clear()
  assert.equal(process.listenerCount('exit'), before)
})

test('too little space is said before anything is made', async () => {
  await assert.rejects(
    Stage.set({ temporaryFolder, neededBytes: 1_024_000_000, disk: new SmallDisk() }),
    (error) => {
      assert.ok(error instanceof DemoError)
      assert.equal(error.code, 'DEMO_NO_SPACE')
      const { message } = explain(error).report
      assert.equal(message, `The demo needs 1.1 GB for a while, ${temporaryFolder} has 500 MB.`)
      return true
    },
  )
  assert.deepEqual(await readdir(temporaryFolder), [])
})

test('a temporary folder that is not there is named', async () => {
  const missing = path.join(temporaryFolder, 'missing')
  await assert.rejects(
    Stage.set({ temporaryFolder: missing, neededBytes: 1, disk: new NodeDisk() }),
    (error) => {
      assert.ok(error instanceof DemoError)
      assert.equal(explain(error).report.message, `The demo cannot write in ${missing} (ENOENT).`)
      return true
    },
  )
})
