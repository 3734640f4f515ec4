import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { TLSSocket } from 'node:tls'
import { noise } from '../../test/doubles/content-scene.ts'
import { needs } from '../../test/doubles/require-program.ts'
import { SocketError } from '../base/ports.ts'
import { type KeyedTls, keyedTls } from './keyed-tls.ts'
import { NodeTcp } from './tcp.ts'
import { TcpConnection } from './tcp-connection.ts'

const KEY = noise(1, 32)
const REMOTE = { host: 'fd00::1', port: 1 }
const TIMEOUT_MS = 30_000

/** Two ends of one connection. */
async function ends(t: TestContext): Promise<[TcpConnection, TcpConnection]> {
  const tcp = new NodeTcp()
  const { promise, resolve } = Promise.withResolvers<TcpConnection>()
  const listener = await tcp.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    assert.ok(connection instanceof TcpConnection)
    resolve(connection)
  })
  t.after(() => listener.close())
  const caller = await tcp.dial(listener.local, TIMEOUT_MS).result
  assert.ok(caller instanceof TcpConnection)
  return [caller, await promise]
}

function how(side: KeyedTls['side'], key = KEY): KeyedTls {
  return { side, key, remote: REMOTE, timeoutMs: TIMEOUT_MS }
}

test('both ends with the key have a connection that carries what is written', async (t) => {
  const [caller, called] = await ends(t)
  const [one, other] = await Promise.all([keyedTls(caller, how('caller')), keyedTls(called, how('called'))])
  assert.ok(one instanceof TcpConnection && other instanceof TcpConnection)
  assert.deepEqual([one.transport, one.remote], ['tls', REMOTE])
  const bytes = noise(2, 3_000_000)
  const heard: Uint8Array[] = []
  const closed = new Promise<void>((resolve) => {
    other.events = { data: (part) => heard.push(part.slice()), drain() {}, closed: () => resolve() }
  })
  one.write(bytes)
  one.close(true)
  await closed
  assert.deepEqual(Buffer.concat(heard), Buffer.from(bytes))
})

test('with another key there is none, at either end', async (t) => {
  const [caller, called] = await ends(t)
  const both = await Promise.all([
    keyedTls(caller, how('caller')),
    keyedTls(called, how('called', noise(3, 32))),
  ])
  assert.ok(both.every((end) => end instanceof SocketError))
})

test('who shows a certificate in the place of the key is nobody', async (t) => {
  if (!needs(t, 'openssl', 'openssl')) return
  const folder = mkdtempSync(join(tmpdir(), 'shoal-tls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') }
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '1',
  ]
  execFileSync('openssl', [...words, '-subj', '/CN=ana', '-keyout', files.key, '-out', files.cert], {
    stdio: 'ignore',
  })
  const [caller, called] = await ends(t)
  const socket = called.release() ?? assert.fail()
  const impostor = new TLSSocket(socket, {
    isServer: true,
    key: readFileSync(files.key),
    cert: readFileSync(files.cert),
  })
  impostor.on('error', () => {})
  t.after(() => impostor.destroy())
  assert.ok((await keyedTls(caller, how('caller'))) instanceof SocketError)
})
