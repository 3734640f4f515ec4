import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { NodeDisk } from './disk.ts'
import { defaultStateFolder, makeStateFolder } from './state-folder.ts'

test('state lives where each system wants it', () => {
  assert.equal(defaultStateFolder({}, 'linux', '/home/ana'), '/home/ana/.local/state/shoal')
  assert.equal(defaultStateFolder({ XDG_STATE_HOME: '/var/ana' }, 'linux', '/home/ana'), '/var/ana/shoal')
  assert.equal(
    defaultStateFolder({ XDG_STATE_HOME: 'relative' }, 'linux', '/home/ana'),
    '/home/ana/.local/state/shoal',
  )
  assert.equal(defaultStateFolder({}, 'darwin', '/Users/ana'), '/Users/ana/Library/Application Support/Shoal')
})

test('the folder is for its owner only, unless it was there already', async (t) => {
  if (process.platform === 'win32') return t.skip('Windows keeps other rights')
  const root = await mkdtemp(join(tmpdir(), 'shoal-state-'))
  t.after(() => rm(root, { recursive: true }))
  const disk = new NodeDisk()
  const folder = join(root, 'deep', 'shoal')
  const mode = async () => (await stat(folder)).mode & 0o777
  await makeStateFolder(folder, disk)
  assert.equal(await mode(), 0o700)
  await chmod(folder, 0o750)
  await makeStateFolder(folder, disk)
  assert.equal(await mode(), 0o750)
})

test('where none can be made it says so', async () => {
  await assert.rejects(makeStateFolder('/proc/none/shoal', new NodeDisk()), { name: 'DiskError' })
})
