// `shoal import` from what other clients really wrote: transmission-daemon's own folder, and a resume file of libtorrent with
// the keys that qBittorrent adds to it.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { freePort } from '../doubles/free-port.ts'
import { needs, needsPythonModule } from '../doubles/require-program.ts'
import { DaemonLine } from '../e2e/daemon-line.ts'
import { differences, makeTree } from './fixtures.ts'

interface Ground {
  readonly line: DaemonLine
  readonly state: string
  /** Holds the folder `things`. */
  readonly data: string
  readonly torrent: string
}

async function ground(t: TestContext): Promise<Ground> {
  const line = new DaemonLine()
  t.after(() => line.close())
  const [data, out] = [line.cli.place('data'), line.cli.place('torrents')]
  await makeTree(join(data, 'things'), 'things', 30)
  const torrent = join(out, 'things.torrent')
  const { code } = await line.cli.run(['create', join(data, 'things'), '--v1', '-o', torrent]).ended()
  assert.equal(code, 0)
  const state = line.state()
  await line.start(state)
  return { line, state, data, torrent }
}

/** Brought, whole and given from where it was; a second time it is here already. */
async function comesAlong({ line, state, data }: Ground, client: string, folder: string): Promise<void> {
  await makeTree(join(line.folder, 'as it was'), 'things', 30)
  const dry = await line.do(state, 'import', client, folder, '--dry-run')
  assert.deepEqual([dry.code, dry.last.added], [0, 1], JSON.stringify(dry.lines))
  assert.deepEqual(await line.rows(state), [])
  const { code, last, lines } = await line.do(state, 'import', client, folder)
  assert.deepEqual([code, last.added, last.here, last.failed], [0, 1, 0, 0], JSON.stringify(lines))
  const row = await line.row(state, 'it gives', (each) => each.state === 'giving')
  assert.equal(row.saveFolder, data)
  assert.equal(row.takenBytes, 0)
  assert.deepEqual(await differences(join(line.folder, 'as it was'), join(data, 'things')), [])
  const again = await line.do(state, 'import', client, folder)
  assert.deepEqual([again.code, again.last.added, again.last.here], [0, 0, 1])
}

const SEEDING = 6

async function transmissionGives(port: number): Promise<boolean> {
  const url = `http://127.0.0.1:${port}/transmission/rpc`
  const body = JSON.stringify({ method: 'torrent-get', arguments: { fields: ['status'] } })
  try {
    // The first answer only tells the session's id.
    const first = await fetch(url, { method: 'POST', body })
    await first.text()
    const headers = { 'x-transmission-session-id': first.headers.get('x-transmission-session-id') ?? '' }
    const answer = await fetch(url, { method: 'POST', body, headers })
    const { arguments: said } = (await answer.json()) as { arguments: { torrents: { status: number }[] } }
    return said.torrents.length > 0 && said.torrents.every(({ status }) => status === SEEDING)
  } catch {
    // It is not listening yet.
    return false
  }
}

test('the transfers of Transmission come along', async (t) => {
  if (!needs(t, 'transmission-daemon', 'transmission-daemon')) return
  const scene = await ground(t)
  const [config, watch] = [scene.line.cli.place('transmission'), scene.line.cli.place('watch')]
  const rpcPort = await freePort()
  const settings = {
    'download-dir': scene.data,
    'watch-dir': watch,
    'watch-dir-enabled': true,
    'rpc-enabled': true,
    'rpc-bind-address': '127.0.0.1',
    'rpc-port': rpcPort,
    'dht-enabled': false,
    'lpd-enabled': false,
    'pex-enabled': false,
    'utp-enabled': false,
    'port-forwarding-enabled': false,
    'peer-port-random-on-start': true,
    'bind-address-ipv4': '127.0.0.1',
    'bind-address-ipv6': '::1',
  }
  writeFileSync(join(config, 'settings.json'), JSON.stringify(settings))
  copyFileSync(scene.torrent, join(watch, 'things.torrent'))
  const client = spawn('transmission-daemon', ['--foreground', '--config-dir', config], { stdio: 'ignore' })
  t.after(() => client.kill('SIGKILL'))
  // Ended while it still looks at its files, it would keep that they rest.
  await until('Transmission gives it', () => transmissionGives(rpcPort))
  client.kill('SIGTERM')
  await once(client, 'exit')
  await comesAlong(scene, 'transmission', config)
})

test('the transfers of qBittorrent come along, category, tags and all', async (t) => {
  if (!needsPythonModule(t, 'libtorrent', 'python3-libtorrent')) return
  const scene = await ground(t)
  const folder = scene.line.cli.place('BT_backup')
  mkdirSync(folder, { recursive: true })
  const write = `import libtorrent as lt, sys
torrent, data, folder = sys.argv[1:]
info = lt.torrent_info(torrent)
p = lt.add_torrent_params()
p.ti = info
p.save_path = data
entry = lt.bdecode(lt.write_resume_data_buf(p))
entry[b'qBt-savePath'] = data.encode()
entry[b'qBt-name'] = b'My things'
entry[b'qBt-category'] = b'films'
entry[b'qBt-tags'] = [b'good']
entry[b'qBt-ratioLimit'] = -2000
entry[b'qBt-contentLayout'] = b'Original'
name = folder + '/' + str(info.info_hash())
open(name + '.fastresume', 'wb').write(lt.bencode(entry))
open(name + '.torrent', 'wb').write(open(torrent, 'rb').read())`
  const wrote = spawnSync('/usr/bin/python3', ['-c', write, scene.torrent, scene.data, folder], {
    encoding: 'utf8',
  })
  assert.equal(wrote.status, 0, wrote.stderr)
  await comesAlong(scene, 'qbittorrent', folder)
  const [row] = await scene.line.rows(scene.state)
  assert.deepEqual([row?.category, row?.tags], ['films', ['good']])
})
