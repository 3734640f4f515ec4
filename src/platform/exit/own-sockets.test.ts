import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import { ownSockets, parseSocketTable } from './own-sockets.ts'

/** Lines as the kernel writes them on a little-endian computer (proc_net(5)). */
const TABLE = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1A85 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11111 1 0 100 0 0 10 0
   1: 0200000A:C350 076433C6:1AE1 01 00000000:00000000 02:00000000 00000000  1000        0 22222 2 0 20 4 0 10 -1
   2: 0000000000000000FFFF00000100007F:1A85 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 33333 2
   3: 000000FD000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 44444 2
nonsense
`

test('the tables of the kernel are read', () => {
  assert.deepEqual(parseSocketTable(TABLE), [
    { local: { host: '127.0.0.1', port: 6789 }, remote: undefined, listens: true, inode: '11111' },
    {
      local: { host: '10.0.0.2', port: 50000 },
      remote: { host: '198.51.100.7', port: 6881 },
      listens: false,
      inode: '22222',
    },
    { local: { host: '127.0.0.1', port: 6789 }, remote: undefined, listens: false, inode: '33333' },
    { local: { host: 'fd00::1', port: 80 }, remote: undefined, listens: true, inode: '44444' },
  ])
})

test('a socket of ours is among them', { skip: process.platform !== 'linux' }, async () => {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  const found = ownSockets(undefined)?.find(({ local }) => local.port === port)
  assert.deepEqual([found?.protocol, found?.listens, found?.local.host], ['tcp', true, '127.0.0.1'])
  server.close()
})
