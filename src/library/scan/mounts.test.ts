import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leftOut } from './left-out.ts'
import { inodesOf, isOnDisk, Mounts, parseMountinfo } from './mounts.ts'

const TABLE = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /proc rw,nosuid - proc proc rw
40 22 8:17 / /media/ana/My\\040Stick rw master:3 propagate_from:2 - vfat /dev/sdb1 rw
41 22 0:50 / /home/ana/nas rw - cifs //nas/music rw
42 22 0:51 / /home/ana/nas/inner rw - fuse.sshfs ana@host: rw
43 22 8:33 / /media/ana/twice rw - ext4 /dev/sdc1 rw
44 43 0:60 / /media/ana/twice rw - tmpfs tmpfs rw
broken line
`

test('mounts are read with the names that people give their drives; the last one over a place counts', () => {
  const mounts = new Mounts(parseMountinfo(TABLE))
  assert.equal(mounts.at('/media/ana/My Stick'), 'vfat')
  assert.equal(mounts.at('/media/ana/twice'), 'tmpfs')
  assert.equal(mounts.at('/media/ana'), undefined)
  assert.equal(mounts.holding('/media/ana/My Stick/Music/a'), 'vfat')
  assert.equal(mounts.holding('/home/ana/nas/inner/x'), 'fuse.sshfs')
  assert.equal(mounts.holding('/home/ana/nas2'), 'ext4')
  assert.equal(mounts.holding(''), 'ext4')
})

test('only disks of this computer are entered, and only where inodes last one of them names a file', () => {
  assert.deepEqual(['ext4', 'vfat', 'fuseblk', 'btrfs'].map(isOnDisk), [true, true, true, true])
  assert.deepEqual(['proc', 'cifs', 'nfs4', 'fuse.sshfs', 'autofs', 'overlay', 'tmpfs'].map(isOnDisk), [
    ...[false, false, false, false],
    ...[false, false, false],
  ])
  assert.deepEqual(['ext4', 'btrfs', 'vfat', 'cifs', 'fuse.rclone', 'fuseblk', undefined].map(inodesOf), [
    'lasting',
    'doubtful',
    'passing',
    'passing',
    'passing',
    'doubtful',
    'doubtful',
  ])
})

test('this system tells its mounts', { skip: process.platform !== 'linux' }, () => {
  assert.equal(Mounts.read().known, true)
  assert.equal(Mounts.read().at('/proc'), 'proc')
})

test('names are left out for what they are, not for what they only resemble', () => {
  const names = [
    '.x',
    'a.part',
    'A.PART',
    'x.!qB',
    '~$a.docx',
    'a~',
    'Thumbs.db',
    '$RECYCLE.BIN',
    'v.exe.locked',
  ]
  for (const name of names) assert.ok(leftOut(name) !== undefined, name)
  for (const name of ['a.parts', 'part', 'yarn.lock', 'locked', 'My.Template', 'a.temporary', '~a', 'x.txt'])
    assert.equal(leftOut(name), undefined, name)
})
