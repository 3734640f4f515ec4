import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SimDisk } from '../../lab/sim/disk.ts'
import { DiskError } from '../../src/base/ports.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { NodeDisk } from '../../src/platform/disk.ts'
import { type DiskPlace, diskContract } from './disk-contract.ts'

async function real(disk: NodeDisk): Promise<DiskPlace> {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'shoal-disk-'))
  return {
    disk,
    root,
    plantLink: (path, target) => symlinkSync(target, path),
    plantFifo: (path) => execFileSync('mkfifo', [path]),
    done: () => rmSync(root, { recursive: true }),
  }
}

diskContract('node', () => real(new NodeDisk()))

diskContract('node that cannot see its descriptors', () => real(new NodeDisk(false)))

diskContract('simulated', () => simulated(false))
diskContract('simulated, where files can share their bytes', () => simulated(true))

async function simulated(reflinks: boolean): Promise<DiskPlace> {
  const disk = new SimDisk({ random: new SeededRandom(1), wallMs: () => 1_700_000_000_000 })
  disk.reflinks = reflinks
  await disk.makeDirectory('/place')
  return {
    disk,
    root: '/place',
    plantLink: (path, target) => disk.plant(path, 'link', target),
    plantFifo: (path) => disk.plant(path, 'other'),
    done: () => {},
  }
}

test('node: making a folder where the system lets nobody make one is refused, and ends', {
  skip: process.platform === 'linux' ? false : 'needs /proc',
  timeout: 60_000,
}, async () => {
  await assert.rejects(
    new NodeDisk().makeDirectory('/proc/shoal/deep/down'),
    (error) => error instanceof DiskError && error.code === 'EPERM',
  )
  await new NodeDisk().makeDirectory('/')
})
