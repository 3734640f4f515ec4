// What the command line says of proxies and interfaces: passwords stay out of it, mistakes are wrong use, trouble has its code.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { PretendedProxy } from '../doubles/pretended-proxy.ts'
import { CommandLine } from './command-line.ts'

const cli = new CommandLine()
after(() => cli.close())

const LINK = 'magnet:?xt=urn:btih:0123456789012345678901234567890123456789'
const SECRET = 's3cret'

test('a password is never printed, whatever is wrong with the rest', async () => {
  for (const url of [
    `socks4://ana:${SECRET}@10.0.0.1`,
    `socks5://ana:${SECRET}@10.0.0.1:70000`,
    `ana:${SECRET}@x`,
  ]) {
    const { code, stdout, stderr } = await cli.plain(['get', LINK, '--proxy', url])
    assert.equal(code, 2)
    assert.match(stderr, /--proxy should be a proxy such as .*\[OPTION_VALUE\]/)
    assert.ok(!(stdout + stderr).includes(SECRET), stderr)
  }
})

test('a proxy that does not answer ends a command that begins, and says that nothing went around it', async () => {
  const proxy = await PretendedProxy.start({ protocol: 'socks5' })
  await proxy.stop()
  const words = [
    'get',
    LINK,
    '--state-dir',
    cli.place('state'),
    '--proxy',
    `socks5://ana:${SECRET}@127.0.0.1:${proxy.port}`,
  ]
  const { code, stderr } = await cli.plain(words)
  assert.equal(code, 1)
  assert.equal(
    stderr.trim().split('\n').at(-1),
    `The proxy at 127.0.0.1:${proxy.port} does not answer. Everything waits; nothing went around it. [PROXY_DOWN]`,
  )
})

test('an interface that is not there does too', async () => {
  const { code, last } = await cli
    .run(['get', LINK, '--interface', 'absent0', '--state-dir', cli.place('state')])
    .ended()
  assert.deepEqual(
    [code, last.error.code],
    [1, process.platform === 'linux' ? 'INTERFACE_GONE' : 'INTERFACE_UNTIED'],
  )
})

test('two ways out at once are wrong use', async () => {
  const words = ['get', LINK, '--proxy', 'socks5://10.0.0.1', '--interface', 'lo']
  const { code, last } = await cli.run(words).ended()
  assert.deepEqual([code, last.error.code], [2, 'OPTION_CONFLICT'])
})

test('a share through a proxy names no address of ours, and says what is off', async () => {
  await using proxy = await PretendedProxy.start({ protocol: 'http' })
  const file = join(cli.folder, 'film.mp4')
  await writeFile(file, new Uint8Array(1_000))
  const running = cli.run(['share', file, '--proxy', proxy.url, '--state-dir', cli.place('state')])
  const sharing = await running.said('sharing')
  assert.deepEqual(new URL(sharing.magnet as string).searchParams.getAll('x.pe'), [])
  assert.equal(sharing.port, 0)
  assert.deepEqual(running.lines[0], {
    event: 'way-out',
    kind: 'proxy',
    way: `http://127.0.0.1:${proxy.port}`,
    off: ['LISTENING', 'LAN', 'PORT_MAPPING', 'DATAGRAMS'],
  })
  await running.stop('SIGINT')
})
